#include "manager/restart_pause.h"

#include <algorithm>

namespace aiproject {
namespace {

constexpr std::chrono::minutes kDeathMemory{5};  // several times the longest pause, or it would begin anew
constexpr std::chrono::milliseconds kFirst{100}, kLongest{30'000};

}  // namespace

std::chrono::milliseconds RestartPause::afterDeath(Clock::time_point now) {
    while (!deaths_.empty() && now - deaths_.front() > kDeathMemory) deaths_.pop_front();
    deaths_.push_back(now);
    const int further = std::min(int(deaths_.size()) - 1, 10);
    // The longest pauses leave room for fewer deaths in that time: no reason to be quicker again.
    pause_ = further == 0 ? std::chrono::milliseconds(0)
                          : std::max(pause_, std::min(kLongest, kFirst * (1 << (further - 1))));
    until_ = now + pause_;
    return pause_;
}

}  // namespace aiproject
