#include "iflytek/spark_iat/audio_frames.h"

#include "iflytek/core/encoding.h"
#include "iflytek/core/error_codes.h"
#include "iflytek/core/json_reading.h"

namespace aiproject::iflytek {
namespace {

constexpr std::uint64_t kBytesPerSample = 2;
constexpr std::uint64_t kMaxSeconds = 60;
constexpr const char *kChinese = "zh_cn", *kEnglish = "en_us";

[[noreturn]] void refuse(ModelStatus status, const std::string& sentence) {
    throw CallFailure(status, sentence, sentence);
}

// A client names a language by ISO 639-1, and the classic service has two of them everywhere. Where the operator has
// chosen another one, or a server that knows them all, that stays.
std::string languageFor(const DictationSettings& settings, std::string_view wanted) {
    const auto is = [wanted](std::string_view name) {
        return wanted.substr(0, 2) == name && (wanted.size() == 2 || wanted[2] == '-' || wanted[2] == '_');
    };
    const bool isFree =
        settings.variant == Variant::classic && (settings.language == kChinese || settings.language == kEnglish);
    if (isFree && is("zh")) return kChinese;
    if (isFree && is("en")) return kEnglish;
    return settings.language;
}

}  // namespace

void checkRecording(const ModelRequest& request) {
    const std::uint64_t bytes = request.media.size;
    if (request.sampleRate != 8000 && request.sampleRate != 16000)
        refuse(ModelStatus::badInput, "the voice model takes recordings of 8000 or 16000 samples a second");
    if (bytes == 0) refuse(ModelStatus::badInput, "the recording is empty");
    if (bytes % kBytesPerSample != 0)
        refuse(ModelStatus::badInput, "the recording is no 16 bit PCM: it has an odd number of bytes");
    const std::uint64_t bytesPerSecond = request.sampleRate * kBytesPerSample;
    if (bytes <= kMaxSeconds * bytesPerSecond) return;
    refuse(ModelStatus::inputTooLarge,
           "the recording is " + std::to_string((bytes + bytesPerSecond - 1) / bytesPerSecond) +
               " s long; the voice model takes at most " + std::to_string(kMaxSeconds) + " s");
}

AudioFrames::AudioFrames(const DictationSettings& settings, const std::string& appId, const ModelRequest& request)
    : settings_(settings),
      appId_(appId),
      language_(languageFor(settings, request.language)),
      sampleRate_(request.sampleRate),
      rest_(request.media) {}

std::string AudioFrames::next() {
    if (rest_.empty() && status_ != Status::first) status_ = Status::last;
    const std::string_view audio = rest_.substr(0, settings_.frameBytes);
    rest_.remove_prefix(audio.size());
    ++sequence_;
    std::string message = settings_.variant == Variant::large ? large(audio) : classic(audio);
    status_ = status_ == Status::last ? Status::done : Status::middle;
    return message;
}

std::string AudioFrames::parameters() const {
    const bool isLarge = settings_.variant == Variant::large;
    const std::string silence = std::to_string(settings_.silenceMs);
    std::string text = R"("language":)" + quotedJson(language_) + R"(,"domain":)" + quotedJson(settings_.domain) +
                       R"(,"accent":)" + quotedJson(settings_.accent) + R"(,"eos":)" + silence;
    // Its older name, by which the original service and the older servers know it.
    if (!isLarge) text += R"(,"vad_eos":)" + silence;
    // Corrections are for Chinese alone, and whatever the operator has set them for.
    const bool isCorrected =
        settings_.correction == Correction::wpgs && (language_ == kChinese || language_ == settings_.language);
    if (isCorrected) text += R"(,"dwa":"wpgs")";
    if (settings_.punctuation == Punctuation::off) text += R"(,"ptt":0)";
    if (isLarge) text += R"(,"result":{"encoding":"utf8","compress":"raw","format":"json"})";
    return "{" + text + "}";
}

std::string AudioFrames::classic(std::string_view audio) const {
    if (status_ == Status::last) return R"({"data":{"status":2}})";
    const std::string opening = status_ == Status::first ? R"("common":{"app_id":)" + quotedJson(appId_) +
                                                               R"(},"business":)" + parameters() + ","
                                                         : "";
    return "{" + opening + R"("data":{"status":)" + number() + R"(,"format":"audio/L16;rate=)" +
           std::to_string(sampleRate_) + R"(","encoding":"raw","audio":")" + base64(audio) + R"("}})";
}

std::string AudioFrames::large(std::string_view audio) const {
    const std::string opening = status_ == Status::first ? R"("parameter":{"iat":)" + parameters() + "}," : "";
    return R"({"header":{"app_id":)" + quotedJson(appId_) + R"(,"status":)" + number() + "}," + opening +
           R"("payload":{"audio":{"encoding":"raw","sample_rate":)" + std::to_string(sampleRate_) +
           R"(,"channels":1,"bit_depth":16,"seq":)" + std::to_string(sequence_) + R"(,"status":)" + number() +
           R"(,"audio":")" + base64(audio) + R"("}}})";
}

}  // namespace aiproject::iflytek
