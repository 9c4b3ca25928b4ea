// Frames on their way to the client: as lines, as the original's clients read them, or as server-sent events.
#pragma once

#include "api/dialect.h"
#include "call/call_watch.h"
#include "config/config.h"
#include "http/exchange.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

namespace aiproject {

// THREADS  All in the thread of the call, but beat(), which the event loop calls meanwhile.
class StreamSink final : public FrameSink, public WhileBlocked {
public:
    using Clock = std::chrono::steady_clock;

    StreamSink(Exchange& exchange, OnClientGone onClientGone, const StreamForm& form);

    // Told, before each write, how many tokens of the answer will have gone out with it; none: nobody is.
    void onWrite(std::function<void(std::int64_t tokens)> tell) { tell_ = std::move(tell); }

    void put(std::string_view frame) override;
    bool flush() override;
    bool hasStarted() const noexcept { return hasStarted_; }

    // For the event loop. A comment is a line that readers of server-sent events skip: a client whose stream was silent
    // for so long gets one, since proxies and browsers would give up.
    // When it is due, unless something is sent until then.
    Clock::time_point commentAt(Clock::time_point now) noexcept;
    // Not to a client that still has to take something: it hears enough. As flush().
    bool comment(Clock::time_point now);
    void beat(Clock::time_point now) noexcept override;

    void passing(const TokenEstimate& answer) override { passed_ = answer.tokens(); }
    void abandon() override;
    bool isClientGone() const noexcept { return isClientGone_; }

private:
    bool write(std::string_view bytes);
    bool send(std::string_view bytes);
    void start();

    Exchange& exchange_;
    const OnClientGone onClientGone_;
    const bool asBytes_, asEvents_;
    const std::string contentType_;  // of bytes
    std::string lines_;              // that were not written
    std::int64_t passed_ = 0;        // tokens of the answer, with these lines
    std::function<void(std::int64_t)> tell_;
    const std::chrono::milliseconds comments_;
    Clock::time_point commentAt_;         // of the event loop
    std::uint64_t writesBeforeThat_ = 0;  // the same
    std::mutex mutex_;                    // guards the exchange and what follows
    std::uint64_t writes_ = 0;
    std::atomic<bool> isClientGone_{false};
    std::atomic<bool> hasStarted_{false};
};

}  // namespace aiproject
