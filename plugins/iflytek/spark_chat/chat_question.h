// The one message that asks. Pure.
#pragma once

#include "aiproject/imodel.h"
#include "iflytek/spark_chat/chat_settings.h"

#include <string>

namespace aiproject::iflytek {

class ChatQuestions {
public:
    ChatQuestions(const ChatSettings& settings, const std::string& appId);

    std::string of(const ModelRequest& request) const;

private:
    const ChatForm form_;
    const Support systemRole_;
};

}  // namespace aiproject::iflytek
