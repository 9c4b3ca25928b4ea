// The time of a call in a unit test: what the host's guard(), stop() and wait() do. Not for plugins themselves.
#pragma once

#include "aiproject/imodel.h"

#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

namespace aiproject::testing::detail {

// Its thread begins with the first call or the first guarded descriptor.
class Guard {
public:
    Guard() = default;
    ~Guard() {
        {
            const std::lock_guard<std::mutex> lock(mutex_);
            isEnding_ = true;
        }
        changed_.notify_all();
        if (thread_.joinable()) thread_.join();
    }
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

    void watch(int descriptor, std::uint32_t ms) {
        const std::lock_guard<std::mutex> lock(mutex_);
        descriptor_ = descriptor;
        until_ = Clock::now() + std::chrono::milliseconds(ms);
        if (descriptor >= 0 && stop_ != Stop::none) ::shutdown(descriptor, SHUT_RDWR);
        if (descriptor >= 0) run();
        changed_.notify_all();
    }
    // The call begins, and is over after so long in all.
    void begin(std::uint32_t totalMs) {
        const std::lock_guard<std::mutex> lock(mutex_);
        totalUntil_ = Clock::now() + std::chrono::milliseconds(totalMs);
        run();
        changed_.notify_all();
    }
    bool hasBegun() const {
        const std::lock_guard<std::mutex> lock(mutex_);
        return totalUntil_ != kNever;
    }
    // The call is over: its time counts no longer.
    void finish() {
        const std::lock_guard<std::mutex> lock(mutex_);
        totalUntil_ = kNever;
    }
    // The first reason counts.
    void end(Stop reason) {
        const std::lock_guard<std::mutex> lock(mutex_);
        endLocked(reason);
        changed_.notify_all();
    }
    Stop stop() const {
        const std::lock_guard<std::mutex> lock(mutex_);
        return stop_;
    }
    Stop wait(std::uint32_t ms) {
        std::unique_lock<std::mutex> lock(mutex_);
        changed_.wait_for(lock, std::chrono::milliseconds(ms), [this] { return stop_ != Stop::none; });
        return stop_;
    }

private:
    using Clock = std::chrono::steady_clock;
    static constexpr Clock::time_point kNever = Clock::time_point::max();

    void run() {
        if (!thread_.joinable()) thread_ = std::thread([this] { expire(); });
    }
    void endLocked(Stop reason) {
        if (stop_ == Stop::none) stop_ = reason;
        if (descriptor_ >= 0) ::shutdown(descriptor_, SHUT_RDWR);
    }
    void expire() {
        std::unique_lock<std::mutex> lock(mutex_);
        while (!isEnding_) {
            const Clock::time_point next = std::min(descriptor_ < 0 ? kNever : until_, totalUntil_);
            if (next == kNever || stop_ != Stop::none) {
                changed_.wait(lock);
            } else if (Clock::now() < next) {
                changed_.wait_until(lock, next);
            } else {
                endLocked(next == totalUntil_ ? Stop::totalExpired : Stop::guardExpired);
                changed_.notify_all();  // wait()
            }
        }
    }

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    // Under mutex_:
    int descriptor_ = -1;
    Clock::time_point until_, totalUntil_ = kNever;
    Stop stop_ = Stop::none;
    bool isEnding_ = false;

    std::thread thread_;
};

}  // namespace aiproject::testing::detail
