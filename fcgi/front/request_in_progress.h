// How many requests this process has: each counts once, from when its connection is accepted until it is answered or
// dropped, whoever has it meanwhile: the queue, a thread, the receiver or the event loop.
//
// THREADS  any
#pragma once

#include <atomic>
#include <utility>

namespace aiproject {

// Goes with the connection.
class RequestInProgress {
public:
    RequestInProgress() = default;  // of none
    static RequestInProgress begun() noexcept {
        RequestInProgress one;
        one.counts_ = true;
        ++count_;
        return one;
    }
    RequestInProgress(RequestInProgress&& from) noexcept : counts_(std::exchange(from.counts_, false)) {}
    RequestInProgress& operator=(RequestInProgress&& from) noexcept {
        std::swap(counts_, from.counts_);
        return *this;
    }
    ~RequestInProgress() {
        if (counts_) --count_;
    }

    static int count() noexcept { return count_; }

private:
    bool counts_ = false;
    static inline std::atomic<int> count_{0};
};

}  // namespace aiproject
