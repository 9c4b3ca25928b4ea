// Which plugins crash the workers of a pool. One that does so again and again is quarantined: its models
// are not called any more, in any worker, until the next reload.
#pragma once

#include "pool/board.h"

#include <chrono>
#include <deque>
#include <map>
#include <string>

namespace aiproject {

class CrashRecord {
public:
    using Clock = std::chrono::steady_clock;

    explicit CrashRecord(Board& board) : board_(board) {}

    // A worker died, or hung, in a call on that model (its row). True: that was once too often.
    bool blame(int model, Clock::time_point now);
    std::string pluginOf(int model) const { return board_.model(model).plugin.data(); }

    // For a new generation, before its workers start: its plugins may be others. Circuit breakers start anew
    // as well.
    void pardon();
    // It will not serve after all.
    void takeBack();

private:
    void quarantine(const std::string& plugin);

    Board& board_;
    using Crashes = std::map<std::string, std::deque<Clock::time_point>>;  // by plugin
    Crashes crashes_, pardoned_;
};

}  // namespace aiproject
