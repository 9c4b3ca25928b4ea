// One dictation: sends the recording at its pace and reads results in between, in one thread.
#pragma once

#include "iflytek/spark_iat/dictation_settings.h"
#include "iflytek/spark_iat/transcript.h"

#include "iflytek/core/upstream_call.h"

namespace aiproject::iflytek {

class Dictation {
public:
    // Borrows all three.
    Dictation(WarmConnections& connections, const DictationSettings& settings, IReply& reply)
        : connections_(connections), settings_(settings), reply_(reply) {}

    // The whole call. Throws CallFailure.
    ModelStatus run(const ModelRequest& request);

private:
    enum class Progress { more, complete };
    ModelStatus converse(UpstreamLink& link, const ModelRequest& request);
    Progress sendAndRead(UpstreamLink& link, const ModelRequest& request);
    Progress take(const std::string& message);

    WarmConnections& connections_;
    const DictationSettings& settings_;
    IReply& reply_;
    Transcript transcript_;
    bool isIdentified_ = false;
};

}  // namespace aiproject::iflytek
