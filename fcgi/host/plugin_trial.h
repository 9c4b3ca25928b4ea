// Does once in a throw-away process what a plugin might crash or hang in, or end the process: it is a line
// in the log then, not the end of a worker.
#pragma once

#include "base/sanitized.h"

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>

namespace aiproject {

// Every start of a worker waits so long for a plugin that hangs.
constexpr std::chrono::seconds kTrialPatience{kIsSanitized ? 30 : 3};

// There is no process for it, for now: that says nothing of the plugin.
class NoTrial : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// What became of a process that did not come back: "crashes (Segmentation fault)", "does not come back" where it had to
// be killed, "ends the process"; after "; it said: " the line of its standard error (`words`) that says most.
std::string verdictOn(int status, bool hadToBeKilled, const std::string& words);

// Throws NoTrial, or std::runtime_error that says what became of `what` ("create() of plugin NAME") when `work` does
// not come back, and after "; " the line of its standard error that says most; an exception that `work` throws is not
// its business. Forks, so it belongs to the time before the first thread.
void tryInChild(const std::string& what, const std::function<void()>& work,
                std::chrono::milliseconds patience = kTrialPatience);

}  // namespace aiproject
