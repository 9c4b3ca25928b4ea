// One dictation: sends the recording at its pace and reads results in between, in one thread.
#pragma once

#include "iflytek/spark_iat/dictation_settings.h"
#include "iflytek/spark_iat/transcript.h"

#include "iflytek/core/error_codes.h"
#include "upstream/call.h"

namespace aiproject::iflytek {

class Dictation {
public:
    // Borrows all.
    Dictation(outbound::IdleLinks& connections, const std::string& appId, const DictationSettings& settings,
              IReply& reply)
        : connections_(connections), appId_(appId), settings_(settings), reply_(reply) {}

    // The whole call. Throws CallFailure.
    ModelStatus run(const ModelRequest& request);

private:
    enum class Progress { more, complete };
    ModelStatus converse(outbound::Call& link, const ModelRequest& request);
    Progress sendAndRead(outbound::Call& link, const ModelRequest& request);
    Progress take(const std::string& message);

    outbound::IdleLinks& connections_;
    const std::string& appId_;
    const DictationSettings& settings_;
    IReply& reply_;
    Transcript transcript_;
    bool isIdentified_ = false;
};

}  // namespace aiproject::iflytek
