// bench_load: many streams against one target, each frame's age measured when it arrives.
#include "bench/common/options.h"
#include "bench/common/process.h"
#include "bench/load/burst.h"
#include "bench/load/fleet.h"

#include <cstdlib>
#include <iostream>

using namespace aiproject;
using namespace aiproject::bench;

namespace {

BenchOrder orderFrom(const Options& options) {
    BenchOrder order;
    order.frames = std::uint32_t(options.number("--frames", {1, 10'000'000}));
    order.gap = std::chrono::microseconds(options.number("--gap-us", {0, 4'000'000'000}));
    order.bytes = std::uint32_t(options.number("--bytes", {0, 60'000}));
    order.wait = std::chrono::milliseconds(options.number("--wait-ms", {0, 600'000}, 0));
    return order;
}

template <class Crowd, class Plan>
void run(StreamPlan& streams, const Plan& plan) {
    const StopSignal stop(streams.loop);
    Crowd crowd(streams, plan);
    crowd.begin();
    streams.loop.run();
    std::cout << crowd.measurement().report(plan.streams) << std::endl;
}

}  // namespace

int main(int argc, char** argv) try {
    const Options options(argc, argv,
                          {"--target", "--body", "--streams", "--frames", "--gap-us", "--bytes", "--wait-ms",
                           "--seconds", "--ramp-per-s", "--burst-per-s", "--header", "--read-bytes-per-s"});
    const BenchOrder order = orderFrom(options);
    FleetPlan plan;
    plan.streams = options.number("--streams", {1, 100'000});
    plan.steady = std::chrono::seconds(options.number("--seconds", {1, 86'400}));
    plan.rampPerSecond = options.number("--ramp-per-s", {1, 1'000'000}, 0);
    const BurstPlan burst{plan.streams, options.number("--burst-per-s", {1, 1'000'000}, 0)};
    const std::string body = bodyFrom(options.text("--body"), sentenceOf(order));

    prepareProcess();
    EventLoop loop;
    StreamPlan streams{loop, targetFor(options.text("--target"), parsedHeaders(options.all("--header")), body), order,
                       options.number("--read-bytes-per-s", {1, 1'000'000'000}, 0)};
    burst.perSecond != 0 ? run<Burst>(streams, burst) : run<Fleet>(streams, plan);
    return EXIT_SUCCESS;
} catch (const std::exception& e) {
    std::cerr << "bench_load: " << e.what() << '\n';
    return EXIT_FAILURE;
}
