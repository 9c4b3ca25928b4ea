// The running `aiproject serve` that a command line means.
#pragma once

#include "commands/command_line.h"
#include "pool/manager_link.h"

namespace aiproject {

// Of the manager whose run.dir that configuration names, whatever else is wrong with it. Throws std::runtime_error when
// none runs there.
ManagerLink managerOf(const CommandLine& line);

}  // namespace aiproject
