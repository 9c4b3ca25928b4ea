// The deadlines of one call, as the host keeps them, and why it ended when the host ended it. Used by one thread.
#pragma once

#include "aiproject/imodel.h"
#include "upstream/drive.h"
#include "upstream/failure.h"

#include <Poco/Net/SocketAddress.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>

namespace aiproject::outbound {

enum class Phase { connecting, sending, firstFrame, idleFrame };

class Deadlines {
public:
    // Of a call. Borrows `reply`.
    Deadlines(IReply& reply, const Timeouts& timeouts, std::string peer);
    // Of an opening that no call waits for: readable `cancel` ends it. It knows the phase of connecting only.
    Deadlines(std::uint32_t connectMs, int cancel, std::string peer);
    ~Deadlines() = default;
    Deadlines(const Deadlines&) = delete;
    Deadlines& operator=(const Deadlines&) = delete;

    // The time of the phase starts anew, but `connecting`, which has one for all its steps.
    void enter(Phase phase, int descriptor);
    // Of connecting: "TLS handshake", with whom when that is not plain.
    void step(Stage stage, const char* name);
    void step(Stage stage, const char* name, const Poco::Net::SocketAddress& with);
    void reconnect();  // begins to connect again, with the time that is left
    // While sending: the gap that the plugin itself leaves between two messages.
    void pacedBy(std::chrono::milliseconds gap) { gap_ = gap; }
    void withdraw() noexcept { guard(-1, 0); }  // before the descriptor is closed

    std::chrono::milliseconds connectTimeLeft() const;            // 0: it is over
    Patience patience() const { return {connectEnd_, cancel_}; }  // of connecting

    void check() const;  // throws when the host wishes the end, or the opening is cancelled
    // Something broke: the host's wish is the reason if it has one, or else a time for connecting that is over, or
    // else `status` and `reason`.
    [[noreturn]] void fail(ModelStatus status, const std::string& reason) const;
    [[noreturn]] void expire() const;  // the time of this phase is over

private:
    void guard(int descriptor, std::uint32_t ms) noexcept;
    void tell(Stage stage) noexcept;
    Stop stop() const noexcept { return reply_ ? reply_->stop() : Stop::none; }
    std::string expiry() const;
    std::string during() const;
    std::string stepText() const;

    IReply* const reply_;  // null: nobody waits
    const int cancel_;
    const Timeouts timeouts_;
    const std::string peer_;
    const std::chrono::steady_clock::time_point connectEnd_;
    Phase phase_ = Phase::connecting;
    const char* step_ = "name resolution";
    std::optional<Poco::Net::SocketAddress> with_;
    std::optional<Stage> told_;
    std::chrono::milliseconds gap_{0};
};

// Stands after what owns the descriptor, so that on every way out the guard goes first.
class Withdrawal {
public:
    explicit Withdrawal(Deadlines& deadlines) : deadlines_(deadlines) {}
    ~Withdrawal() { deadlines_.withdraw(); }
    Withdrawal(const Withdrawal&) = delete;
    Withdrawal& operator=(const Withdrawal&) = delete;

private:
    Deadlines& deadlines_;
};

}  // namespace aiproject::outbound
