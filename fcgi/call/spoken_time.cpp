#include "call/spoken_time.h"

#include <algorithm>
#include <cstddef>

namespace aiproject {

void SpokenTime::add(std::string_view bytes) noexcept {
    constexpr std::size_t ratePlace = 28;
    constexpr std::uint64_t least = 8'000, most = 384'000;  // others are no rate of speech
    const std::uint64_t before = bytes_;
    bytes_ += bytes.size();
    if (before >= kHeadBytes) return;
    bytes.copy(head_.data() + before, kHeadBytes - before);
    if (bytes_ < kHeadBytes || std::string_view(head_.data(), 4) != "RIFF") return;
    bytes_ -= kHeadBytes;
    std::uint64_t rate = 0;
    for (std::size_t i = ratePlace + 4; i-- > ratePlace;) rate = rate * 256 + static_cast<unsigned char>(head_[i]);
    if (rate >= least && rate <= most) bytesPerSecond_ = rate;
}

std::int64_t SpokenTime::seconds() const noexcept {
    return std::int64_t((bytes_ + bytesPerSecond_ - 1) / bytesPerSecond_);
}

}  // namespace aiproject
