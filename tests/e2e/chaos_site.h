// The whole product with what can go wrong around it in reach of the test.
#pragma once

#include "e2e/nginx_site.h"
#include "support/manager_under_test.h"
#include "support/small_disk.h"
#include "upstream/simulator.h"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace aiproject::test {

constexpr int kModelProcesses = 2;

upstream::Options simulatorOptions();

constexpr std::int64_t kGranted = 1'000'000'000;  // tokens and pictures, to each user: who has no limit is not charged

struct ChaosSite {
    ChaosSite();

    SmallDisk logDisk;
    TempDir plugins;
    std::unique_ptr<upstream::Simulator> upstream;
    ManagerUnderTest manager;
    NginxSite nginx;
};

struct Disturbance {
    std::string name;
    std::chrono::milliseconds lasts;     // from begin() to end()
    std::function<std::string()> begin;  // answers what happened, for people
    std::function<void()> end;
};

// What disturbances cost.
struct Casualties {
    int workers = 0;
    int requests = 0;  // in progress in the killed workers: so many streams may lack their last frame
};

// All that this system allows, in the order in which they happen. They use site and casualties, from one thread.
std::vector<Disturbance> disturbancesOf(ChaosSite& site, Casualties& casualties);

}  // namespace aiproject::test
