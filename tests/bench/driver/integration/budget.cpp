// The recorder tells the parts of a call apart in a real worker.
#include "bench/driver/budget.h"

#include "support/spec.h"

#include <numeric>

using namespace aiproject::bench;

namespace {

struct BenchBudget : CppUnit::TestCase {
    const BenchOptions options = optionsOf({"--smoke"});
    BudgetBook budgets{options};

    static void assertHasAllParts(const Budget& budget) {
        CPPUNIT_ASSERT_EQUAL(std::int64_t(0), budget.failures);
        for (const CallPart part : {CallPart::open, CallPart::reserve, CallPart::connect, CallPart::ask,
                                    CallPart::relay, CallPart::settle, CallPart::end}) {
            const std::string name = "part " + std::to_string(int(part));
            const PartCost& cost = budget.parts[std::size_t(part)];
            CPPUNIT_ASSERT_MESSAGE(name, cost.cpuUs > 0 && cost.cpuUs < budget.all.cpuUs);
            CPPUNIT_ASSERT_MESSAGE(name, cost.allocations >= 0 && cost.allocations < budget.all.allocations);
        }
        const double sum = std::accumulate(budget.parts.begin(), budget.parts.end(), 0.0,
                                           [](double so, const PartCost& cost) { return so + cost.cpuUs; });
        CPPUNIT_ASSERT_DOUBLES_EQUAL(budget.all.cpuUs, sum, 1e-6);
        CPPUNIT_ASSERT(budget.parts[std::size_t(CallPart::open)].allocations > 1);
    }
};

}  // namespace

SPEC(BenchBudget, has_all_parts_of_a_plain_call_and_of_one_over_tls) {
    assertHasAllParts(budgets.of(BudgetCase::plain));
    assertHasAllParts(budgets.of(BudgetCase::tls));
    CPPUNIT_ASSERT(budgets.of(BudgetCase::tls).parts[std::size_t(CallPart::connect)].cpuUs >
                   budgets.of(BudgetCase::plain).parts[std::size_t(CallPart::connect)].cpuUs);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), budgets.failures());
}
