// Stands in for the host where a connection is opened and no call waits for it: ends the opening when its
// time is over or its model ends. It has a thread, which lives as long as the opening: what opens blocks in
// Poco and OpenSSL, and only a shutdown from outside ends that at the right time.
#pragma once

#include "aiproject/imodel.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace aiproject::iflytek {

class OpeningGuard final : public IReply {
public:
    OpeningGuard() : thread_([this] { run(); }) {}
    ~OpeningGuard();  // nothing may be guarded any more
    OpeningGuard(const OpeningGuard&) = delete;
    OpeningGuard& operator=(const OpeningGuard&) = delete;

    void end() noexcept { end(Stop::totalExpired); }   // from any thread
    const std::string& note() const { return note_; }  // what the opening explained

    void guard(int descriptor, std::uint32_t ms) noexcept override;
    Stop stop() noexcept override;
    void explain(Text reason) noexcept override;

    // There is nobody who could get an answer.
    bool frame(Text /*json*/) noexcept override { return false; }
    bool lastFrame(Text /*json*/) noexcept override { return false; }
    bool delta(Text /*content*/) noexcept override { return false; }
    bool heldFrame(Text /*json*/) noexcept override { return false; }
    void usage(const Usage& /*usage*/) noexcept override {}
    void upstreamId(Text /*id*/) noexcept override {}
    void advise(Text /*sentence*/) noexcept override {}
    int clientDescriptor() const noexcept override { return -1; }

private:
    using Clock = std::chrono::steady_clock;

    void run();
    void end(Stop reason) noexcept;
    void stopNow(Stop reason) noexcept;  // under mutex_

    std::string note_;  // of the opening thread
    std::mutex mutex_;  // guards what follows
    std::condition_variable changed_;
    int guarded_ = -1;
    Clock::time_point until_ = Clock::time_point::max();
    Stop stop_ = Stop::none;
    bool isOver_ = false;
    std::thread thread_;  // last: starts when all else is there
};

}  // namespace aiproject::iflytek
