// One thread that waits for many descriptors and times at once (epoll, level-triggered), and does what others post.
//
// THREADS    post() and perform() from any. The functions of a Watcher run in the loop's thread, which alone may call
//            watch(), unwatch() and wakeAt(); but a first watch() may come from the thread that makes it. While it
//            waits for something, the loop's thread alone may destroy it.
// ERRORS     What the loop calls must not throw: that would end the process. Work that needs memory has a way out of
//            its own when there is none.
// OWNERSHIP  Watchers leave before the loop ends. One that is destroyed hears nothing more, also of this turn.
#pragma once

#include "base/file_descriptor.h"
#include "base/own_descriptor.h"

#include <sys/epoll.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace aiproject {

class EventLoop {
public:
    using Clock = std::chrono::steady_clock;
    using Work = std::function<void()>;  // must not throw
    class Watcher;

    // Starts its thread, which does all it does inside `around`. Throws std::runtime_error when the system has no epoll
    // left.
    explicit EventLoop(const std::function<void(const Work& run)>& around = [](const Work& run) { run(); });
    ~EventLoop();  // does what was posted until now, then ends the thread
    EventLoop(const EventLoop&) = delete;
    EventLoop& operator=(const EventLoop&) = delete;

    // Soon, in the order of the calls.
    void post(Work work);
    // Has been done when it returns. Not from the loop's own thread.
    void perform(const Work& work);
    bool isThisThread() const noexcept { return thread_.get_id() == std::this_thread::get_id(); }

    // When this turn of the loop began; of its thread.
    Clock::time_point now() const noexcept { return now_; }

private:
    using Timers = std::multimap<Clock::time_point, Watcher*>;

    void run();
    void wait();
    void doPosted();
    void wakeDue();
    void forget(const Watcher& watcher) noexcept;

    FileDescriptor epoll_, wakeUp_;
    OwnDescriptor ownEpoll_, ownWakeUp_;
    Clock::time_point now_ = Clock::now();
    Timers timers_;
    std::array<epoll_event, 256> events_;
    std::size_t eventCount_ = 0;  // of this turn
    bool isEnding_ = false;       // of its thread
    std::mutex mutex_;            // guards posted_
    std::vector<Work> posted_;
    std::vector<Work> taken_;  // of posted_ by its thread, in turns, so that neither grows anew
    std::thread thread_;       // last: starts when all else is there
};

// What waits: for one descriptor, one time, or both.
class EventLoop::Watcher {
public:
    explicit Watcher(EventLoop& loop) noexcept : loop_(loop) {}
    virtual ~Watcher();
    Watcher(const Watcher&) = delete;
    Watcher& operator=(const Watcher&) = delete;

protected:
    // EPOLLIN and so on. It may destroy the watcher, as its last act; so may isDue().
    virtual void isReady(std::uint32_t events) = 0;
    virtual void isDue() {}

    EventLoop& loop() const noexcept { return loop_; }
    // Waits for these events of the descriptor, and for its end in any case. False, and errno: it cannot be waited for.
    bool watch(int descriptor, std::uint32_t events) noexcept;
    // Before the descriptor is closed.
    void unwatch() noexcept;
    // Waits for nothing more.
    void leaveLoop() noexcept;
    // Once, and instead of a time that was set before. time_point::max(): never. A time that is put off costs
    // nothing.
    void wakeAt(Clock::time_point time);

private:
    friend class EventLoop;

    EventLoop& loop_;
    int descriptor_ = -1;
    std::uint32_t events_ = 0;
    Clock::time_point due_ = Clock::time_point::max();
    std::optional<Timers::iterator> timer_;  // no later than due_
};

}  // namespace aiproject
