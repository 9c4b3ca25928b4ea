// How long the audio is that a model has made. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace aiproject {

class SpokenTime {
public:
    // The next piece. Without the head of a WAV they are samples as the contract has them, 16 bits at 24 kHz.
    void add(std::string_view bytes) noexcept;
    std::int64_t seconds() const noexcept;  // rounded up

private:
    static constexpr std::uint64_t kHeadBytes = 44;  // of a WAV without optional chunks

    std::array<char, kHeadBytes> head_{};
    std::uint64_t bytes_ = 0, bytesPerSecond_ = 48'000;
};

}  // namespace aiproject
