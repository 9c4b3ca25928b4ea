// Whether audio comes as from a microphone: one frame each 40 ms, whatever its size.
//
// Frame n, counted from 0, may not come before the upgrade + (n - 8) * 36 ms. A client that waits
// 40 ms between its frames never breaks this, however late either side's threads run, because the
// clock starts before its first frame can be sent; one that does not wait at all does so within
// its first frames.
#pragma once

#include <chrono>

namespace aiproject::upstream {

class Pacing {
public:
    using Clock = std::chrono::steady_clock;
    explicit Pacing(Clock::time_point upgraded) : upgraded_(upgraded) {}

    // False: this frame is ahead of its time.
    bool admit(Clock::time_point now) { return now >= upgraded_ + (frames_++ - kAhead) * kFrame; }

private:
    static constexpr int kAhead = 8;
    static constexpr std::chrono::milliseconds kFrame{36};

    const Clock::time_point upgraded_;
    int frames_ = 0;
};

}  // namespace aiproject::upstream
