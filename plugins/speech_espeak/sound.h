// Samples on their way to the client, in the format that was asked for.
#pragma once

#include "aiproject/imodel.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

struct SpeexResamplerState_;

namespace aiproject::espeak {

class Sound {
public:
    // Whether a model of this plugin makes it.
    static bool isFormat(std::string_view format);

    Sound(IReply& reply, std::string_view format);
    ~Sound();
    Sound(const Sound&) = delete;
    Sound& operator=(const Sound&) = delete;

    // Both answer false when nobody takes more, and throw std::runtime_error.
    bool send(const std::int16_t* samples, std::size_t count, int samplesPerSecond);
    bool finish();
    bool hasBegun() const noexcept { return hasBegun_; }

private:
    bool begin(int samplesPerSecond);
    bool pass(const std::int16_t* samples, std::size_t count);
    bool convert(const std::int16_t* samples, std::size_t count);

    struct EndResampler {
        void operator()(SpeexResamplerState_* state) const noexcept;
    };

    IReply& reply_;
    const bool isWav_;
    bool hasBegun_ = false;
    std::unique_ptr<SpeexResamplerState_, EndResampler> resampler_;
};

}  // namespace aiproject::espeak
