#include "iflytek/spark_iat/dictation_settings.h"

namespace aiproject::iflytek {
namespace {

constexpr auto text = SettingType::text;
constexpr auto integer = SettingType::integer;
constexpr auto choice = SettingType::choice;
constexpr auto open = Secrecy::open;

constexpr Setting kOwn[] = {
    {"variant", choice, "classic", "", 0, 0, "classic|large", open,
     "classic dictation, or recognition by the large model"},
    {"frame_bytes", integer, "8000", "bytes", 640, 9600, "", open, "audio per message; even"},
    {"frame_interval_ms", integer, "40", "ms", 1, 1000, "", open,
     "between two messages; 1280 bytes in 40 ms are real time at 16 kHz"},
    {"language", text, "zh_cn", "", 0, 0, "", open, "as the console names it"},
    {"accent", text, "mandarin", "", 0, 0, "", open, "as the console names it"},
    {"domain", text, "", "", 0, 0, "", open, "empty: iat, for the large variant slm"},
    {"vad_eos", integer, "10000", "ms", 600, 60000, "", open,
     "so much silence ends the recording; the classic variant takes at most 10000"},
    {"dwa", choice, "wpgs", "", 0, 0, "wpgs|none", open, "wpgs corrects earlier words by later ones; Mandarin only"},
    {"punctuation", SettingType::flag, "true", "", 0, 0, "", open, "whether the transcript has it"},
};

// Dictation ends a session that has no data for 10 s, or lasts more than 60 s; whether that counts from the
// upgrade is nowhere documented.
constexpr const char* kWarmTtl = "8";

Variant variantOf(const ISettings& settings) {
    return settingText(settings, "variant") == "large" ? Variant::large : Variant::classic;
}

}  // namespace

constexpr std::array<Setting, kCoreSettingCount + 9> kDictationSettings = withCoreSettings({"", kWarmTtl}, kOwn);

std::string dictationUrl(const ISettings& settings) {
    return variantOf(settings) == Variant::large ? "wss://iat.xf-yun.com/v1" : "wss://iat-api.xfyun.cn/v2/iat";
}

std::optional<DictationSettings> dictationSettingsOf(const ISettings& settings) {
    constexpr std::int64_t longestClassicSilence = 10'000;
    DictationSettings dictation;
    dictation.variant = variantOf(settings);
    const bool isLarge = dictation.variant == Variant::large;
    dictation.frameBytes = static_cast<std::size_t>(settings.integer("frame_bytes"));
    dictation.frameInterval = std::chrono::milliseconds(settings.integer("frame_interval_ms"));
    dictation.language = settingText(settings, "language");
    dictation.accent = settingText(settings, "accent");
    dictation.domain = settingText(settings, "domain");
    if (dictation.domain.empty()) dictation.domain = isLarge ? "slm" : "iat";
    dictation.silenceMs = settings.integer("vad_eos");
    dictation.correction = settingText(settings, "dwa") == "wpgs" ? Correction::wpgs : Correction::none;
    dictation.punctuation = settings.flag("punctuation") ? Punctuation::on : Punctuation::off;

    bool usable = true;
    if (dictation.frameBytes % 2 != 0) {
        settings.reject("frame_bytes", "must be even: a sample has two bytes");
        usable = false;
    }
    if (!isLarge && dictation.silenceMs > longestClassicSilence) {
        settings.reject("vad_eos", "the classic variant takes at most 10000 ms");
        usable = false;
    }
    if (!usable) return std::nullopt;
    return dictation;
}

}  // namespace aiproject::iflytek
