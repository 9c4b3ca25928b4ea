// /audio/speech: a tone, a tenth of a second for each character, so that its length tells what was asked.
#include "upstream/openai/members.h"
#include "upstream/openai/models.h"
#include "upstream/openai/services.h"
#include "upstream/utf8.h"

#include <cmath>
#include <cstdint>

namespace aiproject::upstream::openai {

namespace {

constexpr std::size_t kMostCharacters = 4'096;
constexpr std::uint32_t kRate = 24'000;

void addNumber(std::string& bytes, std::uint32_t value, int size) {
    for (int i = 0; i < size; ++i) bytes += static_cast<char>(value >> (8 * i));
}

std::string tone(std::size_t samples) {
    constexpr double step = 0.1, loudness = 8'000;
    std::string bytes;
    bytes.reserve(samples * 2);
    for (std::size_t i = 0; i < samples; ++i)
        addNumber(bytes, static_cast<std::uint32_t>(std::lround(loudness * std::sin(step * double(i)))), 2);
    return bytes;
}

// As this service sends it: with sizes that say nothing.
std::string wavOf(const std::string& samples) {
    std::string wav = "RIFF\xff\xff\xff\xffWAVEfmt ";
    addNumber(wav, 16, 4);
    addNumber(wav, 1, 2);
    addNumber(wav, 1, 2);
    addNumber(wav, kRate, 4);
    addNumber(wav, kRate * 2, 4);
    addNumber(wav, 2, 2);
    addNumber(wav, 16, 2);
    return wav + "data\xff\xff\xff\xff" + samples;
}

}  // namespace

void speak(const Ask& ask, HttpOutlet& out) {
    const auto body = Members::parse(ask.body);
    modelNamed(body.requiredText("model"), Kind::speech);
    body.only({"model", "input", "voice", "response_format", "speed", "instructions", "stream_format"});
    const auto input = body.requiredText("input");
    const auto characters = codePoints(input);
    if (characters == 0 || characters > kMostCharacters)
        body.refuseValue("input", "must have 1 to 4096 characters", "string_above_max_length");
    body.require("voice");
    body.choice("voice", {"alloy", "ash", "coral", "echo", "fable", "nova", "onyx", "sage", "shimmer"});
    body.text("instructions");
    body.choice("stream_format", {"audio"});
    const bool isWav = body.choice("response_format", {"wav", "pcm"}).value_or("mp3") == "wav";
    const double speed = body.number("speed", 0.25, 4).value_or(1);
    const auto samples = tone(static_cast<std::size_t>(double(characters * kRate) / 10 / speed));
    out.say(isWav ? "audio/wav" : "audio/pcm", isWav ? wavOf(samples) : samples);
}

}  // namespace aiproject::upstream::openai
