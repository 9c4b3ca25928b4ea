// WAV files of every kind, put together chunk by chunk.
#pragma once

#include <cstdint>
#include <string>

namespace aiproject::test {

inline std::string littleEndian(std::uint32_t value, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i) text += char(std::uint64_t(value) >> (8 * i) & 0xff);
    return text;
}

inline std::string chunk(const std::string& name, const std::string& content) {
    return name + littleEndian(std::uint32_t(content.size()), 4) + content + std::string(content.size() % 2, '\0');
}

struct WavFormat {
    std::uint32_t tag = 1, channels = 1, sampleRate = 16'000, bits = 16;
};

inline std::string formatChunk(const WavFormat& format, const std::string& more = {}) {
    const std::uint32_t block = format.channels * format.bits / 8;
    return chunk("fmt ", littleEndian(format.tag, 2) + littleEndian(format.channels, 2) +
                             littleEndian(format.sampleRate, 4) + littleEndian(format.sampleRate * block, 4) +
                             littleEndian(block, 2) + littleEndian(format.bits, 2) + more);
}

inline std::string riff(const std::string& chunks) {
    return "RIFF" + littleEndian(std::uint32_t(chunks.size() + 4), 4) + "WAVE" + chunks;
}

inline std::string wavOf(const std::string& pcm, const WavFormat& format = {}) {
    return riff(formatChunk(format) + chunk("data", pcm));
}

}  // namespace aiproject::test
