// Which plugins crash the workers of a pool. One that does so again and again is quarantined: no worker of
// that generation calls its models any more. The next generation, whose plugin may be mended, begins anew.
#pragma once

#include "pool/board.h"

#include <chrono>
#include <deque>
#include <map>
#include <string>
#include <utility>

namespace aiproject {

class CrashRecord {
public:
    using Clock = std::chrono::steady_clock;

    explicit CrashRecord(Board& board) : board_(board) {}

    // A worker of that generation died, or hung, in a call on that model (its row). True: that was once too
    // often.
    bool blame(int model, int generation, Clock::time_point now);
    // Once is enough. False: it was so already.
    bool condemn(int model, int generation);
    std::string pluginOf(int model) const { return board_.model(model).plugin.data(); }

private:
    using Culprit = std::pair<int, std::string>;  // generation, plugin

    void quarantine(const Culprit& culprit);

    Board& board_;
    std::map<Culprit, std::deque<Clock::time_point>> crashes_;
};

}  // namespace aiproject
