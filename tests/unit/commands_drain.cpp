// What a worker that was told to end leaves its requests.
#include "commands/drain.h"

#include "support/spec.h"

#include <signal.h>

using namespace aiproject;
using namespace std::chrono_literals;

namespace {

struct Draining : CppUnit::TestCase {
    TimeoutConfig timeouts;
    const Drain::Clock::time_point now = Drain::Clock::now();

    Draining() {
        timeouts.drain = 30s;
        timeouts.reloadDrain = 600s;
    }
    // Over at that time, and not a millisecond before.
    void assertEnds(const Drain& drain, std::chrono::milliseconds after) const {
        CPPUNIT_ASSERT(drain.isOver(now + after));
        CPPUNIT_ASSERT(after == 0ms || !drain.isOver(now + after - 1ms));
    }
};

}  // namespace

SPEC(Draining, has_its_own_limit_for_each_signal) {
    assertEnds({SIGTERM, timeouts, now}, 30s);
    assertEnds({SIGINT, timeouts, now}, 30s);
    assertEnds({SIGUSR2, timeouts, now}, 600s);
    assertEnds({SIGQUIT, timeouts, now}, 0s);
}

SPEC(Draining, gets_less_when_the_rest_ends_too) {
    Drain drain(SIGUSR2, timeouts, now);
    drain.take(SIGTERM, now + 10s);
    assertEnds(drain, 40s);
}

SPEC(Draining, never_gets_more) {
    Drain drain(SIGUSR2, timeouts, now);
    drain.take(SIGTERM, now + 590s);
    assertEnds(drain, 600s);
    Drain other(SIGTERM, timeouts, now);
    other.take(SIGUSR2, now + 1s);
    assertEnds(other, 30s);
}

SPEC(Draining, ends_at_once_when_told_twice) {
    Drain drain(SIGTERM, timeouts, now);
    drain.take(SIGTERM, now + 1s);
    assertEnds(drain, 1s);
    Drain quick(SIGTERM, timeouts, now);
    quick.take(SIGQUIT, now);
    assertEnds(quick, 0s);
}

SPEC(Draining, takes_a_signal_that_came_two_ways_for_one) {
    Drain drain(SIGINT, timeouts, now);
    drain.take(SIGTERM, now + 999ms);
    assertEnds(drain, 30s);
}
