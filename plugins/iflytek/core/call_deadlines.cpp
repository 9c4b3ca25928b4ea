#include "iflytek/core/call_deadlines.h"

#include <algorithm>

namespace aiproject::iflytek {
namespace {

std::string limit(std::uint32_t ms, const char* key) {
    return std::to_string(ms) + " ms (timeout." + std::string(key) + ")";
}

}  // namespace

CallDeadlines::CallDeadlines(IReply& reply, const Timeouts& timeouts, std::string peer)
    : reply_(reply),
      timeouts_(timeouts),
      peer_(std::move(peer)),
      connectEnd_(std::chrono::steady_clock::now() + std::chrono::milliseconds(timeouts.connectMs)) {}

void CallDeadlines::enter(Phase phase, int descriptor) {
    phase_ = phase;
    const auto ms = [&]() -> std::uint32_t {
        switch (phase) {
            case Phase::connecting:
                return static_cast<std::uint32_t>(std::max<std::int64_t>(1, connectTimeLeft().count()));
            case Phase::sending: return timeouts_.idleFrameMs + static_cast<std::uint32_t>(gap_.count());
            case Phase::firstFrame: return timeouts_.firstFrameMs;
            case Phase::idleFrame: return timeouts_.idleFrameMs;
        }
        return timeouts_.idleFrameMs;
    }();
    reply_.guard(descriptor, ms);
}

void CallDeadlines::reconnect() {
    phase_ = Phase::connecting;
    step_ = "name resolution";
}

std::chrono::milliseconds CallDeadlines::connectTimeLeft() const {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(connectEnd_ - std::chrono::steady_clock::now());
    return std::max(left, std::chrono::milliseconds(0));
}

void CallDeadlines::check() const {
    if (reply_.stop() != Stop::none) fail(ModelStatus::stopped, "");
}

void CallDeadlines::fail(ModelStatus status, const std::string& reason) const {
    switch (reply_.stop()) {
        case Stop::none: throw CallFailure(status, reason);
        case Stop::clientLeft: throw CallFailure(ModelStatus::stopped, "the client left " + during());
        case Stop::answerTooLong: throw CallFailure(ModelStatus::stopped, "the answer is longer than the worker keeps");
        case Stop::guardExpired: expire();
        case Stop::totalExpired:
            throw CallFailure(
                ModelStatus::timedOut,
                "the call was not over within " + limit(timeouts_.totalMs, "total_ms") + "; it ended " + during());
    }
    throw CallFailure(ModelStatus::failed, reason);
}

void CallDeadlines::expire() const { throw CallFailure(ModelStatus::timedOut, expiry()); }

std::string CallDeadlines::expiry() const {
    switch (phase_) {
        case Phase::connecting:
            return "no connection to " + peer_ + " within " + limit(timeouts_.connectMs, "connect_ms") +
                   "; it was in: " + step_;
        case Phase::sending: return peer_ + " took no audio for " + limit(timeouts_.idleFrameMs, "idle_frame_ms");
        case Phase::firstFrame:
            return "no first frame from " + peer_ + " within " + limit(timeouts_.firstFrameMs, "first_frame_ms");
        case Phase::idleFrame:
            return "no further frame from " + peer_ + " within " + limit(timeouts_.idleFrameMs, "idle_frame_ms");
    }
    return {};
}

std::string CallDeadlines::during() const {
    switch (phase_) {
        case Phase::connecting: return "while connecting (" + step_ + ")";
        case Phase::sending: return "while audio was being sent";
        case Phase::firstFrame: return "before the first frame";
        case Phase::idleFrame: return "in the middle of the answer";
    }
    return {};
}

}  // namespace aiproject::iflytek
