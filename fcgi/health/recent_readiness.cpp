#include "health/recent_readiness.h"

#include <exception>

namespace aiproject {
namespace {

constexpr std::chrono::seconds kLife{1};

}  // namespace

bool RecentReadiness::isRecent(Clock::time_point now) const { return hasLooked_ && now - since_ < kLife; }

RecentReadiness::Reasons RecentReadiness::reasonsAgainst(Clock::time_point now) {
    std::unique_lock lock(mutex_);
    seen_.wait(lock, [this] { return hasLooked_ || !isLooking_; });
    if (isRecent(now) || isLooking_) return reasons_;
    isLooking_ = true;
    lock.unlock();
    Reasons seen;
    std::exception_ptr failure;
    try {
        seen = look_();
    } catch (...) {
        failure = std::current_exception();
    }
    lock.lock();
    isLooking_ = false;
    seen_.notify_all();
    if (failure) std::rethrow_exception(failure);
    hasLooked_ = true;
    since_ = now;
    reasons_ = std::move(seen);
    return reasons_;
}

}  // namespace aiproject
