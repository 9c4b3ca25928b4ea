#include "call/followed_calls.h"

namespace aiproject {

void FollowedCalls::add() {
    const std::lock_guard lock(mutex_);
    ++count_;
}

void FollowedCalls::remove() noexcept {
    const std::lock_guard lock(mutex_);
    if (--count_ == 0) none_.notify_all();
}

int FollowedCalls::count() const {
    const std::lock_guard lock(mutex_);
    return count_;
}

bool FollowedCalls::drained(std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    return none_.wait_for(lock, limit, [this] { return count_ == 0; });
}

}  // namespace aiproject
