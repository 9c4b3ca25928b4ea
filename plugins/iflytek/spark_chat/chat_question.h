// The one message that asks. Pure.
#pragma once

#include "aiproject/imodel.h"
#include "iflytek/spark_chat/chat_settings.h"

#include <string>

namespace aiproject::iflytek {

std::string chatQuestion(const ChatSettings& settings, const std::string& appId, const ModelRequest& request);

}  // namespace aiproject::iflytek
