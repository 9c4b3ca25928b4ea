// What the command line may say.
#include "bench/driver/options.h"

#include "support/spec.h"

#include <stdexcept>

using namespace aiproject::bench;

namespace {

struct BenchCommandLine : CppUnit::TestCase {
    // What is wrong with it.
    static std::string fault(const std::vector<std::string>& words) {
        try {
            optionsOf(words);
        } catch (const std::invalid_argument& e) {
            return e.what();
        }
        return "";
    }
};

}  // namespace

SPEC(BenchCommandLine, asks_for_everything_when_it_is_empty) {
    const BenchOptions options = optionsOf({});
    CPPUNIT_ASSERT_EQUAL(std::size_t(8), options.parts.size());
    CPPUNIT_ASSERT_EQUAL(10'000, options.mostStreams());
    CPPUNIT_ASSERT(!options.record);
}

SPEC(BenchCommandLine, chooses_parts_streams_and_seconds) {
    const BenchOptions options = optionsOf({"--only", "rows", "--only", "growth", "--streams", "1000,10", "--seconds",
                                            "3", "--held", "30000", "--record", "x y"});
    CPPUNIT_ASSERT(options.parts == (std::set<Part>{Part::rows, Part::growth}));
    CPPUNIT_ASSERT(options.streams == (std::vector<int>{10, 1'000}));
    CPPUNIT_ASSERT_EQUAL(3, options.seconds);
    CPPUNIT_ASSERT_EQUAL(30'000, options.held);
    CPPUNIT_ASSERT_EQUAL(std::string("x y"), *options.record);
}

SPEC(BenchCommandLine, lets_what_is_said_win_over_smoke) {
    CPPUNIT_ASSERT_EQUAL(7, optionsOf({"--seconds", "7", "--smoke"}).seconds);
    CPPUNIT_ASSERT(optionsOf({"--smoke"}).mostStreams() < 1'000);
}

SPEC(BenchCommandLine, finds_the_number_of_streams_that_fits) {
    const BenchOptions options = optionsOf({"--streams", "10,100,3000"});
    CPPUNIT_ASSERT_EQUAL(100, options.atMost(1'000));
    CPPUNIT_ASSERT_EQUAL(3'000, options.atMost(3'000));
    CPPUNIT_ASSERT_EQUAL(10, options.atMost(1));
}

SPEC(BenchCommandLine, says_what_is_wrong_and_what_is_allowed) {
    CPPUNIT_ASSERT_EQUAL(std::string("'--fast' is not an option"), fault({"--fast"}));
    CPPUNIT_ASSERT_EQUAL(std::string("--seconds: needs a value"), fault({"--seconds"}));
    CPPUNIT_ASSERT_EQUAL(std::string("--seconds: '1x' is not a whole number from 1 to 600"),
                         fault({"--seconds", "1x"}));
    CPPUNIT_ASSERT_EQUAL(std::string("--streams: needs numbers, as in 1,100,1000"), fault({"--streams", ""}));
    CPPUNIT_ASSERT(
        fault({"--only", "speed"}).find("rows, targets, budget, warm, bulkheads, growth, bursts and pictures") !=
        std::string::npos);
}
