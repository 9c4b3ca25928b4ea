// What `aiproject`, `aiproject help ...` and --help print.
#pragma once

#include "commands/command_line.h"

#include <ostream>
#include <string>
#include <vector>

namespace aiproject {

// The commands by section, a line for each group of them: for those who call `aiproject` alone.
void printOverview(const std::vector<Command>& commands, std::ostream& out);
// A line for each; of one group, where it is not empty.
void printCommands(const std::vector<Command>& commands, const std::string& group, std::ostream& out);
void printHelp(const Command& command);
// For completion: a line for each command: its words, a tab, its arguments, its options; "=" where a value follows,
// "=FILE" where a file does.
void printWords(const std::vector<Command>& commands);

// "there is no command 'usr list'; did you mean 'user list'?", one or two lines.
std::string noSuchCommand(const std::vector<Command>& commands, const std::vector<std::string>& words);

}  // namespace aiproject
