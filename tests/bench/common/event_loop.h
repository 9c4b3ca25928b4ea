// One thread, one epoll, and a timer for each watcher.
//
// OWNERSHIP  A watcher that is adopted belongs to the loop, which destroys it some time after retire(), never while
//            it is being called. Others must outlive the loop or leave it first (retire(), and close the descriptor).
// THREADS    one; the loop calls its watchers from run().
#pragma once

#include "base/file_descriptor.h"

#include <sys/epoll.h>

#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <unordered_map>
#include <vector>

namespace aiproject::bench {

using Clock = std::chrono::steady_clock;  // CLOCK_MONOTONIC, which processes of one host share
using TimePoint = Clock::time_point;

class Watcher {
public:
    Watcher() = default;
    virtual ~Watcher() = default;
    Watcher(const Watcher&) = delete;
    Watcher& operator=(const Watcher&) = delete;

    // EPOLLIN and so on. Edges: what is left unread or unwritten is not said again. May come without cause.
    virtual void ready(std::uint32_t events) = 0;
    virtual void timerExpired() = 0;

private:
    friend class EventLoop;
    static constexpr auto kUnset = std::numeric_limits<std::size_t>::max();
    TimePoint due_;
    std::size_t place_ = kUnset;  // in the loop's heap
};

class EventLoop {
public:
    EventLoop();

    // Until the descriptor is closed.
    void watch(int descriptor, Watcher& watcher);
    Watcher& adopt(std::unique_ptr<Watcher> watcher);
    void retire(Watcher& watcher);

    // One timer for each watcher: a second call moves it.
    void setTimer(Watcher& watcher, TimePoint due);
    void cancelTimer(Watcher& watcher);

    void run();  // until stop()
    void stop() noexcept { isStopped_ = true; }

private:
    void wait();
    void expireTimers();
    void put(Watcher& watcher, std::size_t place);
    void rise(std::size_t place);
    void sink(std::size_t place);

    FileDescriptor epoll_;
    std::vector<Watcher*> timers_;  // a binary heap, the next one due first
    std::unordered_map<Watcher*, std::unique_ptr<Watcher>> adopted_;
    std::vector<std::unique_ptr<Watcher>> retired_;  // until no event of this turn can name them
    bool isStopped_ = false;
};

}  // namespace aiproject::bench
