#include "store/session_watch.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace aiproject {
namespace {

FileDescriptor duplicateOf(int socket) {
    FileDescriptor own(::fcntl(socket, F_DUPFD_CLOEXEC, 0));
    if (!own) throw std::system_error(errno, std::generic_category(), "cannot watch the session");
    return own;
}

}  // namespace

SessionWatch::Turn::Turn(SessionWatch& watch, int socket, Clock::time_point deadline) : watch_(watch) {
    if (socket < 0) return;
    own_.push_back({duplicateOf(socket), deadline, false});
    node_ = own_.begin();
    isWatched_ = true;
    const std::lock_guard lock(watch_.mutex_);
    if (!watch_.thread_.joinable()) watch_.thread_ = std::thread([&watch] { watch.run(); });
    watch_.watched_.splice(watch_.watched_.end(), own_);
    if (deadline < watch_.wakes_) watch_.changed_.notify_one();
}

SessionWatch::Turn::~Turn() { end(); }

bool SessionWatch::Turn::end() {
    if (!isWatched_) return false;
    const std::lock_guard lock(watch_.mutex_);
    if (own_.empty()) own_.splice(own_.end(), watch_.watched_, node_);
    return node_->isOver;
}

SessionWatch::~SessionWatch() {
    {
        const std::lock_guard lock(mutex_);
        isEnding_ = true;
    }
    changed_.notify_one();
    if (thread_.joinable()) thread_.join();
}

void SessionWatch::run() {
    std::unique_lock lock(mutex_);
    while (!isEnding_) {
        wakes_ = shutExpired(Clock::now());
        // wait_until() with the end of time would overflow on its way to another clock.
        if (wakes_ == Clock::time_point::max())
            changed_.wait(lock);
        else
            changed_.wait_until(lock, wakes_);
    }
}

SessionWatch::Clock::time_point SessionWatch::shutExpired(Clock::time_point now) {
    auto next = Clock::time_point::max();
    for (Watched& one : watched_) {
        if (one.isOver) continue;
        if (one.deadline > now) {
            next = std::min(next, one.deadline);
            continue;
        }
        ::shutdown(one.socket.get(), SHUT_RDWR);  // whoever reads or writes it fails at once
        one.isOver = true;
    }
    return next;
}

}  // namespace aiproject
