// The rules of warm connections, which are numbers here.
#include "upstream/waiting_line.h"

#include "support/spec.h"

using namespace std::chrono_literals;

namespace {

using NumberLine = aiproject::outbound::WaitingLine<int>;
using Time = NumberLine::Time;

struct WaitingLine : CppUnit::TestCase {
    const Time start{1'000s};
    NumberLine line{2, 50s};

    bool isPausing(Time now) const { return !line.mayOpen(now); }
};

}  // namespace

SPEC(WaitingLine, gives_the_oldest_first_and_each_once) {
    line.add(1, start);
    line.add(2, start + 1s);
    CPPUNIT_ASSERT_EQUAL(1, line.takeOldest(start + 2s).value());
    CPPUNIT_ASSERT_EQUAL(2, line.takeOldest(start + 2s).value());
    CPPUNIT_ASSERT(!line.takeOldest(start + 2s));
}

SPEC(WaitingLine, gives_none_that_is_too_old) {
    line.add(1, start);
    line.add(2, start + 1s);
    CPPUNIT_ASSERT_EQUAL(2, line.takeOldest(start + 50s).value());
    CPPUNIT_ASSERT(!line.takeOldest(start + 50s));
    CPPUNIT_ASSERT(line.takeOver(start + 49s).empty());
    CPPUNIT_ASSERT(std::vector{1} == line.takeOver(start + 50s));
    CPPUNIT_ASSERT(line.takeOver(start + 50s).empty());
}

SPEC(WaitingLine, is_filled_up_to_what_is_wanted) {
    CPPUNIT_ASSERT(line.mayOpen(start));
    line.add(1, start);
    CPPUNIT_ASSERT(line.mayOpen(start));
    line.add(2, start);
    CPPUNIT_ASSERT(!line.mayOpen(start));
    CPPUNIT_ASSERT(line.nextChange() == start + 50s);
    CPPUNIT_ASSERT(std::vector{1} == line.takeIf([](int item) { return item == 1; }));
    CPPUNIT_ASSERT(line.mayOpen(start));
}

SPEC(WaitingLine, pauses_longer_after_each_loss_up_to_a_minute) {
    Time now = start;
    for (const auto pause : {1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s}) {
        line.lost(now);
        CPPUNIT_ASSERT(isPausing(now + pause - 1ms));
        CPPUNIT_ASSERT(line.nextChange() == now + pause);
        CPPUNIT_ASSERT(!isPausing(now + pause));
        now += pause;
    }
}

SPEC(WaitingLine, counts_losses_within_a_pause_as_one) {
    for (int i = 0; i < 64; ++i) line.lost(start);
    CPPUNIT_ASSERT(!isPausing(start + 1s));
    line.lost(start + 1s);
    CPPUNIT_ASSERT(isPausing(start + 2s) && !isPausing(start + 3s));
}

SPEC(WaitingLine, forgets_losses_when_one_has_waited_well_not_when_one_was_opened) {
    line.lost(start);
    line.add(1, start + 1s);
    line.lost(start + 1s);
    CPPUNIT_ASSERT(isPausing(start + 2s));
    line.proved();
    CPPUNIT_ASSERT(!isPausing(start + 2s));
    line.lost(start + 2s);
    CPPUNIT_ASSERT(!isPausing(start + 3s));
}
