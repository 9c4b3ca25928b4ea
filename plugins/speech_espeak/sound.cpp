#include "speech_espeak/sound.h"

#include <speex/speex_resampler.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

namespace aiproject::espeak {
namespace {

constexpr std::string_view kWav = "audio/wav", kPcm = "audio/L16;rate=24000";
constexpr spx_uint32_t kPcmRate = 24'000;  // what clients of OpenAI take raw samples for
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);

void addNumber(std::string& bytes, std::uint32_t value, int size) {
    for (int i = 0; i < size; ++i) bytes += char((value >> (8 * i)) & 0xff);
}

// Of a file whose length nobody knows yet: both sizes are the largest there is, which players read as "to the end".
std::string wavHead(std::uint32_t samplesPerSecond) {
    constexpr std::uint32_t unknown = 0xffffffff;
    std::string head = "RIFF";
    addNumber(head, unknown, 4);
    head += "WAVEfmt ";
    addNumber(head, 16, 4);
    addNumber(head, 1, 2);  // PCM
    addNumber(head, 1, 2);  // mono
    addNumber(head, samplesPerSecond, 4);
    addNumber(head, samplesPerSecond * 2, 4);
    addNumber(head, 2, 2);
    addNumber(head, 16, 2);
    head += "data";
    addNumber(head, unknown, 4);
    return head;
}

}  // namespace

bool Sound::isFormat(std::string_view format) { return format == kWav || format == kPcm; }

void Sound::EndResampler::operator()(SpeexResamplerState_* state) const noexcept { speex_resampler_destroy(state); }

Sound::Sound(IReply& reply, std::string_view format) : reply_(reply), isWav_(format == kWav) {}

Sound::~Sound() = default;

bool Sound::send(const std::int16_t* samples, std::size_t count, int samplesPerSecond) {
    if (count == 0) return true;
    if (!hasBegun_ && !begin(samplesPerSecond)) return false;
    return resampler_ ? convert(samples, count) : pass(samples, count);
}

bool Sound::begin(int samplesPerSecond) {
    const auto rate = spx_uint32_t(samplesPerSecond);
    hasBegun_ = true;
    if (isWav_) return reply_.bytes(wavHead(rate));
    if (rate == kPcmRate) return true;
    constexpr int quality = 4;  // of 10: what the library's own programs use; the voice has less to lose
    int fault = RESAMPLER_ERR_SUCCESS;
    resampler_.reset(speex_resampler_init(1, rate, kPcmRate, quality, &fault));
    if (!resampler_) throw std::runtime_error(std::string("speexdsp: ") + speex_resampler_strerror(fault));
    speex_resampler_skip_zeros(resampler_.get());
    return true;
}

// What the resampler still holds comes out behind as many zeros.
bool Sound::finish() {
    if (!resampler_) return true;
    const std::vector<std::int16_t> rest(std::size_t(speex_resampler_get_input_latency(resampler_.get())), 0);
    return convert(rest.data(), rest.size());
}

bool Sound::pass(const std::int16_t* samples, std::size_t count) {
    return reply_.bytes(std::string_view(reinterpret_cast<const char*>(samples), count * sizeof *samples));
}

bool Sound::convert(const std::int16_t* samples, std::size_t count) {
    std::vector<std::int16_t> converted(16UL * 1024);
    while (count > 0) {
        auto taken = spx_uint32_t(std::min(count, converted.size())), made = spx_uint32_t(converted.size());
        speex_resampler_process_int(resampler_.get(), 0, samples, &taken, converted.data(), &made);
        if (taken == 0 && made == 0) throw std::runtime_error("speexdsp takes no samples");
        if (made > 0 && !pass(converted.data(), made)) return false;
        samples += taken;
        count -= taken;
    }
    return true;
}

}  // namespace aiproject::espeak
