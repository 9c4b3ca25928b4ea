// The settings of one dictation model, checked against its variant.
#pragma once

#include "iflytek/core/core_settings.h"

#include <chrono>
#include <optional>
#include <string>

namespace aiproject::iflytek {

enum class Variant { classic, large };  // two envelopes around the same recognition
enum class Correction { none, wpgs };   // wpgs: results replace earlier ones
enum class Punctuation { off, on };

struct DictationSettings {
    Variant variant = Variant::classic;
    std::size_t frameBytes = 8000;
    std::chrono::milliseconds frameInterval{40};
    std::string language;
    std::string accent;
    std::string domain;
    std::int64_t silenceMs = 10'000;  // of silence at the end end the recording
    Correction correction = Correction::wpgs;
    Punctuation punctuation = Punctuation::on;
};

extern const std::array<Setting, kCoreSettingCount + 9> kDictationSettings;

// For an empty setting "url".
std::string dictationUrl(const ISettings& settings);

// Nothing when a setting was rejected.
std::optional<DictationSettings> dictationSettingsOf(const ISettings& settings);

}  // namespace aiproject::iflytek
