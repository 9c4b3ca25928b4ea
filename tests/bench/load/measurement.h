// What was counted, and its one line of JSON.
#pragma once

#include "bench/common/event_loop.h"
#include "bench/common/histogram.h"

#include <cstdint>
#include <map>
#include <string>

namespace aiproject::bench {

// Frames and ended streams count in the steady window alone; failures count from the first stream to the last.
class Measurement {
public:
    void beginSteady();
    void endSteady();

    void frame(std::chrono::nanoseconds age);
    void firstFrame(TimePoint sentRequest, TimePoint arrived);
    void answer(std::chrono::nanoseconds sinceOpening);  // its first byte
    void streamEnded();
    void failure(const std::string& reason);

    std::string report(std::size_t streams) const;

private:
    enum class Window { before, steady, after };

    Window window_ = Window::before;
    TimePoint began_;
    std::chrono::nanoseconds duration_{0};
    std::chrono::microseconds cpu_{0};  // first at the window's begin, then what it took
    Histogram ages_;
    Histogram firstFrames_;        // of all streams
    Histogram steadyFirstFrames_;  // of those begun in the window
    Histogram answers_;
    std::uint64_t streamsEnded_ = 0;
    std::uint64_t failures_ = 0;
    std::map<std::string, std::uint64_t> reasons_;
};

}  // namespace aiproject::bench
