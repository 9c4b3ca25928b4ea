#include "http/wav.h"

#include "base/error.h"

#include <algorithm>

namespace aiproject {
namespace {

[[noreturn]] void refuseWav(const std::string& reason) {
    throw refusal(ErrorKind::fileFormat, "the WAV file is not usable: " + reason);
}

std::uint32_t number(std::string_view bytes, std::size_t at, std::size_t size) {
    std::uint32_t value = 0;
    for (std::size_t i = size; i-- > 0;) value = (value << 8) | static_cast<unsigned char>(bytes[at + i]);
    return value;
}

struct Format {
    std::uint32_t tag = 0, channels = 0, sampleRate = 0, bits = 0;
};

constexpr std::uint32_t kPcm = 1, kExtensible = 0xfffe;

Format formatOf(std::string_view chunk) {
    if (chunk.size() < 16) refuseWav("its format chunk is too short");
    Format format{number(chunk, 0, 2), number(chunk, 2, 2), number(chunk, 4, 4), number(chunk, 14, 2)};
    // WAVE_FORMAT_EXTENSIBLE keeps the real tag at the start of its GUID.
    if (format.tag == kExtensible && chunk.size() >= 26) format.tag = number(chunk, 24, 2);
    return format;
}

void check(const Format& format) {
    if (format.tag != kPcm) refuseWav("it is not PCM");
    if (format.channels != 1) refuseWav("it has " + std::to_string(format.channels) + " channels, not 1");
    if (format.bits != 16) refuseWav("it has " + std::to_string(format.bits) + " bits a sample, not 16");
    if (format.sampleRate != 8'000 && format.sampleRate != 16'000)
        refuseWav("it has " + std::to_string(format.sampleRate) + " samples a second, not 8000 or 16000");
}

}  // namespace

bool isWav(std::string_view bytes) noexcept {
    return bytes.substr(0, 4) == "RIFF" && bytes.size() >= 12 && bytes.substr(8, 4) == "WAVE";
}

Audio pcmOf(std::string_view wav) {
    constexpr std::size_t chunkHead = 8;
    Format format;
    for (std::size_t at = 12; wav.size() - at >= chunkHead;) {
        const std::string_view name = wav.substr(at, 4);
        const std::size_t size = number(wav, at + 4, 4);
        at += chunkHead;
        const std::string_view chunk = wav.substr(at, size);
        if (name == "fmt ") format = formatOf(chunk);
        if (name == "data") {
            check(format);
            if (chunk.size() < 2) refuseWav("it has no samples");
            return {chunk.substr(0, chunk.size() / 2 * 2), format.sampleRate};
        }
        if (size > wav.size() - at) break;
        at = std::min(wav.size(), at + size + size % 2);
    }
    refuseWav("it has no data chunk");
}

}  // namespace aiproject
