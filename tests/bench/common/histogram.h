// Counts durations in buckets whose width is below 1 % of their value, so that percentiles of millions of frames cost
// neither memory nor allocation.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

namespace aiproject::bench {

class Histogram {
public:
    Histogram();

    void add(std::chrono::nanoseconds value) noexcept;  // below zero counts as zero
    void clear() noexcept;

    std::uint64_t count() const noexcept { return count_; }
    std::chrono::nanoseconds max() const noexcept { return std::chrono::nanoseconds(max_); }
    // The smallest value that `share` (0 to 1) of all do not exceed, rounded up to its bucket's end; zero when empty.
    std::chrono::nanoseconds percentile(double share) const noexcept;

private:
    std::vector<std::uint64_t> buckets_;
    std::uint64_t count_ = 0;
    std::uint64_t max_ = 0;
};

}  // namespace aiproject::bench
