// What a plugin holds while it answers: a gate before the CallReply, which passes on what the thread inside
// generate() says while that call runs. A plugin that keeps its IReply& and uses it later, or from another
// thread, reaches nobody's answer and no freed memory.
#pragma once

#include "host/call_reply.h"

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

// Runs generate() behind a gate. A plugin that broke the rules above or let an exception out of generate()
// (which ends the process unless it was built without the contract's noexcept) has `failed`.
ModelStatus generateBehindGate(IModel& model, const ModelRequest& request, CallReply& reply, LateUse* late = nullptr);

}  // namespace aiproject
