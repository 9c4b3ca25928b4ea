#include "commands/drain.h"

#include <signal.h>

#include <algorithm>

namespace aiproject {

namespace {

constexpr std::chrono::seconds kOneWish{1};

}  // namespace

Drain::Drain(int signal, const TimeoutConfig& timeouts, Clock::time_point now)
    : timeouts_(timeouts), last_(signal), since_(now), end_(now + limitAfter(signal)) {}

std::chrono::milliseconds Drain::limitAfter(int signal) const {
    if (signal == SIGUSR2) return timeouts_.reloadDrain;
    return signal == SIGQUIT ? std::chrono::milliseconds(0) : timeouts_.drain;
}

void Drain::take(int signal, Clock::time_point now) {
    if (signal == SIGUSR2) return;
    const bool isAgain = last_ != SIGUSR2;  // no more patience
    // killall reaches a worker and its manager, which passes it on; so may a service manager.
    if (isAgain && signal != SIGQUIT && now < since_ + kOneWish) return;
    end_ = isAgain ? now : std::min(end_, now + limitAfter(signal));
    last_ = signal;
    since_ = now;
}

}  // namespace aiproject
