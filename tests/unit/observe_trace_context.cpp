// traceparent and tracestate as W3C's Trace Context wants them.
#include "observe/trace_context.h"

#include "support/spec.h"

#include <cppunit/TestCase.h>

#include <string>

using namespace aiproject;
using namespace std::string_literals;

namespace {

const std::string kTrace = "4bf92f3577b34da6a3ce929d0e0e4736", kParent = "00f067aa0ba902b7";
const std::string kGiven = "00-" + kTrace + "-" + kParent + "-01";  // the Recommendation's own example

struct TraceParent : CppUnit::TestCase {
    static bool isValid(const std::string& text) { return traceContextIn(text).has_value(); }
    static std::string again(const std::string& text) { return traceparentOf(traceContextIn(text).value()); }
};

SPEC(TraceParent, is_read_and_written_the_same) {
    CPPUNIT_ASSERT_EQUAL(kGiven, again(kGiven));
    CPPUNIT_ASSERT_EQUAL(kTrace, traceIdOf(*traceContextIn(kGiven)));
    CPPUNIT_ASSERT_EQUAL(std::uint64_t(0x00f067aa0ba902b7), traceContextIn(kGiven)->parent);
    CPPUNIT_ASSERT(traceContextIn(kGiven)->isSampled);
    CPPUNIT_ASSERT(!traceContextIn("00-" + kTrace + "-" + kParent + "-00")->isSampled);
    CPPUNIT_ASSERT_EQUAL("ffffffffffffffff"s, spanIdOf(~std::uint64_t(0)));
}

SPEC(TraceParent, passes_on_the_flag_that_version_00_has_and_no_other) {
    CPPUNIT_ASSERT_EQUAL("00-" + kTrace + "-" + kParent + "-01", again("00-" + kTrace + "-" + kParent + "-ff"));
    CPPUNIT_ASSERT_EQUAL("00-" + kTrace + "-" + kParent + "-00", again("00-" + kTrace + "-" + kParent + "-fe"));
}

SPEC(TraceParent, of_a_later_version_is_read_as_far_as_version_00_goes) {
    CPPUNIT_ASSERT_EQUAL(kGiven, again("cc-" + kTrace + "-" + kParent + "-01"));
    CPPUNIT_ASSERT_EQUAL(kGiven, again("cc-" + kTrace + "-" + kParent + "-01-what-the-future-will-be-like"));
    CPPUNIT_ASSERT(!isValid("cc-" + kTrace + "-" + kParent + "-01.what-the-future-will-not-be-like"));
    CPPUNIT_ASSERT(!isValid("ff-" + kTrace + "-" + kParent + "-01"));
}

SPEC(TraceParent, is_overlooked_when_it_is_not_valid) {
    const std::string zeros(32, '0');
    for (const std::string& wrong :
         {""s, "garbage"s, kGiven + "-"s, kGiven + " "s, " "s + kGiven, kGiven + ", "s + kGiven, kGiven.substr(0, 54),
          "00-" + zeros + "-" + kParent + "-01", "00-" + kTrace + "-" + zeros.substr(16) + "-01",
          "00-" + kTrace.substr(1) + "--" + kParent + "-01", "00_" + kTrace + "-" + kParent + "-01",
          "00-" + kTrace + "-" + kParent + "_01", "0x-" + kTrace + "-" + kParent + "-01",
          "00-" + kTrace + "-" + kParent + "-0X", "00-4BF92F3577B34DA6A3CE929D0E0E4736-" + kParent + "-01",
          "00-" + kTrace + "-00F067AA0BA902B7-01", "00-" + std::string(32, 'g') + "-" + kParent + "-01",
          std::string(55, '\0')})
        CPPUNIT_ASSERT_MESSAGE(wrong, !isValid(wrong));
}

SPEC(TraceParent, names_a_span_of_this_worker_where_it_makes_some) {
    RequestTrace trace{*traceContextIn(kGiven)};
    CPPUNIT_ASSERT_EQUAL(kGiven, traceparentOf(trace.onward()));
    trace.span = 0x1000;
    CPPUNIT_ASSERT_EQUAL("00-" + kTrace + "-0000000000001001-01", traceparentOf(trace.onward()));
}

SPEC(TraceParent, has_a_state_that_is_passed_on_as_it_came_or_without_its_last_members) {
    const std::string state = "congo=t61rcWkgMzE,\trojo=00f067aa0ba902b7 , a@b=\"~";
    CPPUNIT_ASSERT_EQUAL(state, std::string(passedTraceState(state)));
    CPPUNIT_ASSERT_EQUAL(std::size_t(512), passedTraceState(std::string(512, 'a')).size());
    CPPUNIT_ASSERT_EQUAL(state, std::string(passedTraceState(state + "," + std::string(500, 'a'))));
    const std::string full(512, 'a');
    CPPUNIT_ASSERT_EQUAL(full, std::string(passedTraceState(full + ",b=c")));
    for (const std::string& wrong : {std::string(513, 'a'), "a=b\r\nX: y"s, "a=\x7f"s, "a=\u00e4"s, "a=\0b"s})
        CPPUNIT_ASSERT(passedTraceState(wrong).empty());
}

}  // namespace
