#include "call/drive.h"

#include <poll.h>

#include <algorithm>
#include <array>

namespace aiproject {
namespace {

using FollowClock = Following::Clock;

// Nothing wakes this thread when revoke() ends its call, so it looks for that at this interval.
constexpr std::chrono::milliseconds kLook(250);

int pollTime(FollowClock::time_point until) {
    const auto now = FollowClock::now();
    if (until >= now + kLook) return int(kLook.count());
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - now);
    return int(std::max<std::int64_t>(left.count(), 0));
}

// False: the call has ended, for any reason.
bool isInTime(Following& following, CallWatch::Call& call) {
    const auto now = FollowClock::now();
    if (call.stop() == Stop::none && now >= call.totalUntil()) call.end(Stop::totalExpired);
    if (call.stop() == Stop::none && now >= following.deadline()) following.expire();
    return call.stop() == Stop::none;
}

FollowClock::time_point dueOf(const Step& step) {
    if (step.next == Next::again) return FollowClock::now();
    return step.ms == 0 ? FollowClock::time_point::max() : FollowClock::now() + std::chrono::milliseconds(step.ms);
}

// Until what the stream waits for has come. False: the call ends.
bool awaits(const Step& step, Following& following, CallWatch::Call& call) {
    const short event = step.next == Next::writable ? POLLOUT : POLLIN;
    std::array<pollfd, 3> awaited{{{following.descriptor(), event, 0},
                                   {call.clientDescriptor(), POLLIN | POLLRDHUP, 0},
                                   {call.closingDescriptor(), POLLIN, 0}}};
    const auto due = dueOf(step);
    while (isInTime(following, call)) {
        poll(awaited.data(), awaited.size(), pollTime(std::min({due, following.deadline(), call.totalUntil()})));
        if (awaited[1].revents != 0) call.end(Stop::clientLeft);
        if (awaited[2].revents != 0) call.end(Stop::totalExpired);
        if (awaited[0].revents & POLLNVAL) {
            following.failForDescriptor();
            return false;
        }
        if (awaited[0].revents != 0 || FollowClock::now() >= due) return isInTime(following, call);
    }
    return false;
}

}  // namespace

void driveHere(Following& following, CallWatch::Call& call) {
    driveHere(following, call, [](Following& stream) { return stream.advance(); });
}

void driveHere(Following& following, CallWatch::Call& call, const std::function<Step(Following&)>& advance) {
    for (Step step = advance(following); step.next != Next::over; step = advance(following))
        if (!awaits(step, following, call)) break;
}

}  // namespace aiproject
