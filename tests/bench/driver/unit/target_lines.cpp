// Whether a figure meets what it must be, and what it shall be.
#include "bench/driver/target_lines.h"

#include "support/spec.h"

#include <sstream>

using namespace aiproject::bench;
using namespace std::string_literals;

namespace {

struct BenchTargetLines : CppUnit::TestCase {
    TargetLines lines;

    void assertRow(const std::string& expected) const {
        std::ostringstream text;
        lines.table().json().stringify(text);
        CPPUNIT_ASSERT_MESSAGE(text.str(), text.str().find(expected) != std::string::npos);
    }
};

}  // namespace

SPEC(BenchTargetLines, say_what_was_measured_before_and_what_it_must_be) {
    lines.atMost({61, 22, 16}, 61.04, " µs", "frame");
    assertRow(R"(["frame","61 µs","61 µs","≤ 22 µs","≤ 16 µs","missed"])");
    lines.atLeast({0.48, 1, 1.15}, 0.5, "", "ratio");
    assertRow(R"(["ratio","0.5","0.48","≥ 1","≥ 1.15","missed"])");
}

SPEC(BenchTargetLines, tell_what_is_met_from_what_meets_the_aim) {
    lines.atMost({61, 22, 16}, 22, "", "a");
    lines.atMost({61, 22, 16}, 16, "", "b");
    lines.atLeast({{}, 0.75, 0.85}, 0.84, "", "c");
    lines.atLeast({{}, 0.75, 0.85}, 0.851, "", "d");
    assertRow(R"(["a","22","61","≤ 22","≤ 16","met"])");
    assertRow(R"(["b","16","61","≤ 22","≤ 16","aim met"])");
    assertRow(R"(["c","0.84","","≥ 0.75","≥ 0.85","met"])");
    assertRow(R"(["d","0.85","","≥ 0.75","≥ 0.85","aim met"])");
}

SPEC(BenchTargetLines, leave_open_what_has_no_target) {
    lines.atLeast({}, 12'345.6, " KiB", "free");
    assertRow(R"(["free","12346 KiB","","","",""])");
}

SPEC(BenchTargetLines, take_what_was_not_measured_for_missed) {
    lines.atMost({{}, 22, 16}, kNotMeasured, " µs", "most");
    lines.atLeast({{}, 22, 30}, kNotMeasured, "", "least");
    assertRow(R"(["most","not measured","","≤ 22 µs","≤ 16 µs","missed"])");
    assertRow(R"(["least","not measured","","≥ 22","≥ 30","missed"])");
}
