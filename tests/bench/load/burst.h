// A rush of new clients: streams that are each begun once, at a given rate, whatever becomes of those before them.
//
// Prints "steady" when all have been begun, and "over" when all have ended. What is measured is all of it.
#pragma once

#include "bench/load/measurement.h"
#include "bench/load/stream.h"

#include <list>

namespace aiproject::bench {

struct BurstPlan {
    std::size_t streams = 1;
    std::uint64_t perSecond = 1;
};

class Burst final : public Watcher, private StreamObserver {
public:
    Burst(StreamPlan& streams, const BurstPlan& plan) : streamPlan_(streams), plan_(plan) {}

    void begin();
    const Measurement& measurement() const noexcept { return measurement_; }

    void ready(std::uint32_t /*events*/) override {}
    void timerExpired() override;

private:
    void answered(Stream& stream) override { measurement_.answer(Clock::now() - stream.opened()); }
    void frameArrived(std::chrono::nanoseconds age) override { measurement_.frame(age); }
    void firstFrameArrived(TimePoint sentRequest, TimePoint arrived) override;
    void ended(Stream& stream) override;
    void failed(Stream& stream, const std::string& reason) override;
    void pauseIsOver(Stream& /*stream*/) override {}

    void openMore();
    void settle();
    void giveUp();
    void end();

    StreamPlan& streamPlan_;
    const BurstPlan plan_;
    Measurement measurement_;
    TimePoint began_;
    std::list<Stream> streams_;
    std::size_t settled_ = 0;  // ended or failed
    bool areAllBegun_ = false;
};

}  // namespace aiproject::bench
