#include "base/event_loop.h"

#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <stdexcept>
#include <utility>

namespace aiproject {
namespace {

constexpr auto kNever = EventLoop::Clock::time_point::max();

}  // namespace

EventLoop::EventLoop(const std::function<void(const Work& run)>& around)
    : epoll_(epoll_create1(EPOLL_CLOEXEC)),
      wakeUp_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      ownEpoll_("the epoll of the event loop", epoll_.get()),
      ownWakeUp_("the eventfd of the event loop", wakeUp_.get()) {
    epoll_event event{EPOLLIN, {}};
    event.data.ptr = this;
    if (!epoll_ || !wakeUp_ || epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wakeUp_.get(), &event) != 0)
        throw std::runtime_error("epoll cannot be set up; a worker needs more descriptors (ulimit -n)");
    thread_ = std::thread([this, around] { around([this] { run(); }); });
}

EventLoop::~EventLoop() {
    post([this] { isEnding_ = true; });
    thread_.join();
}

void EventLoop::post(Work work) {
    bool isFirst = false;
    {
        const std::lock_guard lock(mutex_);
        isFirst = posted_.empty();
        posted_.push_back(std::move(work));
    }
    if (isFirst && eventfd_write(wakeUp_.get(), 1) != 0 && errno != EAGAIN) endProcess("eventfd_write", errno);
}

void EventLoop::perform(const Work& work) {
    std::mutex mutex;
    std::condition_variable changed;
    bool isDone = false;
    post([&] {
        work();
        const std::lock_guard lock(mutex);
        isDone = true;
        changed.notify_one();
    });
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return isDone; });
}

void EventLoop::run() {
    while (!isEnding_) {
        wait();
        now_ = Clock::now();
        bool isWoken = false;
        for (std::size_t i = 0; i < eventCount_; ++i) {
            const epoll_event event = events_[i];  // a copy: whoever is called may forget it
            events_[i].data.ptr = nullptr;
            if (event.data.ptr == this)
                isWoken = true;
            else if (event.data.ptr)
                static_cast<Watcher*>(event.data.ptr)->isReady(event.events);
        }
        eventCount_ = 0;
        wakeDue();
        if (isWoken) doPosted();
    }
}

void EventLoop::wait() {
    int milliseconds = -1;
    if (!timers_.empty()) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(timers_.begin()->first - Clock::now());
        constexpr std::chrono::milliseconds longest = std::chrono::hours(1);
        milliseconds = int(std::clamp(left, std::chrono::milliseconds(0), longest).count());
    }
    const int count = epoll_wait(epoll_.get(), events_.data(), int(events_.size()), milliseconds);
    if (count < 0 && errno != EINTR) endProcess("epoll_wait", errno);
    eventCount_ = std::size_t(std::max(0, count));
}

void EventLoop::doPosted() {
    eventfd_t times = 0;
    eventfd_read(wakeUp_.get(), &times);  // before the work is taken: what comes later wakes again
    {
        const std::lock_guard lock(mutex_);
        taken_.swap(posted_);
    }
    for (const Work& each : taken_) each();
    taken_.clear();
}

void EventLoop::wakeDue() {
    while (!timers_.empty() && timers_.begin()->first <= now_) {
        Watcher& watcher = *timers_.begin()->second;
        timers_.erase(timers_.begin());
        watcher.timer_.reset();
        const auto due = std::exchange(watcher.due_, kNever);
        if (due > now_)
            watcher.wakeAt(due);  // it was put off
        else
            watcher.isDue();
    }
}

// What epoll has said of it in this turn and nobody has heard yet.
void EventLoop::forget(const Watcher& watcher) noexcept {
    for (std::size_t i = 0; i < eventCount_; ++i)
        if (events_[i].data.ptr == &watcher) events_[i].data.ptr = nullptr;
}

EventLoop::Watcher::~Watcher() { leaveLoop(); }

void EventLoop::Watcher::leaveLoop() noexcept {
    unwatch();
    if (timer_) loop_.timers_.erase(*timer_);
    timer_.reset();
}

bool EventLoop::Watcher::watch(int descriptor, std::uint32_t events) noexcept {
    if (descriptor == descriptor_ && events == events_) return true;
    epoll_event event{events, {}};
    event.data.ptr = this;
    const bool isKnown = descriptor == descriptor_;
    if (!isKnown) unwatch();
    if (epoll_ctl(loop_.epoll_.get(), isKnown ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, descriptor, &event) != 0) return false;
    descriptor_ = descriptor;
    events_ = events;
    return true;
}

void EventLoop::Watcher::unwatch() noexcept {
    if (descriptor_ < 0) return;
    epoll_ctl(loop_.epoll_.get(), EPOLL_CTL_DEL, std::exchange(descriptor_, -1), nullptr);
    events_ = 0;
    loop_.forget(*this);
}

void EventLoop::Watcher::wakeAt(Clock::time_point time) {
    due_ = time;
    if (timer_ && (*timer_)->first <= time) return;
    if (timer_) loop_.timers_.erase(*timer_);
    timer_.reset();
    if (time != kNever) timer_ = loop_.timers_.emplace(time, this);
}

}  // namespace aiproject
