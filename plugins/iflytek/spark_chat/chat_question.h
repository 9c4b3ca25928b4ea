// The one message that asks. Pure.
#pragma once

#include "aiproject/imodel.h"
#include "iflytek/spark_chat/chat_settings.h"

#include <optional>
#include <string>

namespace aiproject::iflytek {

class ChatQuestions {
public:
    ChatQuestions(const ChatSettings& settings, const std::string& appId);

    // Throws CallFailure (badInput) for what the version behind the model does not take.
    std::string of(const ModelRequest& request) const;

private:
    std::optional<ChatParameters> sampled(const Sampling& wanted) const;

    const ChatForm form_;
    const ChatParameters parameters_;
    const Support systemRole_;
    const SamplingLimits limits_;
};

}  // namespace aiproject::iflytek
