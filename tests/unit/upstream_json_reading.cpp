// What a peer wrote, read as a tree.
#include "upstream/json_reading.h"

#include "support/spec.h"

#include <string>

using namespace aiproject::outbound;
using namespace std::string_literals;

namespace {

struct JsonReading : CppUnit::TestCase {};

}  // namespace

SPEC(JsonReading, takes_no_number_for_a_text_however_large_or_small_it_is) {
    for (const char* number : {"0", "-1", "1.5", "18446744073709551615", "18446744073709551616", "1e308", "2e308",
                               "-2e308", "1e-400", "-1e-400"}) {
        const auto object = objectOf("{\"a\":"s + number + ",\"b\":\"x\"}");
        CPPUNIT_ASSERT_EQUAL_MESSAGE(number, ""s, memberText(object, "a"));
        CPPUNIT_ASSERT_EQUAL_MESSAGE(number, "x"s, memberText(object, "b"));
    }
}

SPEC(JsonReading, takes_no_number_that_is_too_large_for_an_integer) {
    for (const char* number : {"18446744073709551616", "1e3", "2e308", "1e-400", "\"7\"", "true", "null"})
        CPPUNIT_ASSERT_MESSAGE(number, !memberInteger(objectOf("{\"a\":"s + number + "}"), "a"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(7), memberInteger(objectOf(R"({"a":7})"), "a").value());
}
