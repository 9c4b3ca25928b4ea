// Where the time of a request has gone: its phases, their sums.
#include "observe/call_times.h"

#include "support/spec.h"

#include <cppunit/TestCase.h>

#include <chrono>
#include <cstdint>
#include <set>
#include <string>

using namespace aiproject;
using namespace std::chrono_literals;
using namespace std::string_literals;
using Phase = CallTimes::Phase;

namespace {

struct TimesOfACall : CppUnit::TestCase {
    const CallTimes::Clock::time_point begin = CallTimes::Clock::now();
    CallTimes times{begin};

    static std::int64_t ms(CallTimes::Tick ticks) {
        return std::chrono::duration_cast<std::chrono::milliseconds>(ticks).count();
    }
    std::int64_t sumOf(Phase phase) const { return ms(times.part(phase).sum); }
};

SPEC(TimesOfACall, add_up_to_the_whole) {
    times.enter(Phase::queue, begin + 10ms);
    times.enter(Phase::body, begin + 30ms);
    times.enter(Phase::account, begin + 35ms);
    times.stop(begin + 100ms);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(100), std::int64_t(times.total().count()));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(15), sumOf(Phase::body));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(20), sumOf(Phase::queue));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(65), sumOf(Phase::account));
    CPPUNIT_ASSERT(times.longest() == Phase::account);
    CPPUNIT_ASSERT(times.has(Phase::queue) && !times.has(Phase::tls));
}

SPEC(TimesOfACall, tell_from_when_to_when_a_phase_that_was_entered_again_lasted) {
    times.enter(Phase::connect, begin + 10ms);
    times.enter(Phase::retry, begin + 20ms);
    times.enter(Phase::connect, begin + 50ms);
    times.enter(Phase::firstFrame, begin + 55ms);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(10), ms(times.part(Phase::connect).first));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(55), ms(times.part(Phase::connect).last));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(15), sumOf(Phase::connect));
}

SPEC(TimesOfACall, have_the_first_frame_of_the_last_attempt) {
    times.enter(Phase::firstFrame, begin + 10ms);
    times.enter(Phase::frames, begin + 20ms);
    times.enter(Phase::retry, begin + 30ms);
    CPPUNIT_ASSERT(!times.firstFrame());
    times.enter(Phase::firstFrame, begin + 40ms);
    times.enter(Phase::frames, begin + 60ms);
    times.enter(Phase::client, begin + 70ms);
    times.enter(Phase::frames, begin + 80ms);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(60), ms(*times.firstFrame()));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(70), ms(times.since(Phase::firstFrame)));
}

SPEC(TimesOfACall, have_a_first_frame_or_the_time_without_one) {
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), std::int64_t(times.untilFirstFrame().count()));
    times.enter(Phase::firstFrame, begin + 10ms);
    times.stop(begin + 40ms);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(40), std::int64_t(times.untilFirstFrame().count()));
    times.enter(Phase::frames, begin + 60ms);
    times.stop(begin + 90ms);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(60), std::int64_t(times.untilFirstFrame().count()));
}

SPEC(TimesOfACall, never_go_back) {
    times.enter(Phase::queue, begin - 5ms);
    times.enter(Phase::account, begin + 20ms);
    times.enter(Phase::frames, begin + 10ms);
    times.stop(begin + 15ms);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(20), std::int64_t(times.total().count()));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), sumOf(Phase::frames));
}

SPEC(TimesOfACall, last_longer_than_any_call_may) {
    times.stop(begin + 48h);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(48 * 3'600'000), std::int64_t(times.total().count()));
}

SPEC(TimesOfACall, name_each_phase) {
    std::set<std::string> names;
    for (std::size_t i = 0; i < CallTimes::kPhases; ++i) names.emplace(nameOf(Phase(i)));
    CPPUNIT_ASSERT(names.size() == CallTimes::kPhases && names.count("") == 0 && names.count("first_frame") == 1);
}

}  // namespace
