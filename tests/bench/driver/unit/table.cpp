// Figures as they stand in a table.
#include "bench/driver/table.h"

#include "support/spec.h"

#include <sstream>
#include <stdexcept>

using namespace aiproject::bench;
using namespace std::string_literals;

namespace {

struct BenchTable : CppUnit::TestCase {};

}  // namespace

SPEC(BenchTable, is_json_with_heads_and_rows) {
    Table table({"what", "µs"});
    table.add({"a", "1"});
    std::ostringstream text;
    table.json().stringify(text);
    CPPUNIT_ASSERT_EQUAL(R"({"heads":["what","µs"],"rows":[["a","1"]]})"s, text.str());
}

SPEC(BenchTable, refuses_a_row_with_another_number_of_cells) {
    Table table({"one", "two"});
    CPPUNIT_ASSERT_THROW(table.add({"1"}), std::invalid_argument);
}

SPEC(BenchTable, rounds_numbers) {
    CPPUNIT_ASSERT_EQUAL("0.13"s, fixed(0.126, 2));
    CPPUNIT_ASSERT_EQUAL("37000"s, fixed(36'999.6, 0));
}

SPEC(BenchTable, knows_how_far_numbers_lie_apart) {
    CPPUNIT_ASSERT_DOUBLES_EQUAL(50, spreadPercent({12, 10, 15}), 1e-9);
    CPPUNIT_ASSERT_DOUBLES_EQUAL(0, spreadPercent({12}), 1e-9);
    CPPUNIT_ASSERT_DOUBLES_EQUAL(0, spreadPercent({}), 1e-9);
}

SPEC(BenchTable, finds_the_median) {
    CPPUNIT_ASSERT_DOUBLES_EQUAL(2, medianOf({3, 1, 2}), 1e-9);
    CPPUNIT_ASSERT_DOUBLES_EQUAL(2.5, medianOf({4, 1, 3, 2}), 1e-9);
    CPPUNIT_ASSERT_THROW(medianOf({}), std::invalid_argument);
}
