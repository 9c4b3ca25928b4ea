// The deadlines of one call, as the host keeps them, and why it ended when the host ended it. Used by
// the thread inside generate() only.
#pragma once

#include "aiproject/imodel.h"
#include "iflytek/core/call_failure.h"

#include <chrono>
#include <string>

namespace aiproject::iflytek {

enum class Phase { connecting, sending, firstFrame, idleFrame };

class CallDeadlines {
public:
    CallDeadlines(IReply& reply, const Timeouts& timeouts, std::string peer);
    ~CallDeadlines() = default;
    CallDeadlines(const CallDeadlines&) = delete;
    CallDeadlines& operator=(const CallDeadlines&) = delete;

    // The time of the phase starts anew, but `connecting`, which has one for all its steps.
    void enter(Phase phase, int descriptor);
    void step(std::string name) { step_ = std::move(name); }  // of connecting: "TLS handshake"
    void reconnect();                                         // begins to connect again, with the time that is left
    // While sending: the gap that the plugin itself leaves between two messages.
    void pacedBy(std::chrono::milliseconds gap) { gap_ = gap; }
    void withdraw() noexcept { reply_.guard(-1, 0); }  // before the descriptor is closed

    std::chrono::milliseconds connectTimeLeft() const;  // 0: it is over

    void check() const;  // throws when the host wishes the end
    // Something broke: the host's wish is the reason if it has one, else `status` and `reason`.
    [[noreturn]] void fail(ModelStatus status, const std::string& reason) const;
    [[noreturn]] void expire() const;  // the time of this phase is over

private:
    std::string expiry() const;
    std::string during() const;

    IReply& reply_;
    const Timeouts timeouts_;
    const std::string peer_;
    const std::chrono::steady_clock::time_point connectEnd_;
    Phase phase_ = Phase::connecting;
    std::string step_ = "name resolution";
    std::chrono::milliseconds gap_{0};
};

// Stands after what owns the descriptor, so that on every way out the guard goes first.
class Withdrawal {
public:
    explicit Withdrawal(CallDeadlines& deadlines) : deadlines_(deadlines) {}
    ~Withdrawal() { deadlines_.withdraw(); }
    Withdrawal(const Withdrawal&) = delete;
    Withdrawal& operator=(const Withdrawal&) = delete;

private:
    CallDeadlines& deadlines_;
};

}  // namespace aiproject::iflytek
