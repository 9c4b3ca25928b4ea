// The settings of one chat model, checked against its version.
#pragma once

#include "iflytek/core/chat_request.h"
#include "iflytek/core/core_settings.h"
#include "iflytek/spark_chat/spark_version.h"

#include <optional>
#include <string>

namespace aiproject::iflytek {

constexpr double kLeastTemperature = 0.001;
constexpr std::int64_t kMostCandidates = 6;  // top_k

enum class WebSearch { on, off, unsaid };  // unsaid: the version has none, so its request must not name it

struct SamplingLimits {  // of a version
    double temperature = 2;
    std::int64_t maxTokens = 32'768;
};

struct ChatSettings {
    ChatParameters parameters;
    WebSearch webSearch = WebSearch::unsaid;
    Support systemRole = Support::yes;
    SamplingLimits limits;
};

extern const std::array<Setting, kCoreSettingCount + 6> kChatSettings;

// Nothing when a setting was rejected.
std::optional<ChatSettings> chatSettingsOf(const ISettings& settings, const Endpoint& endpoint);

}  // namespace aiproject::iflytek
