// Where tokens of JSON end, also where it is cut.
#include "base/json_tokens.h"

#include "support/spec.h"

#include <string>

using namespace aiproject;
using namespace std::string_literals;

namespace {

struct JsonTokens : CppUnit::TestCase {};

SPEC(JsonTokens, end_where_a_text_or_a_number_does) {
    CPPUNIT_ASSERT_EQUAL(std::size_t(4), endOfJsonText(R"("ab","c")", 0));
    CPPUNIT_ASSERT_EQUAL(std::size_t(6), endOfJsonText(R"("a\"b",1)", 0));
    CPPUNIT_ASSERT_EQUAL(std::size_t(4), endOfJsonText(R"("\\"x")", 0));
    CPPUNIT_ASSERT_EQUAL(std::size_t(8), endOfJsonNumber("[-1.5e+3]", 1));
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), endOfJsonNumber("12", 0));
    CPPUNIT_ASSERT(beginsJsonNumber('-') && beginsJsonNumber('9') && !beginsJsonNumber('+'));
}

SPEC(JsonTokens, end_with_a_text_that_is_cut) {
    for (const std::string& cut : {"\""s, "\"ab"s, "\"ab\\"s, "\"ab\\\""s})
        CPPUNIT_ASSERT_EQUAL_MESSAGE(cut, cut.size(), endOfJsonText(cut, 0));
}

SPEC(JsonTokens, have_code_units_of_whole_escapes_only) {
    CPPUNIT_ASSERT_EQUAL(0xd83dU, escapedUnit(R"(x\ud83D)", 1).value());
    CPPUNIT_ASSERT_EQUAL(0U, escapedUnit(R"(\u0000)", 0).value());
    for (const char* none : {"", R"(\u12)", R"(\u12g4)", R"(\n1234)", "u12345"}) CPPUNIT_ASSERT(!escapedUnit(none, 0));
    CPPUNIT_ASSERT(!escapedUnit(R"(\ud83d)", 20));
    CPPUNIT_ASSERT(isFirstHalf(0xd800) && isFirstHalf(0xdbff) && !isFirstHalf(0xdc00));
    CPPUNIT_ASSERT(isSecondHalf(0xdc00) && isSecondHalf(0xdfff) && !isSecondHalf(0xe000));
}

}  // namespace
