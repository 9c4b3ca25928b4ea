// How often the readiness is looked at, and who waits for that.
#include "health/recent_readiness.h"

#include "support/eventually.h"
#include "support/joining_threads.h"
#include "support/spec.h"

#include <atomic>
#include <stdexcept>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::chrono_literals;

namespace {

using Reasons = RecentReadiness::Reasons;

struct ReadinessSeenLately : CppUnit::TestCase {
    const RecentReadiness::Clock::time_point start{1h};
    std::atomic<int> looks{0};
    std::atomic<bool> isHeld{false};
    Reasons state;

    RecentReadiness recent{[this] {
        ++looks;
        while (isHeld && !threads.isOver()) std::this_thread::sleep_for(1ms);
        return state;
    }};
    JoiningThreads threads;
};

SPEC(ReadinessSeenLately, is_looked_at_once_a_second) {
    CPPUNIT_ASSERT(recent.reasonsAgainst(start).empty());
    state = {"the database does not answer"};
    CPPUNIT_ASSERT(recent.reasonsAgainst(start + 999ms).empty());
    CPPUNIT_ASSERT_EQUAL(1, looks.load());
    CPPUNIT_ASSERT(recent.reasonsAgainst(start + 1s) == state);
    CPPUNIT_ASSERT(recent.reasonsAgainst(start + 1'999ms) == state);
    CPPUNIT_ASSERT_EQUAL(2, looks.load());
}

SPEC(ReadinessSeenLately, is_told_as_it_was_while_somebody_looks) {
    state = {"before"};
    recent.reasonsAgainst(start);
    isHeld = true;
    state = {"after"};
    threads.add([this] { recent.reasonsAgainst(start + 5s); });
    ASSERT_EVENTUALLY(looks == 2);
    CPPUNIT_ASSERT(recent.reasonsAgainst(start + 5s) == Reasons{"before"});
    CPPUNIT_ASSERT_EQUAL(2, looks.load());
    isHeld = false;
    threads.join();
    CPPUNIT_ASSERT(recent.reasonsAgainst(start + 5s) == Reasons{"after"});
    CPPUNIT_ASSERT_EQUAL(2, looks.load());
}

SPEC(ReadinessSeenLately, is_waited_for_the_first_time) {
    isHeld = true;
    state = {"first"};
    std::atomic<int> asking{0}, told{0};
    for (int i = 0; i < 4; ++i)
        threads.add([&] {
            ++asking;
            if (recent.reasonsAgainst(start) == Reasons{"first"}) ++told;
        });
    ASSERT_EVENTUALLY(asking == 4 && looks == 1);
    CPPUNIT_ASSERT_EQUAL(0, told.load());
    isHeld = false;
    threads.join();
    CPPUNIT_ASSERT_EQUAL(4, told.load());
    CPPUNIT_ASSERT_EQUAL(1, looks.load());
}

SPEC(ReadinessSeenLately, is_looked_at_again_after_a_look_that_failed) {
    int times = 0;
    RecentReadiness failing([&]() -> Reasons {
        if (++times == 1) throw std::runtime_error("no memory");
        return {"seen"};
    });
    CPPUNIT_ASSERT_THROW(failing.reasonsAgainst(start), std::runtime_error);
    CPPUNIT_ASSERT(failing.reasonsAgainst(start) == Reasons{"seen"});
}

}  // namespace
