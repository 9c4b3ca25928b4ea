#include "bench/load/fleet.h"

#include <algorithm>
#include <iostream>

namespace aiproject::bench {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMostInFlight = 200;  // asked and not yet answered, while ramping
constexpr auto kRampTick = 2ms;
constexpr auto kPauseAfterFailure = 100ms;
constexpr auto kTailBeyondStream = 10s;

}  // namespace

Fleet::Fleet(StreamPlan& streams, const FleetPlan& plan)
    : streamPlan_(streams), plan_(plan), isSettled_(plan.streams, false) {}

void Fleet::begin() {
    began_ = Clock::now();
    streamPlan_.loop.setTimer(*this, began_);
}

void Fleet::timerExpired() {
    switch (phase_) {
        case Phase::ramp: return openMore();
        case Phase::steady: return beginTail();
        case Phase::tail: return endTail();
    }
}

void Fleet::openMore() {
    std::size_t allowed = plan_.streams;
    if (plan_.rampPerSecond != 0) {
        const double elapsed = std::chrono::duration<double>(Clock::now() - began_).count();
        allowed = std::min(allowed, std::size_t(elapsed * double(plan_.rampPerSecond)) + 1);
    }
    StreamObserver& observer = *this;
    while (streams_.size() < allowed && streams_.size() - settled_ < kMostInFlight) {
        ++inProgress_;
        streams_.emplace_back(streamPlan_, observer, streams_.size()).open();
    }
    if (phase_ == Phase::ramp && streams_.size() < plan_.streams && plan_.rampPerSecond != 0)
        streamPlan_.loop.setTimer(*this, Clock::now() + kRampTick);
}

void Fleet::answered(Stream& stream) { settle(stream); }

void Fleet::firstFrameArrived(TimePoint sentRequest, TimePoint arrived) {
    measurement_.firstFrame(sentRequest, arrived);
}

void Fleet::ended(Stream& stream) {
    measurement_.streamEnded();
    if (phase_ != Phase::tail) return stream.open();
    if (--inProgress_ == 0) streamPlan_.loop.stop();
}

void Fleet::failed(Stream& stream, const std::string& reason) {
    measurement_.failure(reason);
    --inProgress_;
    if (phase_ == Phase::tail) {
        if (inProgress_ == 0) streamPlan_.loop.stop();
        return;
    }
    stream.pause(kPauseAfterFailure);
    settle(stream);
}

void Fleet::pauseIsOver(Stream& stream) {
    ++inProgress_;
    stream.open();
}

void Fleet::settle(Stream& stream) {
    if (isSettled_[stream.number()]) return;
    isSettled_[stream.number()] = true;
    if (++settled_ == plan_.streams) return beginSteady();
    // By the timer and not from here, where a row of failures would nest.
    if (plan_.rampPerSecond == 0) streamPlan_.loop.setTimer(*this, Clock::now());
}

void Fleet::beginSteady() {
    phase_ = Phase::steady;
    std::cout << "steady" << std::endl;
    measurement_.beginSteady();
    streamPlan_.loop.setTimer(*this, Clock::now() + plan_.steady);
}

void Fleet::beginTail() {
    phase_ = Phase::tail;
    measurement_.endSteady();
    std::cout << "over" << std::endl;
    const bool isSlow = streamPlan_.readBytesPerSecond != 0;  // such streams would never end
    for (auto& stream : streams_) {
        if (stream.isOpen() && isSlow) --inProgress_;
        if (!stream.isOpen() || isSlow) stream.close();
    }
    if (inProgress_ == 0) return streamPlan_.loop.stop();
    const BenchOrder& order = streamPlan_.order;
    streamPlan_.loop.setTimer(*this, Clock::now() + order.wait + order.frames * order.gap + kTailBeyondStream);
}

void Fleet::endTail() {
    for (auto& stream : streams_) {
        if (stream.isOpen()) measurement_.failure("not ended 10 s after its time");
        stream.close();
    }
    streamPlan_.loop.stop();
}

}  // namespace aiproject::bench
