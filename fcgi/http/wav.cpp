#include "http/wav.h"

#include "base/error.h"

#include <algorithm>
#include <optional>

// libsndfile would decode what only has to be cut out, refuses or guesses at sizes that were never written, and
// brings the decoders of six other formats into a process that reads what strangers send.

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

constexpr std::uint32_t kPcm = 1, kExtensible = 0xfffe, kAllOnes = 0xffffffff;

const char* nameOf(std::uint32_t tag) {
    switch (tag) {
        case 2: return "ADPCM";
        case 3: return "floating point";
        case 6: return "A-law";
        case 7: return "mu-law";
        case 0x11: return "IMA ADPCM";
        case 0x31: return "GSM 6.10";
        case 0x55: return "MP3";
        default: return "a format of its own";
    }
}

Format formatOf(std::string_view chunk) {
    if (chunk.size() < 16) refuseWav("its format chunk is too short");
    Format format{number(chunk, 0, 2), number(chunk, 2, 2), number(chunk, 4, 4), number(chunk, 14, 2)};
    // WAVE_FORMAT_EXTENSIBLE keeps the real tag at the start of its GUID, whose rest is the same for all tags.
    constexpr std::string_view guidEnd("\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71", 14);
    if (format.tag == kExtensible && chunk.size() >= 40 && chunk.substr(26, guidEnd.size()) == guidEnd)
        format.tag = number(chunk, 24, 2);
    return format;
}

void check(const Format& format) {
    if (format.tag != kPcm)
        refuseWav(std::string("it is not PCM but ") + nameOf(format.tag) + " (format " + std::to_string(format.tag) +
                  ")");
    if (format.channels != 1) refuseWav("it has " + std::to_string(format.channels) + " channels, not 1");
    if (format.bits != 16) refuseWav("it has " + std::to_string(format.bits) + " bits a sample, not 16");
    if (format.sampleRate != 8'000 && format.sampleRate != 16'000)
        refuseWav("it has " + std::to_string(format.sampleRate) + " samples a second, not 8000 or 16000");
}

constexpr std::size_t kChunkHead = 8;

struct Chunk {
    std::string_view name, content;
    std::uint64_t size;  // as it says; the content may be shorter
};

// Takes the chunk off the start of `rest`.
std::optional<Chunk> takeChunk(std::string_view& rest) {
    if (rest.size() < kChunkHead) return std::nullopt;
    const std::uint32_t size = number(rest, 4, 4);
    const Chunk chunk{rest.substr(0, 4), rest.substr(kChunkHead, size), size};
    rest.remove_prefix(std::min<std::uint64_t>(rest.size(), std::uint64_t(kChunkHead) + size + size % 2));
    return chunk;
}

// Whether these are chunks up to their end, and not samples: the one before them is as long as it says.
bool areChunks(std::string_view rest) {
    while (const auto chunk = takeChunk(rest)) {
        const bool hasName =
            std::all_of(chunk->name.begin(), chunk->name.end(), [](char c) { return c >= ' ' && c <= '~'; });
        if (!hasName) return false;
        if (chunk->content.size() < chunk->size) return chunk->name == "LIST";  // the usual one, which was cut
    }
    return rest.empty();
}

}  // namespace

bool isWav(std::string_view bytes) noexcept {
    const std::string_view mark = bytes.substr(0, 4);
    return (mark == "RIFF" || mark == "RF64" || mark == "BW64") && bytes.size() >= 12 && bytes.substr(8, 4) == "WAVE";
}

Audio pcmOf(std::string_view wav) {
    std::optional<Format> format;
    std::optional<std::uint64_t> longSize;  // of RF64, where 32 bits do not hold it
    bool hasData = false;
    std::string_view rest = wav.substr(12);
    for (auto next = rest; const auto chunk = takeChunk(next); rest = next) {
        if (chunk->name == "ds64" && chunk->content.size() >= 16)
            longSize = number(chunk->content, 8, 4) | std::uint64_t(number(chunk->content, 12, 4)) << 32;
        if (chunk->name == "fmt ") format = formatOf(chunk->content);
        if (chunk->name != "data") continue;
        if (!format) refuseWav("it has no format chunk before its samples");
        check(*format);
        hasData = true;
        const std::string_view behind = rest.substr(kChunkHead);
        const std::uint64_t size = chunk->size == kAllOnes && longSize ? *longSize : chunk->size;
        // A recorder that writes to a pipe, or is killed, leaves 0; what follows are the samples then.
        const auto samples = behind.substr(0, size == 0 && !areChunks(behind) ? behind.size() : size);
        if (samples.size() >= 2) return {samples.substr(0, samples.size() / 2 * 2), format->sampleRate};
    }
    refuseWav(hasData ? "it has no samples" : "it has no data chunk");
}

}  // namespace aiproject
