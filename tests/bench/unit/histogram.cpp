#include "bench/common/histogram.h"

#include "support/spec.h"

using namespace aiproject;
using namespace std::chrono_literals;
using bench::Histogram;

namespace {

struct HistogramOfTimes : CppUnit::TestCase {
    Histogram histogram;

    void assertNear(std::chrono::nanoseconds expected, std::chrono::nanoseconds got) const {
        CPPUNIT_ASSERT_MESSAGE(std::to_string(got.count()), got >= expected && got <= expected + expected / 100);
    }
};

}  // namespace

SPEC(HistogramOfTimes, is_exact_for_small_values) {
    for (int value = 1; value <= 200; ++value) histogram.add(std::chrono::nanoseconds(value));
    CPPUNIT_ASSERT(histogram.percentile(0.5) == 100ns);
    CPPUNIT_ASSERT(histogram.percentile(0.99) == 198ns);
    CPPUNIT_ASSERT(histogram.percentile(1) == 200ns);
}

SPEC(HistogramOfTimes, is_within_a_hundredth_for_large_ones) {
    for (int value = 1; value <= 100'000; ++value) histogram.add(value * 1us);
    assertNear(50ms, histogram.percentile(0.5));
    assertNear(99ms, histogram.percentile(0.99));
    assertNear(99'900us, histogram.percentile(0.999));
    CPPUNIT_ASSERT(histogram.max() == 100ms);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t(100'000), histogram.count());
}

SPEC(HistogramOfTimes, puts_every_power_of_two_and_its_neighbours_where_they_belong) {
    for (unsigned power = 1; power < 62; ++power) {
        for (const std::int64_t offset : {-1, 0, 1}) {
            const std::chrono::nanoseconds value((std::int64_t(1) << power) + offset);
            Histogram one;
            one.add(value);
            one.add(std::chrono::nanoseconds::max());
            assertNear(value, one.percentile(0.5));
        }
    }
}

SPEC(HistogramOfTimes, never_says_more_than_the_largest_value) {
    histogram.add(1'000'001ns);
    CPPUNIT_ASSERT(histogram.percentile(0.5) == 1'000'001ns);
}

SPEC(HistogramOfTimes, counts_what_is_below_zero_as_zero_and_forgets_when_cleared) {
    histogram.add(-5ns);
    CPPUNIT_ASSERT(histogram.percentile(1) == 0ns);
    histogram.add(7ns);
    histogram.clear();
    CPPUNIT_ASSERT(histogram.count() == 0 && histogram.max() == 0ns && histogram.percentile(0.5) == 0ns);
}
