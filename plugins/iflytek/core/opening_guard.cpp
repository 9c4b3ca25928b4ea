#include "iflytek/core/opening_guard.h"

#include <sys/socket.h>

namespace aiproject::iflytek {

OpeningGuard::~OpeningGuard() {
    {
        const std::lock_guard lock(mutex_);
        isOver_ = true;
    }
    changed_.notify_one();
    thread_.join();
}

void OpeningGuard::run() {
    std::unique_lock lock(mutex_);
    while (!isOver_) {
        if (Clock::now() >= until_) stopNow(Stop::guardExpired);
        if (until_ == Clock::time_point::max())
            changed_.wait(lock);
        else
            changed_.wait_until(lock, until_);
    }
}

void OpeningGuard::guard(int descriptor, std::uint32_t ms) noexcept {
    const std::lock_guard lock(mutex_);
    guarded_ = descriptor;
    until_ = descriptor < 0 ? Clock::time_point::max() : Clock::now() + std::chrono::milliseconds(ms);
    if (stop_ != Stop::none) stopNow(stop_);
    changed_.notify_one();
}

Stop OpeningGuard::stop() noexcept {
    const std::lock_guard lock(mutex_);
    return stop_;
}

void OpeningGuard::explain(Text reason) noexcept {
    try {
        note_ = std::string_view(reason);
    } catch (const std::bad_alloc&) {
        return;  // a note less
    }
}

void OpeningGuard::end(Stop reason) noexcept {
    const std::lock_guard lock(mutex_);
    stopNow(reason);
}

void OpeningGuard::stopNow(Stop reason) noexcept {
    if (stop_ == Stop::none) stop_ = reason;
    until_ = Clock::time_point::max();
    if (guarded_ >= 0) ::shutdown(guarded_, SHUT_RDWR);
}

}  // namespace aiproject::iflytek
