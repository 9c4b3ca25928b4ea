// What both engines ask of the system for themselves.
#pragma once

#include "bench/common/event_loop.h"

#include <chrono>

namespace aiproject::bench {

// Descriptors up to the hard limit; the end together with the parent; a gone peer is an error, not a signal.
void prepareProcess();
// User and system time of this process so far.
std::chrono::microseconds cpuTime();

// Stops the loop at SIGTERM or SIGINT.
class StopSignal final : public Watcher {
public:
    explicit StopSignal(EventLoop& loop);
    void ready(std::uint32_t events) override;
    void timerExpired() override {}

private:
    EventLoop& loop_;
    FileDescriptor signals_;
};

}  // namespace aiproject::bench
