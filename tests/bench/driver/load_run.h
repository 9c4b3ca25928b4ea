// One run of bench_load, and what it says of itself.
#pragma once

#include "support/child_process.h"
#include "support/temp_dir.h"

#include <cstdint>
#include <map>
#include <string>

namespace aiproject::bench {

constexpr int kEndless = 10'000'000;  // frames of a stream that outlives every measurement

struct LoadPlan {
    std::string target;       // as bench_load takes it
    std::string bodyFile;     // with @BENCH@ in it
    std::string header = {};  // "Name: value", besides the usual ones
    int streams = 1;
    int frames = 20;     // of a stream
    bool isCut = false;  // when its time is over, in the middle of its streams
    int gapUs = 0;       // between two frames; 0: as fast as they are taken
    int bytes = 350;     // of a frame
    int waitMs = 0;      // before a stream's first frame
    int seconds = 1;     // of steady state
    int rampPerSecond = 0;
    int burstPerSecond = 0;      // each stream is begun once, at this rate; no ramp, no steady state
    int readBytesPerSecond = 0;  // 0: reads what comes
};

struct Times {  // in microseconds
    double p50 = 0, p99 = 0, p999 = 0, most = 0;
};

struct LoadResult {
    double seconds = 0;
    std::int64_t frames = 0, streamsEnded = 0, failures = 0;
    std::map<std::string, std::int64_t> reasons;  // of the failures
    Times added;                                  // how old a frame is when it arrives
    Times firstFrame;                             // from the request
    Times answer;                                 // from opening a connection to the first byte; of a burst alone
    double cpuUs = 0;
};

// Throws std::runtime_error that names what is missing.
LoadResult loadResultOf(const std::string& json);

// ERRORS  std::runtime_error with the program's own words when it ends early or never comes to an end.
class LoadRun {
public:
    explicit LoadRun(const LoadPlan& plan);

    void awaitSteady();
    bool isSteady() const;
    void awaitOver();
    LoadResult result();
    bool isRunning() { return process_.isRunning(); }

private:
    void awaitLine(const std::string& line, int seconds);
    std::string output() const;

    const LoadPlan plan_;
    const test::TempDir folder_;
    test::ChildProcess process_;  // ends before its folder
};

}  // namespace aiproject::bench
