#include "bench/driver/rows.h"

#include "bench/driver/interruption.h"

#include <algorithm>

namespace aiproject::bench {
namespace {

constexpr int kPacedGapUs = 500'000;
constexpr int kPacedPerSecond = 1'000'000 / kPacedGapUs;
constexpr int kMostPlainPerSecond = 2'000, kMostTlsPerSecond = 500;  // new streams, so that opening them all succeeds
constexpr int kShortStream = 20;
constexpr int kFlowSeconds = 10;  // a stream's life
constexpr int kHeldGapUs = 1'000'000;
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
    const int lifeSeconds = std::min(kLifeSeconds, plan.seconds * 4 - 3);
    plan.gapUs = lifeSeconds * 1'000'000 / kShortStream;
    plan.rampPerSecond = std::max(1, row.streams / lifeSeconds);
    plan.isCut = true;
}

// Below saturation, and so slowly that set-up is a small part.
void flow(const Row& row, LoadPlan& plan) {
    const int lifeSeconds = std::min(kFlowSeconds, plan.seconds * 2);
    plan.frames = row.frames;
    plan.gapUs = lifeSeconds * 1'000'000 / row.frames;
    plan.rampPerSecond = std::max(1, row.streams / lifeSeconds);
    plan.isCut = true;
}

// Long enough that none ends before the steady state does, on a machine half as fast as hoped for too.
void hold(const Row& row, LoadPlan& plan) {
    plan.rampPerSecond = std::min(kMostPlainPerSecond, 4 * row.streams);
    plan.gapUs = kHeldGapUs;
    plan.frames = 2 * row.streams / plan.rampPerSecond + 2 * plan.seconds + 1;
}

struct CpuSample {
    CpuSample(const HostUnderBench& host, const Pids& servers, const Pids& keepers)
        : upstream(cpuTimeOf({host.upstream().pid()})),
          nginx(cpuTimeOf(host.nginxProcesses())),
          servers(cpuTimeOf(servers)),
          keepers(cpuTimeOf(keepers)) {}

    std::chrono::nanoseconds upstream, nginx, servers, keepers;
};

// The first streams of a process bring in pages of programs and libraries, which all workers share, and what is made
// once: no growth of the streams that are measured.
void warmUp(LoadPlan plan) {
    constexpr int few = 10;
    plan.streams = plan.burstPerSecond = few;
    plan.frames = 2;
    plan.gapUs = plan.rampPerSecond = 0;
    plan.isCut = false;
    LoadRun load(plan);
    load.awaitOver();
    load.result();
}

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
        case Mode::saturation: plan.frames = row.frames; break;
        case Mode::flow: flow(row, plan); break;
        case Mode::held: hold(row, plan); break;
    }
    return plan;
}

std::string nameOf(Mode mode) {
    switch (mode) {
        case Mode::paced: return "paced";
        case Mode::saturation: return "saturation";
        case Mode::turnover: return "turnover";
        case Mode::flow: return "flow";
        case Mode::held: return "held";
    }
    return "";
}

std::string nameOf(Way way) {
    switch (way) {
        case Way::floor: return "floor";
        case Way::twoHops: return "two hops";
        case Way::nginx: return "ours, nginx";
        case Way::worker: return "ours, socket";
        case Way::openAi: return "ours, OpenAI";
        case Way::toSpark: return "ours, OpenAI to Spark";
        case Way::aiohttp: return "aiohttp";
        case Way::flask: return "Flask gthread";
    }
    return "";
}

std::string nameOf(const Row& row) {
    const std::string frames = row.mode == Mode::saturation ? " of " + std::to_string(row.frames) + " frames" : "";
    return nameOf(row.mode) + ", " + std::to_string(row.streams) + " streams" + frames + ", " + nameOf(row.way) +
           (row.transport == Transport::tls ? ", TLS" : ", plain");
}

Figures measure(const Row& row, HostUnderBench& host, int seconds) {
    throwIfInterrupted();
    const Pids servers = host.servers(row.way), keepers = host.keepers();
    Figures figures;
    for (const pid_t server : servers) figures.idleKib = std::max(figures.idleKib, double(residentSizeOf({server})));
    if (row.mode == Mode::paced) warmUp(planOf(row, host, seconds));
    const long idle = residentSizeOf(servers);

    LoadRun load(planOf(row, host, seconds));
    load.awaitSteady();
    const CpuSample before(host, servers, keepers);
    load.awaitOver();
    const CpuSample after(host, servers, keepers);
    figures.kibPerStream = double(residentSizeOf(servers) - idle) / row.streams;  // their opening has left no trace
    figures.load = load.result();
    figures.cpuUpstream = microseconds(after.upstream - before.upstream);
    figures.cpuNginx = microseconds(after.nginx - before.nginx);
    figures.cpuServers = microseconds(after.servers - before.servers);
    figures.cpuKeepers = microseconds(after.keepers - before.keepers);
    return figures;
}

}  // namespace aiproject::bench
