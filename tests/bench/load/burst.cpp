#include "bench/load/burst.h"

#include <algorithm>
#include <iostream>

namespace aiproject::bench {
namespace {

using namespace std::chrono_literals;

constexpr auto kTick = 2ms;
constexpr auto kPatience = 60s;  // of a client, beyond what its stream takes

}  // namespace

void Burst::begin() {
    measurement_.beginSteady();
    began_ = Clock::now();
    streamPlan_.loop.setTimer(*this, began_);
}

void Burst::timerExpired() {
    if (areAllBegun_) return giveUp();
    openMore();
}

void Burst::openMore() {
    const double elapsed = std::chrono::duration<double>(Clock::now() - began_).count();
    const std::size_t due = std::min(plan_.streams, std::size_t(elapsed * double(plan_.perSecond)) + 1);
    StreamObserver& observer = *this;
    while (streams_.size() < due) streams_.emplace_back(streamPlan_, observer, streams_.size()).open();
    if (streams_.size() < plan_.streams) return streamPlan_.loop.setTimer(*this, Clock::now() + kTick);
    areAllBegun_ = true;
    std::cout << "steady" << std::endl;
    if (settled_ == plan_.streams) return end();
    const BenchOrder& order = streamPlan_.order;
    streamPlan_.loop.setTimer(*this, Clock::now() + order.wait + order.frames * order.gap + kPatience);
}

void Burst::firstFrameArrived(TimePoint sentRequest, TimePoint arrived) {
    measurement_.firstFrame(sentRequest, arrived);
}

void Burst::ended(Stream& /*stream*/) {
    measurement_.streamEnded();
    settle();
}

void Burst::failed(Stream& /*stream*/, const std::string& reason) {
    measurement_.failure(reason);
    settle();
}

void Burst::settle() {
    if (++settled_ == plan_.streams && areAllBegun_) end();
}

void Burst::giveUp() {
    for (auto& stream : streams_) {
        if (stream.isOpen()) measurement_.failure("not ended 60 s after its time");
        stream.close();
    }
    end();
}

void Burst::end() {
    measurement_.endSteady();
    std::cout << "over" << std::endl;
    streamPlan_.loop.stop();
}

}  // namespace aiproject::bench
