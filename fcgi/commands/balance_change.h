// What `aiproject user grant` says (auth/balance_step.h) on the command line.
//
// ERRORS  NotUnderstood, which names the option.
#pragma once

#include "auth/balance_step.h"
#include "commands/command_line.h"

#include <string>

namespace aiproject {

// Adds 0 when the option is not given.
BalanceStep changeOf(const CommandLine& line, const std::string& option);

// All that is given.
GrantWords grantWords(const CommandLine& line);

}  // namespace aiproject
