// Streams of several crowds are open at once before the same workers.
#include "bench/driver/held.h"

#include "support/spec.h"

using namespace aiproject::bench;

namespace {

struct BenchHeld : CppUnit::TestCase {};

}  // namespace

SPEC(BenchHeld, counts_the_streams_of_all_crowds_to_their_last_frame) {
    const Held held = holdOpen(30, 10, 1);
    CPPUNIT_ASSERT_EQUAL(30, held.streams);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), held.failures);
}
