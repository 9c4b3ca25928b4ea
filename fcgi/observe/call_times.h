// Where the time of a request goes. A request is in one phase at a time, and to enter one ends the one before, so the
// phases add up to the whole. Of a fixed size, without a lock: used by the thread that has the request.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <ratio>
#include <string_view>

namespace aiproject {

class CallTimes {
public:
    enum class Phase : std::uint8_t {
        body,         // until all of the request has come, and while it is read
        queue,        // it waits for a thread
        account,      // who asks, and what a path without a model does
        reservation,  // permit and quota
        connect,      // to the upstream: name resolution and TCP
        tls,
        upgrade,     // to a WebSocket
        firstFrame,  // from the question to the first piece of the answer; of a plugin that tells no stage: from its
                     // call
        frames,      // from there to the last piece
        client,      // the upstream is not read, since the client has not taken what is there
        retry,       // the pause before a model is asked again
        settle,      // the bill
        end,         // the rest of the answer, and its end
    };

    using Clock = std::chrono::steady_clock;
    // 32 bits of it are longer than a call may last.
    using Tick = std::chrono::duration<std::uint32_t, std::ratio<1, 20'000>>;
    static constexpr std::size_t kPhases = std::size_t(Phase::end) + 1;

    struct Part {
        Tick first{}, last{};  // since the begin; a phase may be entered again, after a failed attempt for example
        Tick sum{};            // that was spent in it
    };

    // In the phase `body`.
    explicit CallTimes(Clock::time_point begin = Clock::now()) noexcept : begin_(begin) {}

    void enter(Phase phase, Clock::time_point now = Clock::now()) noexcept;
    // What follows is as of now.
    void stop(Clock::time_point now = Clock::now()) noexcept { enter(phase_, now); }

    Clock::time_point begin() const noexcept { return begin_; }
    Phase phase() const noexcept { return phase_; }
    std::chrono::milliseconds total() const noexcept;
    Tick whole() const noexcept { return since_; }  // the same
    bool has(Phase phase) const noexcept { return (entered_ >> std::size_t(phase) & 1U) != 0; }
    const Part& part(Phase phase) const noexcept { return parts_[std::size_t(phase)]; }
    // Since the first begin of that phase, or, where there was none, of all; as of the last change.
    Tick since(Phase phase) const noexcept { return since_ - part(phase).first; }
    // The first piece of the answer, of the attempt that is the last one. Since the begin; nothing: none came.
    const std::optional<Tick>& firstFrame() const noexcept { return firstFrame_; }
    // From the begin to that, or, where none came, until now. 0: no model was asked.
    std::chrono::milliseconds untilFirstFrame() const noexcept;
    // The one that took most.
    Phase longest() const noexcept;

private:
    Clock::time_point begin_;
    std::array<Part, kPhases> parts_{};
    Tick since_{};  // in phase_
    std::optional<Tick> firstFrame_;
    std::uint16_t entered_ = 1;
    Phase phase_ = Phase::body;
};

// "first_frame": of the log, and of spans.
std::string_view nameOf(CallTimes::Phase phase) noexcept;

}  // namespace aiproject
