// What a plugin holds while it answers: a gate before the call's reply, which passes on what the thread inside
// generate() says while that call runs. When a plugin keeps its IReply& and uses it later, or from another thread, that
// is ignored: it can touch neither another call's answer nor freed memory.
#pragma once

#include "aiproject/imodel.h"

#include <atomic>
#include <functional>
#include <mutex>
#include <utility>

namespace aiproject {

// Who hears that a plugin has used the reply of a call that was over: once, from whichever thread it does so. Lives as
// long as the process, as the plugin's threads may; end() ends what it was told to do.
class LateUse {
public:
    static LateUse& make(std::function<void()> hear);
    explicit LateUse(std::function<void()> hear) : hear_(std::move(hear)) {}
    void tell() noexcept;
    void end();

private:
    std::atomic<bool> isTold_{false};
    std::mutex mutex_;
    std::function<void()> hear_;  // under mutex_
};

struct Generated {
    ModelStatus status;
    const char* breach = nullptr;  // how the plugin broke the rules above; nullptr: it has kept them
};

// Runs generate() behind a gate. `failed`: it let an exception out (which ends the process unless it was built without
// the contract's noexcept); `reply` got the reason.
Generated generateBehindGate(IModel& model, const ModelRequest& request, IReply& reply, LateUse* late = nullptr);

}  // namespace aiproject
