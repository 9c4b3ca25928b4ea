#include "bench/driver/warm.h"

#include "bench/driver/progress.h"
#include "bench/driver/section.h"

namespace aiproject::bench {
namespace {

constexpr int kStepMs = 30;
constexpr int kBetweenCallsUs = 300'000;  // more than a new connection takes
constexpr double kToBeSavedMs = 90;
constexpr int kWarm = 4;

FirstFrame measured(int warm, int seconds) {
    const HostUnderBench host({Transport::tls, kStepMs, warmConnections(warm)});
    return firstFrame(host, Way::nginx, seconds);
}

}  // namespace

test::Settings warmConnections(int count) {
    static const bool areKnown = knowsWarmConnections();
    if (!areKnown) return {};
    return {{"model.spark_chat.warm_connections", std::to_string(count)}};
}

FirstFrame firstFrame(const HostUnderBench& host, Way way, int seconds) {
    LoadPlan plan = host.planFor(way);
    plan.seconds = seconds;
    plan.frames = 2;
    plan.gapUs = kBetweenCallsUs;
    LoadRun load(plan);
    const LoadResult result = load.result();
    return {result.firstFrame.p50, result.failures};
}

Section coldAgainstWarm(const BenchOptions& options) {
    say("cold: an upstream " + std::to_string(kStepMs) + " ms away, TLS, no warm connections");
    const FirstFrame cold = measured(0, options.seconds);
    const std::string title = "Warm upstream connections";
    const std::string coldMs = fixed(cold.us / 1'000, 1);
    if (warmConnections(0).empty())
        return {title,
                {},
                {"Cold: first frame after " + coldMs + " ms. This build's spark_chat has no `warm_connections`."},
                {},
                cold.failures};
    say("warm: the same with " + std::to_string(kWarm) + " warm connections");
    const FirstFrame warm = measured(kWarm, options.seconds);
    const double savedMs = (cold.us - warm.us) / 1'000;
    Table table({"first frame, upstream 30 ms away, TLS, 1 call after the other", "cold ms", "warm ms", "saved ms",
                 "target", ""});
    table.add({"median", coldMs, fixed(warm.us / 1'000, 1), fixed(savedMs, 1), "≥ " + fixed(kToBeSavedMs, 0),
               savedMs >= kToBeSavedMs ? "met" : "missed"});
    return {title, table, {}, {}, cold.failures + warm.failures};
}

}  // namespace aiproject::bench
