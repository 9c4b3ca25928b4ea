// All streams of a run: opened one after the other, begun again while the run lasts, waited for at its end.
//
//   ramp    until each stream has had its first answer (or failed once)
//   steady  the window that is measured
//   tail    nothing new begins; streams in progress have a bounded time
#pragma once

#include "bench/load/measurement.h"
#include "bench/load/stream.h"

#include <list>
#include <vector>

namespace aiproject::bench {

struct FleetPlan {
    std::size_t streams = 1;
    std::chrono::seconds steady{1};
    std::uint64_t rampPerSecond = 0;  // 0: as fast as answers come
};

class Fleet final : public Watcher, private StreamObserver {
public:
    Fleet(StreamPlan& streams, const FleetPlan& plan);

    void begin();
    const Measurement& measurement() const noexcept { return measurement_; }

    void ready(std::uint32_t /*events*/) override {}
    void timerExpired() override;

private:
    enum class Phase { ramp, steady, tail };

    void answered(Stream& stream) override;
    void frameArrived(std::chrono::nanoseconds age) override { measurement_.frame(age); }
    void firstFrameArrived(TimePoint sentRequest, TimePoint arrived) override;
    void ended(Stream& stream) override;
    void failed(Stream& stream, const std::string& reason) override;
    void pauseIsOver(Stream& stream) override;

    void openMore();
    void settle(Stream& stream);
    void beginSteady();
    void beginTail();
    void endTail();

    StreamPlan& streamPlan_;
    const FleetPlan plan_;
    Measurement measurement_;
    Phase phase_ = Phase::ramp;
    TimePoint began_;
    std::list<Stream> streams_;
    std::vector<bool> isSettled_;  // by the stream's number
    std::size_t settled_ = 0;
    std::size_t inProgress_ = 0;
};

}  // namespace aiproject::bench
