#include "front/receive_watch.h"

#include <sys/socket.h>

namespace aiproject {

ReceiveWatch::ReceiveWatch(std::chrono::milliseconds limit) : limit_(limit), thread_([this] { run(); }) {}

ReceiveWatch::~ReceiveWatch() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
        changed_.notify_one();
    }
    thread_.join();
}

// A request that comes is no reason to wake: it stays awake for one limit more than it must.
void ReceiveWatch::run() {
    std::unique_lock lock(mutex_);
    while (!ending_) {
        while (!waiting_.empty() && waiting_.front().until <= Clock::now()) {
            waiting_.front().isOver = true;
            ::shutdown(waiting_.front().connection, SHUT_RD);
            over_.splice(over_.end(), waiting_, waiting_.begin());
        }
        if (!waiting_.empty()) {
            const Clock::time_point until = waiting_.front().until;  // which ends with its request, in the wait
            changed_.wait_until(lock, until);
        } else if (changed_.wait_for(lock, limit_) == std::cv_status::timeout && waiting_.empty() && !ending_) {
            isAsleep_ = true;
            changed_.wait(lock, [this] { return ending_ || !isAsleep_; });
        }
    }
}

ReceiveWatch::Receiving::Receiving(ReceiveWatch& watch, int connection) : watch_(watch) {
    const std::lock_guard lock(watch_.mutex_);
    entry_ = watch_.waiting_.insert(watch_.waiting_.end(), {connection, Clock::now() + watch_.limit_});
    if (!watch_.isAsleep_) return;
    watch_.isAsleep_ = false;
    watch_.changed_.notify_one();
}

ReceiveWatch::Receiving::~Receiving() {
    const std::lock_guard lock(watch_.mutex_);
    (entry_->isOver ? watch_.over_ : watch_.waiting_).erase(entry_);
}

bool ReceiveWatch::Receiving::isOver() const {
    const std::lock_guard lock(watch_.mutex_);
    return entry_->isOver;
}

}  // namespace aiproject
