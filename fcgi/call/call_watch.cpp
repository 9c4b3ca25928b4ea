#include "call/call_watch.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <set>
#include <stdexcept>

namespace aiproject {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kTick{100};
constexpr std::uint64_t kWakeUp = 0;  // no call has this id
constexpr Clock::rep kUnguarded = std::numeric_limits<Clock::rep>::max();

}  // namespace

CallWatch::CallWatch(EventLoop& loop)
    : Watcher(loop),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      wakeUp_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      closing_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      ownEpoll_("the epoll of the call watch", epoll_.get()),
      ownWakeUp_("the eventfd of the call watch", wakeUp_.get()),
      ownClosing_("the eventfd of the last calls", closing_.get()) {
    epoll_event event{EPOLLIN, {}};
    event.data.u64 = kWakeUp;
    if (!epoll_ || !wakeUp_ || !closing_ || epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wakeUp_.get(), &event) != 0 ||
        !watch(epoll_.get(), EPOLLIN))
        throw std::runtime_error("epoll cannot be set up");
}

CallWatch::~CallWatch() {
    loop().perform([this] { leaveLoop(); });
}

void CallWatch::isReady(std::uint32_t /*events*/) {
    std::array<epoll_event, 64> events;
    const int count = epoll_wait(epoll_.get(), events.data(), int(events.size()), 0);
    if (count < 0 && errno != EINTR) endProcess("epoll_wait", errno);
    const std::lock_guard lock(mutex_);
    for (int i = 0; i < count; ++i) {
        const std::uint64_t id = events[i].data.u64;  // a copy: the kernel's struct is packed
        const auto call = calls_.find(id);
        if (call != calls_.end()) call->second->end(Stop::clientLeft);
        if (id != kWakeUp) continue;
        eventfd_t ignored = 0;
        eventfd_read(wakeUp_.get(), &ignored);
        wakeAt(loop().now() + kTick);
    }
}

void CallWatch::isDue() {
    const std::lock_guard lock(mutex_);
    endExpired();
    if (!calls_.empty()) wakeAt(loop().now() + kTick);  // else an idle worker sleeps
}

void CallWatch::endExpired() {
    const auto now = Clock::now();
    for (const auto& entry : calls_) {
        Call& call = *entry.second;
        // Again: a shutdown that comes before connect() leaves no trace on the descriptor.
        if (call.stop() != Stop::none)
            call.shutDown();
        else if (now >= call.totalUntil_)
            call.end(Stop::totalExpired);
        else if (now.time_since_epoch().count() >= call.guardUntil_.load(std::memory_order_relaxed))
            call.end(Stop::guardExpired);
        if (call.stop() == Stop::none && call.beats_) call.beats_->beat(now);
        if (call.stop() != Stop::none && call.hostBlocks_) call.expectBack(now);  // on a client that reads slowly
    }
}

void CallWatch::endAll() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    eventfd_write(closing_.get(), 1);
    for (const auto* calls : {&calls_, &followed_})
        for (const auto& entry : *calls) entry.second->end(Stop::totalExpired);
}

std::vector<CallOwner> CallWatch::owners() {
    std::set<CallOwner> owners;
    const std::lock_guard lock(mutex_);
    for (const auto* calls : {&calls_, &followed_})
        for (const auto& entry : *calls)
            if (entry.second->owner_.user != 0) owners.insert(entry.second->owner_);
    return {owners.begin(), owners.end()};
}

void CallWatch::revoke(const CallOwner& owner) {
    const std::lock_guard lock(mutex_);
    for (const auto* calls : {&calls_, &followed_})
        for (const auto& entry : *calls) {
            if (!(entry.second->owner_ == owner) || entry.second->stop() != Stop::none) continue;
            entry.second->isRevoked_ = true;  // before its end, which is what others look for
            entry.second->end(Stop::totalExpired);
        }
}

Stop CallWatch::wait(int clientDescriptor, std::chrono::milliseconds duration) const noexcept {
    std::array<pollfd, 2> awaited{{{clientDescriptor, POLLIN | POLLRDHUP, 0}, {closing_.get(), POLLIN, 0}}};
    poll(awaited.data(), awaited.size(), int(duration.count()));
    if (awaited[1].revents & POLLNVAL) endProcess("poll", EBADF);
    if (awaited[0].revents != 0) return Stop::clientLeft;
    return awaited[1].revents != 0 ? Stop::totalExpired : Stop::none;
}

CallWatch::Call::Call(CallWatch& watch, int clientDescriptor, std::chrono::milliseconds total, Watchdog watchdog)
    : watch_(watch),
      clientDescriptor_(clientDescriptor),
      totalUntil_(Clock::now() + total),
      watchdog_(watchdog),
      guardUntil_(kUnguarded) {
    {
        const std::lock_guard lock(watch_.mutex_);
        id_ = ++watch_.lastId_;
    }
    enter();
}

CallWatch::Call::~Call() {
    leave();
    if (watchdog_.overdueAt) *watchdog_.overdueAt = 0;  // nobody else ends this call from here on
}

void CallWatch::Call::enter() {
    expectBack(totalUntil_);
    bool isFirst = false;
    {
        const std::lock_guard lock(watch_.mutex_);
        isFirst = watch_.calls_.empty();
        watch_.calls_.emplace(id_, this);
        if (watch_.closed_) end(Stop::totalExpired);
    }
    if (isFirst && eventfd_write(watch_.wakeUp_.get(), 1) != 0 && errno != EAGAIN) endProcess("eventfd_write", errno);
    if (clientDescriptor_ < 0) return;
    // One shot: once the client has left there is nothing more to hear.
    epoll_event event{EPOLLIN | EPOLLRDHUP | EPOLLONESHOT, {}};
    event.data.u64 = id_;
    const bool isAdded = epoll_ctl(watch_.epoll_.get(), EPOLL_CTL_ADD, clientDescriptor_, &event) == 0;
    // For lack of memory or watches its time will end it.
    if (!isAdded && (errno == EBADF || errno == EINVAL)) endProcess("epoll_ctl", errno);
}

void CallWatch::Call::leave() {
    const std::lock_guard lock(watch_.mutex_);
    watch_.followed_.erase(id_);
    if (watch_.calls_.erase(id_) != 0) unwatchClient();
}

void CallWatch::Call::unwatchClient() noexcept {
    if (clientDescriptor_ >= 0) epoll_ctl(watch_.epoll_.get(), EPOLL_CTL_DEL, clientDescriptor_, nullptr);
}

// Under one lock: revoke() and endAll() find it in one list or the other.
void CallWatch::Call::leaveToFollower(std::function<void()> onEnd) {
    endTurn();
    const std::lock_guard lock(watch_.mutex_);
    watch_.followed_.insert(watch_.calls_.extract(id_));
    unwatchClient();
    onEnd_ = std::move(onEnd);
}

void CallWatch::Call::endTurn() noexcept {
    if (watchdog_.overdueAt) *watchdog_.overdueAt = 0;
}

void CallWatch::Call::belongTo(const CallOwner& owner, WhileBlocked* beats) {
    const std::lock_guard lock(watch_.mutex_);
    owner_ = owner;
    beats_ = beats;
}

void CallWatch::Call::guard(int descriptor, std::chrono::milliseconds limit) {
    guardLimit_ = limit;
    if (descriptor != guarded_) {  // only this thread changes it
        const std::lock_guard lock(mutex_);
        guarded_ = descriptor;
    }
    startGuard();
    if (stop() != Stop::none) shutDown();
}

void CallWatch::Call::startGuard() noexcept {
    const auto until = guarded_ < 0 ? kUnguarded : (Clock::now() + guardLimit_).time_since_epoch().count();
    guardUntil_.store(until, std::memory_order_relaxed);
}

// In slices, since nothing tells this thread of revoke().
Stop CallWatch::Call::wait(std::chrono::milliseconds duration) {
    constexpr std::chrono::milliseconds slice(250);
    pauseGuard();
    for (const auto until = Clock::now() + duration; stop() == Stop::none;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(std::min(until, totalUntil_) - Clock::now());
        if (left.count() <= 0) break;
        const Stop seen = watch_.wait(clientDescriptor_, std::min(left, slice));
        if (seen != Stop::none) end(seen);
    }
    if (Clock::now() >= totalUntil_) end(Stop::totalExpired);
    resumeGuard();
    return stop();
}

void CallWatch::Call::pauseGuard() noexcept {
    guardUntil_.store(kUnguarded, std::memory_order_relaxed);
    hostBlocks_.store(true, std::memory_order_relaxed);
}

void CallWatch::Call::resumeGuard() noexcept {
    hostBlocks_.store(false, std::memory_order_relaxed);
    startGuard();
}

void CallWatch::Call::expectBack(Clock::time_point until) noexcept {
    if (!watchdog_.overdueAt) return;
    const auto overdue = until.time_since_epoch() + watchdog_.patience;
    *watchdog_.overdueAt = std::chrono::duration_cast<std::chrono::milliseconds>(overdue).count();
}

void CallWatch::Call::shutDown() {
    const std::lock_guard lock(mutex_);
    if (guarded_ >= 0) ::shutdown(guarded_, SHUT_RDWR);
}

void CallWatch::Call::end(Stop reason) {
    Stop none = Stop::none;
    if (!stop_.compare_exchange_strong(none, reason)) return;
    if (onEnd_) return onEnd_();
    expectBack(Clock::now());
    shutDown();
}

}  // namespace aiproject
