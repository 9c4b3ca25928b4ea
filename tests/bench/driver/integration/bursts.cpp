// A burst tells what was served from what was told to come back, and each of its streams counts once.
#include "bench/driver/bursts.h"

#include "bench/driver/host_under_bench.h"
#include "support/spec.h"
#include "support/time_factor.h"

using namespace aiproject::bench;

namespace {

const int kWaitMs = 2'000 * aiproject::test::timeFactor();

struct BenchBurst : CppUnit::TestCase {
    static HostOptions withCalls(const std::string& most) {
        HostOptions options;
        options.room = Room::byDefault;
        options.settings = {{"pool.model.calls", most}};
        return options;
    }
    // All begin within a fifth of a second, so each is there when the others are.
    static LoadPlan waiting(const HostUnderBench& host) {
        LoadPlan plan = host.planFor(Way::nginx);
        plan.streams = 20;
        plan.burstPerSecond = 100;
        plan.waitMs = kWaitMs;
        return plan;
    }
};

}  // namespace

SPEC(BenchBurst, counts_each_stream_once_as_served_or_told_to_come_back) {
    const HostUnderBench host(withCalls("5"));
    LoadRun run(waiting(host));
    run.awaitSteady();
    run.awaitOver();
    const LoadResult load = run.result();
    const Told told = toldOf(load);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(5), told.served);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(15), told.busy);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), told.failed);
    CPPUNIT_ASSERT(load.firstFrame.p50 >= kWaitMs * 1e3);
    CPPUNIT_ASSERT(load.answer.most >= kWaitMs * 1e3 && load.answer.p50 < kWaitMs * 1e3);
}
