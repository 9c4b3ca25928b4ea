#include "observe/call_times.h"

#include <algorithm>

namespace aiproject {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

}  // namespace

void CallTimes::enter(Phase phase, Clock::time_point now) noexcept {
    // Never back: `now` may have been taken by another thread, a moment earlier.
    const Tick at = std::max(since_, Tick(duration_cast<Tick>(std::max(now, begin_) - begin_)));
    Part& left = parts_[std::size_t(phase_)];
    left.sum += at - since_;
    left.last = at;
    since_ = at;
    phase_ = phase;
    if (!has(phase)) parts_[std::size_t(phase)].first = at;
    entered_ = std::uint16_t(entered_ | 1U << std::size_t(phase));
    if (phase == Phase::firstFrame || phase == Phase::retry) firstFrame_.reset();
    if (phase == Phase::frames && !firstFrame_) firstFrame_ = at;
}

milliseconds CallTimes::total() const noexcept { return duration_cast<milliseconds>(since_); }

milliseconds CallTimes::untilFirstFrame() const noexcept {
    if (firstFrame_) return duration_cast<milliseconds>(*firstFrame_);
    return has(Phase::firstFrame) ? total() : milliseconds(0);
}

CallTimes::Phase CallTimes::longest() const noexcept {
    const auto* const most = std::max_element(parts_.begin(), parts_.end(),
                                              [](const Part& left, const Part& right) { return left.sum < right.sum; });
    return Phase(most - parts_.begin());
}

std::string_view nameOf(CallTimes::Phase phase) noexcept {
    switch (phase) {
        case CallTimes::Phase::body: return "body";
        case CallTimes::Phase::queue: return "queue";
        case CallTimes::Phase::account: return "account";
        case CallTimes::Phase::reservation: return "reservation";
        case CallTimes::Phase::connect: return "connect";
        case CallTimes::Phase::tls: return "tls";
        case CallTimes::Phase::upgrade: return "upgrade";
        case CallTimes::Phase::firstFrame: return "first_frame";
        case CallTimes::Phase::frames: return "frames";
        case CallTimes::Phase::client: return "client";
        case CallTimes::Phase::retry: return "retry";
        case CallTimes::Phase::settle: return "settle";
        case CallTimes::Phase::end: return "end";
    }
    return "";
}

}  // namespace aiproject
