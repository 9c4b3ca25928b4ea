#include "upstream/deadlines.h"

#include <poll.h>

#include <algorithm>
#include <utility>

namespace aiproject::outbound {
namespace {

std::string limit(std::uint32_t ms, const char* key) {
    return std::to_string(ms) + " ms (timeout." + std::string(key) + ")";
}

}  // namespace

Deadlines::Deadlines(IReply& reply, const Timeouts& timeouts, std::string peer)
    : reply_(&reply),
      cancel_(-1),
      timeouts_(timeouts),
      peer_(std::move(peer)),
      connectEnd_(std::chrono::steady_clock::now() + std::chrono::milliseconds(timeouts.connectMs)) {}

Deadlines::Deadlines(std::uint32_t connectMs, int cancel, std::string peer)
    : reply_(nullptr),
      cancel_(cancel),
      timeouts_{connectMs, connectMs, connectMs, connectMs},
      peer_(std::move(peer)),
      connectEnd_(std::chrono::steady_clock::now() + std::chrono::milliseconds(connectMs)) {}

void Deadlines::guard(int descriptor, std::uint32_t ms) noexcept {
    if (reply_) reply_->guard(descriptor, ms);
}

// Once for each: audio is sent in hundreds of messages.
void Deadlines::tell(Stage stage) noexcept {
    if (!reply_ || told_ == stage) return;
    told_ = stage;
    reply_->enter(stage);
}

void Deadlines::step(Stage stage, const char* name) {
    step_ = name;
    with_.reset();
    tell(stage);
}

void Deadlines::step(Stage stage, const char* name, const Poco::Net::SocketAddress& with) {
    step_ = name;
    with_ = with;
    tell(stage);
}

void Deadlines::enter(Phase phase, int descriptor) {
    phase_ = phase;
    if (phase != Phase::connecting) tell(Stage::asked);
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
    guard(descriptor, ms);
}

void Deadlines::reconnect() {
    phase_ = Phase::connecting;
    step_ = "name resolution";
    with_.reset();
}

std::chrono::milliseconds Deadlines::connectTimeLeft() const {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(connectEnd_ - std::chrono::steady_clock::now());
    return std::max(left, std::chrono::milliseconds(0));
}

void Deadlines::check() const {
    if (stop() != Stop::none) fail(ModelStatus::stopped, "");
    pollfd cancelled{cancel_, POLLIN, 0};
    if (cancel_ >= 0 && ::poll(&cancelled, 1, 0) > 0) throw CallFailure(ModelStatus::stopped, "the model is ending");
}

void Deadlines::fail(ModelStatus status, const std::string& reason) const {
    switch (stop()) {
        case Stop::none:
            // The host may see that the time is over a moment later than the thread that waits here.
            if (phase_ == Phase::connecting && connectTimeLeft().count() == 0) expire();
            throw CallFailure(status, reason);
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

void Deadlines::expire() const { throw CallFailure(ModelStatus::timedOut, expiry()); }

std::string Deadlines::expiry() const {
    switch (phase_) {
        case Phase::connecting:
            return "no connection to " + peer_ + " within " + limit(timeouts_.connectMs, "connect_ms") +
                   "; it was in: " + stepText();
        case Phase::sending: return peer_ + " took no audio for " + limit(timeouts_.idleFrameMs, "idle_frame_ms");
        case Phase::firstFrame:
            return "no first frame from " + peer_ + " within " + limit(timeouts_.firstFrameMs, "first_frame_ms");
        case Phase::idleFrame:
            return "no further frame from " + peer_ + " within " + limit(timeouts_.idleFrameMs, "idle_frame_ms");
    }
    return {};
}

std::string Deadlines::stepText() const { return with_ ? step_ + (" " + with_->toString()) : step_; }

std::string Deadlines::during() const {
    switch (phase_) {
        case Phase::connecting: return "while connecting (" + stepText() + ")";
        case Phase::sending: return "while audio was being sent";
        case Phase::firstFrame: return "before the first frame";
        case Phase::idleFrame: return "in the middle of the answer";
    }
    return {};
}

}  // namespace aiproject::outbound
