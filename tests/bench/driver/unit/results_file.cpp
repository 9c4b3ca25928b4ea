// Where results go in RESULTS.md, and what stays.
#include "bench/driver/results_file.h"

#include "support/spec.h"
#include "support/text.h"

#include <stdexcept>

using namespace aiproject::bench;
using aiproject::test::countOf;

namespace {

struct BenchResults : CppUnit::TestCase {
    const std::string first = withResults("", "## first\n");
};

}  // namespace

SPEC(BenchResults, stand_newest_first) {
    const std::string file = withResults(first, "## second\n");
    CPPUNIT_ASSERT(file.find("## second\n") < file.find("## first\n"));
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), countOf(file, "## first\n"));
}

SPEC(BenchResults, keep_the_page_at_the_end) {
    const std::string page = "# What one host holds, what 10 and 100 hosts need\n";
    CPPUNIT_ASSERT(first.find("## first\n") < first.find(page));
    const std::string file = withResults(first + "\nby hand\n", "## second\n");
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), countOf(file, page));
    CPPUNIT_ASSERT_EQUAL(file.size() - std::string("\nby hand\n").size(), file.find("\nby hand\n"));
}

SPEC(BenchResults, keep_what_people_wrote_above_and_between) {
    const std::string file =
        withResults("an own head\n" + withResults(first + "between\n", "## second\n"), "## third\n");
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), file.find("an own head\n"));
    CPPUNIT_ASSERT(file.find("between\n") != std::string::npos);
}

SPEC(BenchResults, are_refused_where_nothing_says_what_to_keep) {
    CPPUNIT_ASSERT_THROW(withResults("a file of another make\n", "## first\n"), std::runtime_error);
}

SPEC(BenchResults, name_the_machine) { CPPUNIT_ASSERT(machine().find(" cores, Linux ") != std::string::npos); }
