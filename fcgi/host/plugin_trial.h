// Does once in a throw-away process what a plugin might crash or hang in, or end the process: it is a line
// in the log then, not the end of a worker.
#pragma once

#include <chrono>
#include <functional>
#include <string>

namespace aiproject {

// Every start of a worker waits so long for a plugin that hangs.
constexpr std::chrono::milliseconds kTrialPatience{3'000};

// Throws std::runtime_error that says what became of `what` ("create() of plugin NAME") when `work` does not
// come back; an exception that `work` throws is not its business. Forks, so it belongs to the time before the
// first thread.
void tryInChild(const std::string& what, const std::function<void()>& work,
                std::chrono::milliseconds patience = kTrialPatience);

}  // namespace aiproject
