#include "bench/common/histogram.h"

#include <algorithm>
#include <cmath>

namespace aiproject::bench {
namespace {

// Each power of two is cut into 128 equal buckets; what is below 256 has a bucket for each value.
constexpr unsigned kCutBits = 7;
constexpr std::uint64_t kExact = 2U << kCutBits;
constexpr std::size_t kBuckets = (64 - kCutBits) << kCutBits;

std::size_t bucketOf(std::uint64_t value) noexcept {
    if (value < kExact) return value;
    const unsigned highest = 63U - unsigned(__builtin_clzll(value));
    const unsigned shift = highest - kCutBits;
    return (std::size_t(shift) << kCutBits) + (value >> shift);
}

std::uint64_t endOf(std::size_t bucket) noexcept {
    if (bucket < kExact) return bucket;
    const unsigned shift = unsigned(bucket >> kCutBits) - 1;
    const std::uint64_t first = bucket - (std::uint64_t(shift) << kCutBits);
    return ((first + 1) << shift) - 1;
}

}  // namespace

Histogram::Histogram() : buckets_(kBuckets) {}

void Histogram::add(std::chrono::nanoseconds value) noexcept {
    const auto number = std::uint64_t(std::max<std::chrono::nanoseconds::rep>(value.count(), 0));
    ++buckets_[bucketOf(number)];
    ++count_;
    max_ = std::max(max_, number);
}

void Histogram::clear() noexcept {
    std::fill(buckets_.begin(), buckets_.end(), 0);
    count_ = max_ = 0;
}

std::chrono::nanoseconds Histogram::percentile(double share) const noexcept {
    const auto wanted = std::max<std::uint64_t>(1, std::uint64_t(std::ceil(double(count_) * share)));
    std::uint64_t seen = 0;
    for (std::size_t bucket = 0; bucket < kBuckets; ++bucket) {
        seen += buckets_[bucket];
        if (seen >= wanted) return std::chrono::nanoseconds(std::min(endOf(bucket), max_));
    }
    return max();
}

}  // namespace aiproject::bench
