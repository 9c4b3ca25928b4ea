// How long the running requests of a worker may take once a signal has told it to end. SIGUSR2: another
// worker serves in its place, so they may take their time. A later signal can only leave them less.
#pragma once

#include "config/config.h"

#include <chrono>

namespace aiproject {

class Drain {
public:
    using Clock = std::chrono::steady_clock;

    Drain(int signal, const TimeoutConfig& timeouts, Clock::time_point now);

    void take(int signal, Clock::time_point now);
    bool isOver(Clock::time_point now) const { return now >= end_; }

private:
    std::chrono::milliseconds limitAfter(int signal) const;

    const TimeoutConfig timeouts_;
    int last_;
    Clock::time_point since_;
    Clock::time_point end_;
};

}  // namespace aiproject
