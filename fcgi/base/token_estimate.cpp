#include "base/token_estimate.h"

#include <algorithm>

namespace aiproject {
namespace {

constexpr std::int64_t kToken = 12;  // in twelfths
constexpr std::uint32_t kFirstWide = 0x2e80;

bool isVisible(std::uint32_t codePoint) noexcept {
    const auto isIn = [codePoint](std::uint32_t first, std::uint32_t last) {
        return codePoint >= first && codePoint <= last;
    };
    return codePoint > ' ' && !isIn(0x7f, 0xa0) && !isIn(0x2000, 0x200f) && !isIn(0x2028, 0x202f);
}

}  // namespace

void TokenEstimate::add(std::string_view utf8) noexcept {
    for (const char byte : utf8) {
        const auto bits = static_cast<unsigned char>(byte);
        if ((bits & 0xc0U) == 0x80) {
            begun_ = begun_ << 6U | (bits & 0x3fU);
            if (missing_ > 0 && --missing_ == 0) take(begun_);
        } else if (bits < 0x80) {
            take(bits);
        } else {
            missing_ = bits >= 0xf0 ? 3 : bits >= 0xe0 ? 2 : 1;
            begun_ = bits & (0x3fU >> unsigned(missing_));
        }
    }
}

void TokenEstimate::take(std::uint32_t codePoint) noexcept {
    if (codePoint < kFirstWide && isVisible(codePoint)) {
        ++run_;
        return;
    }
    twelfths_ += priceOfRun();
    run_ = 0;
    if (codePoint >= kFirstWide) twelfths_ += kToken * 2 / 3;
}

std::int64_t TokenEstimate::priceOfRun() const noexcept {
    return run_ == 0 ? 0 : std::max(kToken * 5 / 4, run_ * kToken / 4);
}

std::int64_t TokenEstimate::tokens() const noexcept { return (twelfths_ + priceOfRun() + kToken - 1) / kToken; }

}  // namespace aiproject
