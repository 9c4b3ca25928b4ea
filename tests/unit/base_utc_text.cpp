// Times as they are written and read: what a command or an answer shows can be typed again.
#include "base/utc_text.h"

#include "support/spec.h"

#include <cppunit/TestCase.h>

#include <string>

using namespace aiproject;
using namespace std::string_literals;

namespace {

constexpr std::int64_t kMoment = 1'709'251'199'123;

struct UtcTexts : CppUnit::TestCase {
    static std::int64_t read(const std::string& text) { return utcTimeIn(text).value_or(-1); }
};

SPEC(UtcTexts, are_written_as_day_or_time) {
    CPPUNIT_ASSERT_EQUAL("2024-02-29"s, utcDay(kMoment));
    CPPUNIT_ASSERT_EQUAL("2024-02-29T23:59:59.123Z"s, utcTime(kMoment));
    CPPUNIT_ASSERT_EQUAL("2024-02-29T23:59:59Z"s, utcTime(kMoment, Precision::seconds));
    CPPUNIT_ASSERT_EQUAL("1970-01-01T00:00:00.000Z"s, utcTime(0));
}

SPEC(UtcTexts, are_null_for_never) {
    CPPUNIT_ASSERT(utcTimeOrNull(0).isEmpty() && utcTimeOrNull(0, Precision::seconds).isEmpty());
    CPPUNIT_ASSERT_EQUAL(utcTime(kMoment), utcTimeOrNull(kMoment).convert<std::string>());
}

SPEC(UtcTexts, are_read_as_they_are_written) {
    CPPUNIT_ASSERT_EQUAL(kMoment, read(utcTime(kMoment)));
    CPPUNIT_ASSERT_EQUAL(kMoment - 123, read(utcTime(kMoment, Precision::seconds)));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1'709'164'800'000), read(utcDay(kMoment)));
    CPPUNIT_ASSERT_EQUAL(kMoment, utcEndIn(utcTime(kMoment)).value_or(-1));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1'709'251'200'000), utcEndIn(utcDay(kMoment)).value_or(-1));
}

SPEC(UtcTexts, of_no_time_are_refused) {
    for (const std::string& text :
         {""s, "2024-02-30"s, "2024-02-29T24:00:00Z"s, "2024-02-29T23:59:59.1Z"s, "2024-02-29T23:59:59.1234Z"s,
          "2024-02-29T23:59:59,123Z"s, "2024-02-29T23:59:59.123"s, "2024-02-29T23:59:59.12xZ"s, "1969-12-31"s})
        CPPUNIT_ASSERT_EQUAL_MESSAGE(text, std::int64_t(-1), read(text));
}

}  // namespace
