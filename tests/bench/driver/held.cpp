#include "bench/driver/held.h"

#include "bench/driver/interruption.h"
#include "bench/driver/progress.h"
#include "bench/driver/rows.h"

#include <algorithm>
#include <chrono>
#include <stdexcept>

namespace aiproject::bench {
namespace {

struct Crowds {
    int count, streams;  // streams of each
};

int ceilOf(int number, int divisor) { return (number + divisor - 1) / divisor; }

constexpr int kMostOfCrowd = 10'000;  // an address has ports for some 28,000, and others are measured beside

std::string modelOf(std::size_t crowd) { return "held_" + std::to_string(crowd); }

// All crowds together are opened as fast as a single one, and have as many frames a second.
LoadPlan planFor(const HostUnderBench& host, const test::NginxSite& nginx, std::size_t crowd, const Crowds& crowds,
                 int seconds) {
    LoadPlan plan = planOf({Mode::held, crowds.streams, Way::nginx, Transport::plain}, host, seconds);
    plan.target = "http:" + std::to_string(nginx.port()) + ":/models/" + modelOf(crowd) + "/stream";
    plan.rampPerSecond = std::max(1, plan.rampPerSecond / crowds.count);
    plan.gapUs *= crowds.count;
    const int lifeSeconds = 2 * crowds.streams / plan.rampPerSecond + 2 * seconds;
    plan.frames = lifeSeconds * 1'000'000 / plan.gapUs + 2;
    return plan;
}

// A worker of a crowd's size for each, and one more: which of them takes a connection is chance.
test::Settings settingsFor(const std::vector<std::unique_ptr<BenchUpstream>>& upstreams) {
    test::Settings settings{{"pool.model.processes", std::to_string(upstreams.size() + 1)}};
    for (std::size_t i = 0; i < upstreams.size(); ++i) {
        const std::string prefix = "model." + modelOf(i) + ".";
        settings[prefix + "plugin"] = "spark_chat";
        settings[prefix + "url"] = upstreams[i]->url(Transport::plain, "/v1.1/chat");
        settings[prefix + "app_id"] = settings[prefix + "api_key"] = settings[prefix + "api_secret"] = "bench";
    }
    return settings;
}

// A worker with a thread for each stream must not take the last ones of the machine from everybody else.
void awaitSteady(const std::vector<std::unique_ptr<LoadRun>>& runs, std::chrono::seconds limit) {
    constexpr long kLeftToOthers = 8'000;
    await("opening of all streams", limit, [&] {
        if (threadsLeft() < kLeftToOthers)
            throw std::runtime_error("the threads of these streams use up kernel.pid_max; raise it, or hold fewer");
        return std::all_of(runs.begin(), runs.end(),
                           [](const auto& run) { return run->isSteady() || !run->isRunning(); });
    });
    for (const auto& run : runs) run->awaitSteady();  // throws the words of one that has ended
}

}  // namespace

int mostOfCrowd() {
    constexpr int kSpare = 1'000;  // what a process has open beside its streams
    return std::min(kMostOfCrowd, (int(raiseOpenFiles(0)) - kSpare) / 2);
}

Held holdOpen(int wanted, int perCrowd, int seconds) {
    using Clock = std::chrono::steady_clock;
    const int count = ceilOf(wanted, perCrowd);
    const Crowds crowds{count, ceilOf(wanted, count)};
    const int all = crowds.count * crowds.streams;
    say(std::to_string(all) + " streams open at once, " + std::to_string(crowds.count) + " crowds");
    std::vector<std::unique_ptr<BenchUpstream>> upstreams(static_cast<std::size_t>(crowds.count));
    for (auto& upstream : upstreams) upstream = std::make_unique<BenchUpstream>(0);
    const HostUnderBench host({Transport::plain, 0, settingsFor(upstreams)});
    test::NginxOptions nginx;
    nginx.socketFolder = host.file("run");
    std::vector<std::unique_ptr<test::NginxSite>> sites(upstreams.size());
    for (auto& site : sites) site = std::make_unique<test::NginxSite>(nginx);

    std::vector<LoadPlan> plans;
    plans.reserve(sites.size());
    for (std::size_t i = 0; i < sites.size(); ++i) plans.push_back(planFor(host, *sites[i], i, crowds, seconds));
    std::vector<std::unique_ptr<LoadRun>> runs(plans.size());
    const std::chrono::microseconds life{std::int64_t(plans.front().frames - 1) * plans.front().gapUs};
    const auto began = Clock::now();
    for (std::size_t i = 0; i < runs.size(); ++i) runs[i] = std::make_unique<LoadRun>(plans[i]);
    awaitSteady(runs, std::chrono::seconds(life.count() / 1'000'000));
    Held held{all, Clock::now() - began < life ? 0 : all};
    for (const auto& run : runs) held.failures += run->result().failures;
    return held;
}

}  // namespace aiproject::bench
