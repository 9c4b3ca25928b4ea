#include "bench/driver/held.h"

#include "bench/driver/interruption.h"
#include "bench/driver/progress.h"
#include "bench/driver/rows.h"

#include <algorithm>
#include <chrono>

namespace aiproject::bench {
namespace {

std::string modelOf(std::size_t crowd) { return "held_" + std::to_string(crowd); }

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

LoadPlan planFor(const HostUnderBench& host, const test::NginxSite& nginx, std::size_t crowd, int streams,
                 int seconds) {
    const Row row{Mode::held, streams, Way::nginx, Transport::plain};
    LoadPlan plan = planOf(row, host, seconds);
    plan.target = "http:" + std::to_string(nginx.port()) + ":/models/" + modelOf(crowd) + "/stream";
    return plan;
}

}  // namespace

Held holdOpen(int wanted, int perCrowd, int seconds) {
    using Clock = std::chrono::steady_clock;
    const int crowds = (wanted + perCrowd - 1) / perCrowd, streams = wanted / crowds;
    say(std::to_string(streams * crowds) + " streams open at once, " + std::to_string(crowds) + " crowds");
    std::vector<std::unique_ptr<BenchUpstream>> upstreams(static_cast<std::size_t>(crowds));
    for (auto& upstream : upstreams) upstream = std::make_unique<BenchUpstream>(0);
    const HostUnderBench host({Transport::plain, 0, settingsFor(upstreams)});
    test::NginxOptions nginx;
    nginx.socketFolder = host.file("run");
    std::vector<std::unique_ptr<test::NginxSite>> sites(static_cast<std::size_t>(crowds));
    for (auto& site : sites) site = std::make_unique<test::NginxSite>(nginx);

    std::vector<LoadPlan> plans;
    plans.reserve(sites.size());
    for (std::size_t i = 0; i < sites.size(); ++i)
        plans.push_back(planFor(host, *sites[i], i, streams, seconds * crowds));
    std::vector<std::unique_ptr<LoadRun>> runs(plans.size());
    const auto began = Clock::now();
    for (std::size_t i = 0; i < runs.size(); ++i) runs[i] = std::make_unique<LoadRun>(plans[i]);
    for (const auto& run : runs) run->awaitSteady();
    const bool areAllOpen =
        Clock::now() - began < plans.front().frames * std::chrono::microseconds(plans.front().gapUs);
    Held held{streams * crowds, areAllOpen ? 0 : streams * crowds};
    for (const auto& run : runs) held.failures += run->result().failures;
    return held;
}

}  // namespace aiproject::bench
