#include "bench/common/event_loop.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace aiproject::bench {
namespace {

constexpr int kEventsPerTurn = 64;  // few, so that timers do not wait long behind them

}  // namespace

EventLoop::EventLoop() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    if (!epoll_) throw std::system_error(errno, std::generic_category(), "epoll_create1");
}

void EventLoop::watch(int descriptor, Watcher& watcher) {
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
    event.data.ptr = &watcher;
    if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, descriptor, &event) != 0)
        throw std::system_error(errno, std::generic_category(), "epoll_ctl");
}

Watcher& EventLoop::adopt(std::unique_ptr<Watcher> watcher) {
    Watcher& adopted = *watcher;
    adopted_.emplace(&adopted, std::move(watcher));
    return adopted;
}

void EventLoop::retire(Watcher& watcher) {
    cancelTimer(watcher);
    const auto found = adopted_.find(&watcher);
    if (found == adopted_.end()) return;
    retired_.push_back(std::move(found->second));
    adopted_.erase(found);
}

void EventLoop::setTimer(Watcher& watcher, TimePoint due) {
    watcher.due_ = due;
    if (watcher.place_ == Watcher::kUnset) {
        timers_.push_back(&watcher);
        watcher.place_ = timers_.size() - 1;
    }
    rise(watcher.place_);
    sink(watcher.place_);
}

void EventLoop::cancelTimer(Watcher& watcher) {
    const std::size_t place = watcher.place_;
    if (place == Watcher::kUnset) return;
    watcher.place_ = Watcher::kUnset;
    Watcher* const last = timers_.back();
    timers_.pop_back();
    if (last == &watcher) return;
    put(*last, place);
    rise(place);
    sink(last->place_);
}

void EventLoop::put(Watcher& watcher, std::size_t place) {
    timers_[place] = &watcher;
    watcher.place_ = place;
}

void EventLoop::rise(std::size_t place) {
    Watcher& watcher = *timers_[place];
    for (; place > 0 && watcher.due_ < timers_[(place - 1) / 2]->due_; place = (place - 1) / 2)
        put(*timers_[(place - 1) / 2], place);
    put(watcher, place);
}

void EventLoop::sink(std::size_t place) {
    Watcher& watcher = *timers_[place];
    for (std::size_t child = 2 * place + 1; child < timers_.size(); child = 2 * place + 1) {
        if (child + 1 < timers_.size() && timers_[child + 1]->due_ < timers_[child]->due_) ++child;
        if (watcher.due_ <= timers_[child]->due_) break;
        put(*timers_[child], place);
        place = child;
    }
    put(watcher, place);
}

void EventLoop::run() {
    while (!isStopped_) {
        wait();
        expireTimers();
        retired_.clear();
    }
}

void EventLoop::wait() {
    timespec limit{};
    if (!timers_.empty()) {
        const auto left = std::max(timers_.front()->due_ - Clock::now(), Clock::duration::zero());
        limit.tv_sec = std::chrono::duration_cast<std::chrono::seconds>(left).count();
        limit.tv_nsec = (left % std::chrono::seconds(1)).count();
    }
    std::array<epoll_event, kEventsPerTurn> events;
    const int count =
        epoll_pwait2(epoll_.get(), events.data(), kEventsPerTurn, timers_.empty() ? nullptr : &limit, nullptr);
    if (count < 0 && errno != EINTR) throw std::system_error(errno, std::generic_category(), "epoll_pwait2");
    for (int at = 0; at < count; ++at)
        static_cast<Watcher*>(events[std::size_t(at)].data.ptr)->ready(events[std::size_t(at)].events);
}

// What a timer sets anew for the past waits for the next turn, so that descriptors get theirs.
void EventLoop::expireTimers() {
    if (timers_.empty()) return;
    for (const TimePoint now = Clock::now(); !timers_.empty() && timers_.front()->due_ <= now;) {
        Watcher& expired = *timers_.front();
        cancelTimer(expired);
        expired.timerExpired();
    }
}

}  // namespace aiproject::bench
