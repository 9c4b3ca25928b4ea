// Suites fell beside a load of 50, because their limits were those of an idle machine.
#include "support/child_process.h"
#include "support/eventually.h"
#include "support/places.h"
#include "support/spec.h"
#include "support/time_factor.h"

#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace aiproject::test;
using namespace std::chrono_literals;

namespace {

struct TimeFactor : CppUnit::TestCase {
    // As ctest asks.
    static int saidWith(const std::string& least) {
        const Finished finished =
            runToEnd({buildFolder() + "/tests/support/time_factor", {}, {{"AIPROJECT_TIME_FACTOR", least}}});
        CPPUNIT_ASSERT_EQUAL(0, finished.code);
        return std::stoi(finished.output);
    }
};

}  // namespace

SPEC(TimeFactor, is_never_below_one_nor_below_what_it_is_told) {
    CPPUNIT_ASSERT(saidWith("73") >= 73);
    for (const std::string useless : {"", "0", "-5", "fast"}) CPPUNIT_ASSERT(saidWith(useless) >= 1);
    CPPUNIT_ASSERT_EQUAL(100, saidWith("1000000"));
}

SPEC(TimeFactor, grows_with_what_else_the_machine_computes) {
    std::vector<std::unique_ptr<ChildProcess>> others;
    const int alone = saidWith("1");
    const std::size_t many = std::size_t(12) * std::thread::hardware_concurrency();
    others.reserve(many);
    while (others.size() < many)
        others.push_back(std::make_unique<ChildProcess>(Command{"sh", {"-c", "while :; do :; done"}}));
    ASSERT_EVENTUALLY(saidWith("1") >= std::min(100, alone + 4));
}

SPEC(TimeFactor, is_what_limits_and_settings_are_multiplied_by) {
    CPPUNIT_ASSERT(kPatience >= 30s * timeFactor());
    CPPUNIT_ASSERT_EQUAL(std::to_string(100 * timeFactor()), atOurPace(100ms, 60s));
    CPPUNIT_ASSERT_EQUAL(std::string("50"), atOurPace(100ms, 50ms));
}
