#include "bench/driver/rows.h"

#include "bench/driver/interruption.h"

#include <algorithm>

namespace aiproject::bench {
namespace {

constexpr int kPacedGapUs = 500'000;
constexpr int kPacedPerSecond = 1'000'000 / kPacedGapUs;
constexpr int kMostPlainPerSecond = 2'000, kMostTlsPerSecond = 500;  // new streams, so that opening them all succeeds
constexpr int kShortStream = 20;
constexpr int kLifeSeconds = 20;  // of one in turnover: more a second, at 10,000, would leave nothing for the frames

// The beginnings are spread over a whole number of gaps, or the frames of all would come in one heap.
int rampOf(const Row& row) {
    return std::min(row.transport == Transport::tls ? kMostTlsPerSecond : kMostPlainPerSecond,
                    std::max(1, row.streams * kPacedPerSecond));
}

void pace(const Row& row, LoadPlan& plan) {
    plan.gapUs = kPacedGapUs;
    plan.frames = kEndless;
    plan.rampPerSecond = rampOf(row);
    plan.isCut = true;
}

// The beginnings are spread over a stream's life, so that as many begin and end each second.
void turnOver(const Row& row, LoadPlan& plan) {
    const int lifeSeconds = std::min(kLifeSeconds, plan.seconds * 4);
    plan.gapUs = lifeSeconds * 1'000'000 / kShortStream;
    plan.rampPerSecond = std::max(1, row.streams / lifeSeconds);
    plan.isCut = true;
}

struct CpuSample {
    explicit CpuSample(const HostUnderBench& host, const Pids& workers)
        : upstream(cpuTimeOf({host.upstream().pid()})),
          nginx(cpuTimeOf(host.nginxProcesses())),
          workers(cpuTimeOf(workers)) {}

    std::chrono::nanoseconds upstream, nginx, workers;
};

double microseconds(std::chrono::nanoseconds time) { return double(time.count()) / 1'000; }

}  // namespace

LoadPlan planOf(const Row& row, const HostUnderBench& host, int seconds) {
    LoadPlan plan = host.planFor(row.way);
    plan.streams = row.streams;
    plan.seconds = seconds;
    plan.frames = kShortStream;
    switch (row.mode) {
        case Mode::paced: pace(row, plan); break;
        case Mode::turnover: turnOver(row, plan); break;
        case Mode::saturation: break;
    }
    return plan;
}

std::string nameOf(Mode mode) {
    switch (mode) {
        case Mode::paced: return "paced";
        case Mode::saturation: return "saturation";
        case Mode::turnover: return "turnover";
    }
    return "";
}

std::string nameOf(Way way) {
    switch (way) {
        case Way::floor: return "floor";
        case Way::nginx: return "ours, nginx";
        case Way::worker: return "ours, socket";
    }
    return "";
}

std::string nameOf(const Row& row) {
    return nameOf(row.mode) + ", " + std::to_string(row.streams) + " streams, " + nameOf(row.way) +
           (row.transport == Transport::tls ? ", TLS" : ", plain");
}

Figures measure(const Row& row, const HostUnderBench& host, int seconds) {
    throwIfInterrupted();
    const Pids workers = host.workers();
    Figures figures;
    for (const pid_t worker : workers) figures.idleKib = std::max(figures.idleKib, double(residentSizeOf({worker})));
    const long idle = residentSizeOf(workers);

    LoadRun load(planOf(row, host, seconds));
    load.awaitSteady();
    const CpuSample before(host, workers);
    figures.kibPerStream = double(residentSizeOf(workers) - idle) / row.streams;
    load.awaitOver();
    const CpuSample after(host, workers);
    figures.load = load.result();
    figures.cpuUpstream = microseconds(after.upstream - before.upstream);
    figures.cpuNginx = microseconds(after.nginx - before.nginx);
    figures.cpuWorkers = microseconds(after.workers - before.workers);
    return figures;
}

}  // namespace aiproject::bench
