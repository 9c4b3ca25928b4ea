// Counters that many threads and processes add to, in memory that may be shared: no lock, no allocation. Zeroed memory
// is a counter that has counted nothing.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace aiproject {

using Count = std::atomic<std::uint64_t>;
static_assert(Count::is_always_lock_free);

inline void add(Count& count, std::int64_t more = 1) noexcept {
    if (more > 0) count.fetch_add(std::uint64_t(more), std::memory_order_relaxed);
}

// The upper bounds of buckets; what is above the last one has a bucket of its own.
using Bounds = std::uint64_t;

// As the conventions of OpenTelemetry for generative AI advise them, and up to timeout.total_ms. Microseconds.
inline constexpr std::array<Bounds, 17> kCallBounds{
    10'000,    20'000,     40'000,     80'000,     160'000,    320'000,     640'000,     1'280'000,  2'560'000,
    5'120'000, 10'240'000, 20'480'000, 40'960'000, 81'920'000, 163'840'000, 327'680'000, 655'360'000};
inline constexpr std::array<Bounds, 17> kFirstTokenBounds{
    1'000,   5'000,   10'000,    20'000,    40'000,    60'000,    80'000,     100'000,   250'000,
    500'000, 750'000, 1'000'000, 2'500'000, 5'000'000, 7'500'000, 10'000'000, 60'000'000};
inline constexpr std::array<Bounds, 14> kTokenBounds{
    1, 4, 16, 64, 256, 1'024, 4'096, 16'384, 65'536, 262'144, 1'048'576, 4'194'304, 16'777'216, 67'108'864};
// Of requests, most of which never reach a model. Microseconds.
inline constexpr std::array<Bounds, 12> kRequestBounds{1'000,      5'000,      25'000,      100'000,
                                                       250'000,    500'000,    1'000'000,   2'500'000,
                                                       10'000'000, 60'000'000, 300'000'000, 900'000'000};
inline constexpr std::array<Bounds, 6> kBatchBounds{1, 2, 4, 8, 16, 32};

template <const auto& Limits>
struct Histogram {
    static constexpr std::size_t kBuckets = Limits.size() + 1;
    static constexpr const auto& kLimits = Limits;

    std::array<Count, kBuckets> counts;  // not cumulative
    Count sum;

    void note(std::int64_t value) noexcept {
        const std::uint64_t noted = value > 0 ? std::uint64_t(value) : 0;
        const auto bucket = std::lower_bound(Limits.begin(), Limits.end(), noted) - Limits.begin();
        add(counts[std::size_t(bucket)]);
        sum.fetch_add(noted, std::memory_order_relaxed);
    }
};

}  // namespace aiproject
