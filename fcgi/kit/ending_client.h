// A client that leaves, or has the host end the call, with a piece of the answer or before the first.
#pragma once

#include "kit/scene.h"

#include <atomic>
#include <chrono>
#include <cstdint>

namespace aiproject {

// How a call ends early. `reason` is clientLeft, or why the host ends it.
struct CallEnding {
    std::uint64_t place;  // at the piece of that number; 0: at once
    Stop reason;
};

// Place 0 is given to watch(), before the call runs; the plugin may have begun when it hears of it.
class EndingClient final : public CountingClient {
public:
    EndingClient(Scene* scene, const CallEnding& ending) : CountingClient(scene), ending_(ending) {}

    bool read() override {
        if (pieces < ending_.place || ending_.place == 0) return true;
        return endNow();
    }
    void watch(TriedCall& call) {
        call_ = &call;
        if (ending_.place == 0) endNow();
    }
    bool hasEnded() const { return hasEnded_; }
    std::int64_t msSinceEnd() const { return msSince(endedAt_); }

private:
    using Clock = std::chrono::steady_clock;

    bool endNow() {
        if (!hasEnded_.exchange(true)) {
            endedAt_ = Clock::now();
            if (ending_.reason != Stop::clientLeft)
                call_->end(ending_.reason);
            else if (ending_.place == 0)
                call_->leave();
        }
        return ending_.reason != Stop::clientLeft;
    }

    const CallEnding ending_;
    TriedCall* call_ = nullptr;
    std::atomic<bool> hasEnded_{false};
    Clock::time_point endedAt_{};
};

}  // namespace aiproject
