#include "bench/common/event_loop.h"

#include "support/spec.h"

#include <list>
#include <vector>

using namespace aiproject;
using namespace aiproject::bench;
using namespace std::chrono_literals;

namespace {

struct Timers : CppUnit::TestCase {
    EventLoop loop;
    std::vector<int> expired;

    struct Alarm final : Watcher {
        Alarm(Timers& owner, int number) : owner(owner), number(number) {}
        void ready(std::uint32_t /*events*/) override {}
        void timerExpired() override {
            owner.expired.push_back(number);
            if (number == kLast) owner.loop.stop();
        }
        Timers& owner;
        int number;
    };
    static constexpr int kLast = 1'000;
    std::list<Alarm> alarms;

    Alarm& alarm(int number) { return alarms.emplace_back(*this, number); }
};

}  // namespace

SPEC(Timers, expire_in_the_order_in_which_they_are_due) {
    const TimePoint now = Clock::now();
    for (int step = 0; step <= kLast; ++step) {
        const int number = step * 17 % (kLast + 1);  // each once, in disorder
        loop.setTimer(alarm(number), now + number * 1us);
    }
    loop.run();
    CPPUNIT_ASSERT_EQUAL(std::size_t(kLast + 1), expired.size());
    for (int number = 0; number <= kLast; ++number) CPPUNIT_ASSERT_EQUAL(number, expired[std::size_t(number)]);
}

SPEC(Timers, are_moved_and_cancelled_wherever_they_stand) {
    const TimePoint now = Clock::now();
    for (int number = 0; number < 100; ++number) loop.setTimer(alarm(number), now + number * 1us);
    loop.setTimer(alarm(kLast), now + 3ms);
    std::vector<int> expected;
    for (auto& one : alarms) {
        if (one.number % 3 == 0) loop.cancelTimer(one);
        if (one.number % 3 == 1) loop.setTimer(one, now + 2ms + one.number * 1us);
        if (one.number % 3 == 2) expected.push_back(one.number);
    }
    for (int number = 1; number < 100; number += 3) expected.push_back(number);
    loop.setTimer(alarms.back(), now + 4ms);
    expected.push_back(kLast);
    loop.run();
    CPPUNIT_ASSERT(expected == expired);
}
