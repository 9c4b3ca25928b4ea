// The calls that the worker's event loop follows: how many there are, and what they need besides the loop.
//
// THREADS  any, once it is set up
#pragma once

#include "base/event_loop.h"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>

namespace aiproject {

class FollowedCalls {
public:
    struct Limits {
        int streams;                       // followed at once
        std::string key;                   // that says so: "pool.NAME.streams"
        std::chrono::milliseconds client;  // for a client to take something of what waits for it
    };

    FollowedCalls(EventLoop& loop, Limits limits) : loop_(loop), limits_(std::move(limits)) {}

    EventLoop& loop() const noexcept { return loop_; }
    const Limits& limits() const noexcept { return limits_; }

    // How work gets a thread that may block, soon. Before the first call.
    void onThread(std::function<void(EventLoop::Work)> run) { run_ = std::move(run); }
    void runOnThread(EventLoop::Work work) const { run_(std::move(work)); }

    // A call counts while it has one of these: from when it leaves its first thread until nothing of it is left.
    class Place {
    public:
        explicit Place(FollowedCalls& calls) : calls_(calls) { calls_.add(); }
        ~Place() { calls_.remove(); }
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;

    private:
        FollowedCalls& calls_;
    };
    int count() const;
    // Waits until there is none; false when that took longer.
    bool drained(std::chrono::milliseconds limit);

private:
    void add();
    void remove() noexcept;

    EventLoop& loop_;
    const Limits limits_;
    std::function<void(EventLoop::Work)> run_;
    mutable std::mutex mutex_;  // guards what follows
    std::condition_variable none_;
    int count_ = 0;
};

}  // namespace aiproject
