#include "bench/driver/bursts.h"

#include "bench/driver/host_under_bench.h"
#include "bench/driver/interruption.h"
#include "bench/driver/progress.h"
#include "bench/driver/section.h"
#include "bench/driver/target_lines.h"

#include <stdexcept>

namespace aiproject::bench {
namespace {

constexpr int kAtOnce = 1'000'000;  // a second: as fast as a client can connect
constexpr double kMostWaitMs = 2'000;
constexpr double kMostAddedMs = 20;  // as of the bulkheads
constexpr int kOthers = 100;
constexpr int kOthersGapUs = 100'000;  // a stream of 20 frames lasts 2 s, so half of the others begin each second

HostOptions defaults() {
    HostOptions host;
    host.room = Room::byDefault;
    return host;
}

void add(const Told& told, const LoadResult& load, const Goal& served, const Goal& busy, const Goal& failed,
         const std::string& what, TargetLines& lines) {
    lines.atLeast(served, double(told.served), "", "served of " + what);
    lines.atMost(busy, double(told.busy), "", "told MODEL_BUSY, of the same");
    lines.atMost(failed, double(told.failed), "", "failed, of the same");
    for (const auto& [reason, count] : load.reasons) lines.note(what + ": " + std::to_string(count) + " x " + reason);
}

std::int64_t rush(const BenchOptions& options, TargetLines& lines) {
    const std::string what = std::to_string(options.burst) + " new streams of 20 frames at once";
    say(what);
    const HostUnderBench host(defaults());
    LoadPlan plan = host.planFor(Way::nginx);
    plan.streams = options.burst;
    plan.burstPerSecond = kAtOnce;
    const LoadResult load = LoadRun(plan).result();
    const Told told = toldOf(load);
    add(told, load, {1'339, options.burst * 2 / 3, {}}, {1'467}, {194, 0, {}}, what, lines);
    lines.atMost({{}, kMostWaitMs, {}}, load.answer.most / 1'000, " ms", "longest wait for an answer to begin");
    return told.failed;
}

LoadPlan othersOf(const HostUnderBench& host, const BenchOptions& options) {
    LoadPlan plan = host.planFor(Way::nginx);
    plan.streams = options.atMost(kOthers);
    plan.gapUs = kOthersGapUs;
    plan.rampPerSecond = plan.streams / 2;
    plan.seconds = options.waitSeconds * 3 / 2 + 1;
    plan.isCut = true;
    return plan;
}

// All are open when half the time of the first one is over, and wait together for the other half.
LoadPlan waitingOf(const HostUnderBench& host, const BenchOptions& options) {
    LoadPlan plan = host.planFor(Way::nginx);
    plan.streams = options.waiting;
    plan.burstPerSecond = options.waiting * 2 / options.waitSeconds;
    plan.waitMs = options.waitSeconds * 1'000;
    return plan;
}

std::int64_t lateFirstFrames(const BenchOptions& options, TargetLines& lines) {
    const std::string what = std::to_string(options.waiting) + " calls whose first frame takes " +
                             std::to_string(options.waitSeconds) + " s";
    say(what);
    const HostUnderBench host(defaults());
    const LoadPlan besides = othersOf(host, options);
    LoadRun others(besides);
    others.awaitSteady();
    const LoadResult load = LoadRun(waitingOf(host, options)).result();
    others.awaitOver();
    const LoadResult beside = others.result();
    const Told told = toldOf(load), toldBeside = toldOf(beside);
    add(told, load, {{}, options.waiting, {}}, {{}, 0, {}}, {{}, 0, {}}, what, lines);
    const std::string who = ", " + std::to_string(besides.streams) + " streams of 20 frames in 2 s beside them";
    lines.atMost({{}, 0, {}}, double(beside.failures), "", "refused or failed" + who);
    lines.atMost({{}, kMostAddedMs, {}}, beside.added.p99 / 1'000, " ms", "added p99" + who);
    lines.atMost({}, beside.firstFrame.p99 / 1'000, " ms", "first frame p99" + who);
    return told.failed + toldBeside.failed;
}

// What cannot be measured is missed, and the others go on; answers the failures.
template <class Measure>
std::int64_t measured(Measure measure, const BenchOptions& options, int streams, TargetLines& lines) try {
    return measure(options, lines);
} catch (const Interrupted&) {
    throw;
} catch (const std::runtime_error& e) {
    lines.note("not measured: " + std::string(e.what()));
    return streams;
}

}  // namespace

Told toldOf(const LoadResult& load) {
    Told told{load.streamsEnded, 0, load.failures};
    for (const auto& [reason, count] : load.reasons)
        if (reason.find("MODEL_BUSY") != std::string::npos) told.busy += count;
    told.failed -= told.busy;
    return told;
}

Section bursts(const BenchOptions& options) {
    Section result{"Bursts, with default settings"};
    TargetLines lines;
    result.failures = measured(rush, options, options.burst, lines);
    result.failures += measured(lateFirstFrames, options, options.waiting, lines);
    result.table = lines.table();
    result.lines = lines.notes();
    return result;
}

}  // namespace aiproject::bench
