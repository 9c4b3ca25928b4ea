// What Readiness has said a moment ago. Any number of probes cost one look a second, and when the database takes its
// time, only the probe that looks waits for it.
//
// THREADS  Any number may ask; `mutex_` guards what was seen last, and nobody looks while holding it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace aiproject {

class RecentReadiness {
public:
    using Clock = std::chrono::steady_clock;
    using Reasons = std::vector<std::string>;

    explicit RecentReadiness(std::function<Reasons()> look) : look_(std::move(look)) {}

    // Looks when a second has passed since the last look began; who asks while another one looks gets what was seen
    // before, or waits when that is the first look. Throws what a look throws: the next one to ask looks again.
    Reasons reasonsAgainst(Clock::time_point now = Clock::now());

private:
    bool isRecent(Clock::time_point now) const;

    const std::function<Reasons()> look_;
    std::mutex mutex_;
    std::condition_variable seen_;
    bool hasLooked_ = false, isLooking_ = false;
    Clock::time_point since_;
    Reasons reasons_;
};

}  // namespace aiproject
