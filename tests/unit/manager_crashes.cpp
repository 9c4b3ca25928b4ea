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

    bool isQuarantined(int model) { return board.model(model).isQuarantined; }
};

}  // namespace

SPEC(Crashes, quarantine_all_models_of_a_plugin_at_the_third) {
    CPPUNIT_ASSERT(!record.blame(first, now));
    CPPUNIT_ASSERT(!record.blame(second, now));
    CPPUNIT_ASSERT(!isQuarantined(first));
    CPPUNIT_ASSERT(record.blame(first, now));
    CPPUNIT_ASSERT(isQuarantined(first));
    CPPUNIT_ASSERT(isQuarantined(second));
    CPPUNIT_ASSERT(!isQuarantined(other));
}

SPEC(Crashes, of_different_plugins_are_counted_apart) {
    record.blame(first, now);
    record.blame(other, now);
    record.blame(first, now);
    CPPUNIT_ASSERT(!isQuarantined(first));
    CPPUNIT_ASSERT(!isQuarantined(other));
}

SPEC(Crashes, are_forgotten_after_ten_minutes) {
    record.blame(first, now);
    record.blame(first, now);
    CPPUNIT_ASSERT(!record.blame(first, now + std::chrono::minutes(11)));
    CPPUNIT_ASSERT(!isQuarantined(first));
}

SPEC(Crashes, come_back_when_the_reload_is_refused) {
    for (int i = 0; i < 3; ++i) record.blame(first, now);
    record.pardon();
    record.takeBack();
    CPPUNIT_ASSERT(isQuarantined(first));
    CPPUNIT_ASSERT(!isQuarantined(other));
}

SPEC(Crashes, are_forgiven_by_a_reload) {
    for (int i = 0; i < 3; ++i) record.blame(first, now);
    board.model(other).openUntil = 1;
    record.pardon();
    CPPUNIT_ASSERT(!isQuarantined(first));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), board.model(other).openUntil.load());
    CPPUNIT_ASSERT(!record.blame(first, now));
}
