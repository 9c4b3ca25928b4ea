// How long a pool waits before it replaces a worker that died: not at all after one death, twice as long
// with each further one within five minutes.
#pragma once

#include <chrono>
#include <deque>

namespace aiproject {

class RestartPause {
public:
    using Clock = std::chrono::steady_clock;

    // Answers the pause that begins now.
    std::chrono::milliseconds afterDeath(Clock::time_point now);
    bool isOver(Clock::time_point now) const { return now >= until_; }
    // A new generation is not to blame for what the last one did.
    void forget() { *this = {}; }

private:
    std::deque<Clock::time_point> deaths_;
    std::chrono::milliseconds pause_{0};
    Clock::time_point until_;
};

}  // namespace aiproject
