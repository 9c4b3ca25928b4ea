// Who is blamed for crashes, and what follows.
#include "manager/crash_record.h"

#include "support/spec.h"

using namespace aiproject;

namespace {

struct Crashes : CppUnit::TestCase {
    Board board;
    CrashRecord record{board};
    CrashRecord::Clock::time_point now = CrashRecord::Clock::now();
    const int first = board.rowOfModel("first", "boom"), second = board.rowOfModel("second", "boom"),
              other = board.rowOfModel("other", "echo");

    bool isQuarantined(int model) { return board.model(model).quarantinedIn == 1; }
};

}  // namespace

SPEC(Crashes, quarantine_all_models_of_a_plugin_at_the_third) {
    CPPUNIT_ASSERT(!record.blame(first, 1, now));
    CPPUNIT_ASSERT(!record.blame(second, 1, now));
    CPPUNIT_ASSERT(!isQuarantined(first));
    CPPUNIT_ASSERT(record.blame(first, 1, now));
    CPPUNIT_ASSERT(isQuarantined(first));
    CPPUNIT_ASSERT(isQuarantined(second));
    CPPUNIT_ASSERT(!isQuarantined(other));
}

SPEC(Crashes, of_different_plugins_are_counted_apart) {
    record.blame(first, 1, now);
    record.blame(other, 1, now);
    record.blame(first, 1, now);
    CPPUNIT_ASSERT(!isQuarantined(first));
    CPPUNIT_ASSERT(!isQuarantined(other));
}

SPEC(Crashes, are_forgotten_after_ten_minutes) {
    record.blame(first, 1, now);
    record.blame(first, 1, now);
    CPPUNIT_ASSERT(!record.blame(first, 1, now + std::chrono::minutes(11)));
    CPPUNIT_ASSERT(!isQuarantined(first));
}

SPEC(Crashes, of_one_generation_do_not_count_in_the_next) {
    for (int i = 0; i < 3; ++i) record.blame(first, 1, now);
    CPPUNIT_ASSERT(!record.blame(first, 2, now));
    CPPUNIT_ASSERT_EQUAL(1, board.model(first).quarantinedIn.load());
    record.blame(first, 2, now);
    CPPUNIT_ASSERT(record.blame(first, 2, now));
    CPPUNIT_ASSERT_EQUAL(2, board.model(first).quarantinedIn.load());
}

SPEC(Crashes, that_keep_a_whole_pool_waiting_are_enough_once) {
    CPPUNIT_ASSERT(record.condemn(first, 1));
    CPPUNIT_ASSERT(isQuarantined(first) && isQuarantined(second) && !isQuarantined(other));
    CPPUNIT_ASSERT(!record.condemn(second, 1));
}
