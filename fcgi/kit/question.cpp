#include "kit/question.h"

#include "base/error.h"
#include "base/utf8.h"
#include "host/kind_names.h"
#include "http/upload.h"

#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace aiproject {
namespace {

constexpr const char* kHello = "Say hello in one sentence.";
constexpr std::size_t kLongestShown = 200;
constexpr std::uint32_t kRate = 16'000;

// A white square of 16 by 16 pixels.
constexpr std::array<unsigned char, 161> kWhiteJpeg{
    0xff, 0xd8, 0xff, 0xe0, 0x00, 0x10, 0x4a, 0x46, 0x49, 0x46, 0x00, 0x01, 0x01, 0x00, 0x00, 0x01, 0x00, 0x01,
    0x00, 0x00, 0xff, 0xdb, 0x00, 0x43, 0x00, 0x10, 0x0b, 0x0c, 0x0e, 0x0c, 0x0a, 0x10, 0x0e, 0x0d, 0x0e, 0x12,
    0x11, 0x10, 0x13, 0x18, 0x28, 0x1a, 0x18, 0x16, 0x16, 0x18, 0x31, 0x23, 0x25, 0x1d, 0x28, 0x3a, 0x33, 0x3d,
    0x3c, 0x39, 0x33, 0x38, 0x37, 0x40, 0x48, 0x5c, 0x4e, 0x40, 0x44, 0x57, 0x45, 0x37, 0x38, 0x50, 0x6d, 0x51,
    0x57, 0x5f, 0x62, 0x67, 0x68, 0x67, 0x3e, 0x4d, 0x71, 0x79, 0x70, 0x64, 0x78, 0x5c, 0x65, 0x67, 0x63, 0xff,
    0xc0, 0x00, 0x0b, 0x08, 0x00, 0x10, 0x00, 0x10, 0x01, 0x01, 0x11, 0x00, 0xff, 0xc4, 0x00, 0x15, 0x00, 0x01,
    0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x07, 0xff,
    0xc4, 0x00, 0x14, 0x10, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0xff, 0xda, 0x00, 0x08, 0x01, 0x01, 0x00, 0x00, 0x3f, 0x00, 0xa0, 0x00, 0xff, 0xd9,
};

// A second of a tone, as raw samples.
std::string toneOfASecond() {
    constexpr double pitch = 440, loudness = 8'000, pi = 3.14159265358979323846;
    std::string samples;
    samples.reserve(std::size_t(kRate) * 2);
    for (std::uint32_t i = 0; i < kRate; ++i) {
        const auto sample = std::uint16_t(std::int16_t(loudness * std::sin(2 * pi * pitch * i / kRate)));
        samples += char(sample & 0xffU);
        samples += char(sample >> 8U);
    }
    return samples;
}

std::string contentOf(const std::string& file) {
    std::ifstream stream(file, std::ios::binary);
    std::string content{std::istreambuf_iterator<char>(stream), {}};
    if (!stream.good() && !stream.eof()) throw refusal(ErrorKind::fileMissing, file + ": cannot be read");
    if (content.empty()) throw refusal(ErrorKind::fileMissing, file + ": cannot be read, or is empty");
    return content;
}

const Sampling& asTheModelLikes() {
    static const Sampling none;
    return none;
}

}  // namespace

TriedQuestion TriedQuestion::ofText(std::vector<std::pair<std::string, std::string>> turns) {
    TriedQuestion question(Kind::text);
    question.turns_ = std::move(turns);
    return question;
}

TriedQuestion TriedQuestion::ofSpeech(std::string input) {
    TriedQuestion question(Kind::speech);
    question.inputs_ = {std::move(input)};
    question.format_ = "audio/wav";
    return question;
}

TriedQuestion TriedQuestion::ofEmbedding(std::vector<std::string> inputs) {
    TriedQuestion question(Kind::embedding);
    question.inputs_ = std::move(inputs);
    return question;
}

TriedQuestion TriedQuestion::ofVoice(const std::string& file) {
    const std::string content = contentOf(file);
    const Audio audio = audioIn({content, std::filesystem::path(file).filename()});
    TriedQuestion question(Kind::voice);
    question.media_ = audio.pcm;
    question.sampleRate_ = audio.sampleRate;
    question.format_ = "audio/L16;rate=" + std::to_string(audio.sampleRate);
    return question;
}

TriedQuestion TriedQuestion::ofPicture(const std::string& file, const std::string& words, bool takesPng) {
    TriedQuestion question(Kind::picture);
    question.media_ = contentOf(file);
    if (isJpeg(question.media_))
        question.format_ = "image/jpeg";
    else if (takesPng && isPng(question.media_))
        question.format_ = "image/png";
    else
        throw refusal(ErrorKind::fileFormat, file + (takesPng ? ": is not a JPEG or PNG" : ": is not a JPEG"));
    if (!words.empty()) question.turns_ = {{"user", words}};
    return question;
}

TriedQuestion TriedQuestion::ofBytes(Kind kind, std::string media, std::string format) {
    TriedQuestion question(kind);
    question.media_ = std::move(media);
    question.format_ = std::move(format);
    question.sampleRate_ = kind == Kind::voice ? kRate : 0;
    return question;
}

TriedQuestion TriedQuestion::sensible(std::uint32_t kinds) {
    const auto has = [&](Kind kind) { return (kinds & std::uint32_t(kind)) != 0; };
    if (has(Kind::text)) return ofText({{"user", kHello}});
    if (has(Kind::speech)) return ofSpeech("Hello.");
    if (has(Kind::embedding)) return ofEmbedding({"Hello."});
    if (has(Kind::voice)) return ofBytes(Kind::voice, toneOfASecond(), "audio/L16;rate=16000");
    return ofBytes(Kind::picture, std::string(kWhiteJpeg.begin(), kWhiteJpeg.end()), "image/jpeg");
}

std::string TriedQuestion::shown() const {
    std::string words;
    if (!turns_.empty()) words = turns_.back().second;
    if (!inputs_.empty()) words = inputs_.front();
    if (!media_.empty()) {
        const std::string what = std::to_string(media_.size()) + " bytes of " + format_;
        words = words.empty() ? what : what + ", " + words;
    }
    return std::string(kKindNames.at(std::size_t(indexOf(kind_))).second) + ": " +
           printable(beginOf(words, kLongestShown));
}

ModelRequest TriedQuestion::request(const Timeouts& timeouts) const {
    asTurns_.clear();
    asInputs_.assign(inputs_.begin(), inputs_.end());
    for (const auto& [role, content] : turns_) {
        Turn turn;
        turn.role = role;
        turn.content = content;
        asTurns_.push_back(turn);
    }
    ModelRequest request;
    request.kind = kind_;
    request.turns = {asTurns_.data(), asTurns_.size()};
    request.inputs = {asInputs_.data(), asInputs_.size()};
    request.sampling = &asTheModelLikes();
    request.media = media_;
    request.format = format_;
    request.sampleRate = sampleRate_;
    request.dialect = "documented";
    request.user = "try";
    request.requestId = "try-1";
    request.timeouts = timeouts;
    return request;
}

}  // namespace aiproject
