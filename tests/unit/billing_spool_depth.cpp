// How many bills wait, as the gauges tell it.
#include "billing/spool_depth.h"
#include "support/spec.h"
#include "support/temp_dir.h"

using namespace aiproject;
using namespace aiproject::test;

namespace {

struct Depth : CppUnit::TestCase {
    TempDir dir;
    SpoolDepth depth;
};

}  // namespace

SPEC(Depth, of_a_folder_that_is_not_there_is_nothing) {
    const SpoolDepth::Look look = depth.look(dir.file("none"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), look.bills);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), look.oldestMs);
}

SPEC(Depth, counts_the_lines_of_all_workers_and_finds_the_oldest) {
    dir.write("a-1.spool", "{\"at_ms\":3000}\n{\"at_ms\":4000}\n");
    dir.write("b-1.spool", "{\"call\":\"x\",\"at_ms\":2000,\"user\":1}\n");
    dir.write("b-2.aside", "{\"at_ms\":1}\n");
    const SpoolDepth::Look look = depth.look(dir.path());
    CPPUNIT_ASSERT_EQUAL(std::int64_t(3), look.bills);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(2000), look.oldestMs);
}

SPEC(Depth, follows_a_file_that_grows_and_one_that_goes) {
    dir.write("a-1.spool", "{\"at_ms\":3000}\n");
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), depth.look(dir.path()).bills);
    dir.write("a-1.spool", "{\"at_ms\":3000}\n{\"at_ms\":4000}\n");
    CPPUNIT_ASSERT_EQUAL(std::int64_t(2), depth.look(dir.path()).bills);
    std::filesystem::remove(dir.file("a-1.spool"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), depth.look(dir.path()).bills);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), depth.look(dir.path()).oldestMs);
}

SPEC(Depth, of_what_is_no_bill_has_no_age) {
    dir.write("a-1.spool", "half a li");
    const SpoolDepth::Look look = depth.look(dir.path());
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), look.bills);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), look.oldestMs);
}
