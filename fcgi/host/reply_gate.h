// What a plugin holds while it answers: a gate before the call's reply, which passes on what the thread inside
// generate() or advance() says while that runs. When a plugin keeps its IReply& and uses it later, or from another
// thread, that is ignored: it can touch neither another call's answer nor freed memory.
#pragma once

#include "aiproject/imodel.h"

#include <sys/types.h>

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

class Gate;

// The gate of a stream that is followed, open while advance() runs. One thread at a time, not always the same.
class StreamGate {
public:
    // `reply` and `late` outlive it.
    StreamGate(IReply& reply, LateUse* late);
    ~StreamGate();
    StreamGate(const StreamGate&) = delete;
    StreamGate& operator=(const StreamGate&) = delete;

    // What it answers, and `over` when an exception left it; `reply` got the reason.
    Step advance(IStream& stream);
    // How the stream ended: after advance() answered `over`.
    ModelStatus statusOf(const IStream& stream);
    // How the plugin broke the rules above; nullptr: it has kept them.
    const char* breach() const noexcept;

private:
    void noteException(const char* function);

    Gate& gate_;
    IReply& reply_;
    LateUse* const late_;
    const pid_t process_;
    bool hasThrown_ = false;
};

}  // namespace aiproject
