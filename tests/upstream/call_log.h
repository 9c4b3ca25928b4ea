// What the simulator has seen. All members may be called from any thread.
#pragma once

#include "upstream/simulator.h"

#include <mutex>

namespace aiproject::upstream {

class CallLog {
public:
    std::size_t open(Call call) {
        const std::lock_guard lock(mutex_);
        calls_.push_back(std::move(call));
        return calls_.size() - 1;
    }

    template <class Change>
    void update(std::size_t index, Change&& change) {
        const std::lock_guard lock(mutex_);
        change(calls_[index]);
    }

    std::vector<Call> snapshot() const {
        const std::lock_guard lock(mutex_);
        return calls_;
    }

private:
    mutable std::mutex mutex_;
    std::vector<Call> calls_;  // guarded by mutex_
};

// The entry of one connection. The log must outlive it.
class CallRecord {
public:
    CallRecord(CallLog& log, Call call) : log_(log), index_(log.open(std::move(call))) {}

    template <class Change>
    void update(Change&& change) {
        log_.update(index_, std::forward<Change>(change));
    }

private:
    CallLog& log_;
    const std::size_t index_;
};

}  // namespace aiproject::upstream
