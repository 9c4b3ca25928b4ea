#include "manager/restart_pause.h"

#include <algorithm>

namespace aiproject {
namespace {

constexpr std::chrono::seconds kMemory{60};
constexpr std::chrono::milliseconds kFirst{100}, kLongest{30'000};

}  // namespace

std::chrono::milliseconds RestartPause::afterDeath(Clock::time_point now) {
    while (!deaths_.empty() && now - deaths_.front() > kMemory) deaths_.pop_front();
    deaths_.push_back(now);
    const int further = std::min(int(deaths_.size()) - 1, 10);
    const auto pause = further == 0 ? std::chrono::milliseconds(0) : std::min(kLongest, kFirst * (1 << (further - 1)));
    until_ = now + pause;
    return pause;
}

}  // namespace aiproject
