// How `aiproject user grant` says what happens to a balance: +N adds, -N takes away, =N sets, "unlimited". A bare
// number is refused: it could mean two of these, and -1 a third.
//
// ERRORS  NotUnderstood, which names the option.
#pragma once

#include "auth/user_directory.h"
#include "commands/command_line.h"

#include <string>

namespace aiproject {

// Adds 0 when the option is not given.
BalanceStep changeOf(const CommandLine& line, const std::string& option);

// All that is given, for the audit log: "tokens +1000, pic_times =5"; empty: nothing is.
std::string grantText(const CommandLine& line);

}  // namespace aiproject
