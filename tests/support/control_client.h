// The other side of run/manager.sock: what `aiproject status` asks there, without a process for each question.
#pragma once

#include <string>

namespace aiproject::test {

// The JSON that the manager who listens there answers to "status". Throws NotYet when none is to be had: it may be
// about to start.
std::string askForStatus(const std::string& socketPath);

}  // namespace aiproject::test
