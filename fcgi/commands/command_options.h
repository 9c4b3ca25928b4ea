// The options of all commands, and how a command line is read: options may stand anywhere, also before the command.
#pragma once

#include "commands/command_line.h"

#include <Poco/Util/Option.h>
#include <Poco/Util/OptionSet.h>

#include <string>
#include <vector>

namespace aiproject {

// Every option of every command; a command's row names those that it takes.
const std::vector<Poco::Util::Option>& allOptions();
bool takes(const Command& command, const Poco::Util::Option& option);
Poco::Util::OptionSet optionsOf(const Command& command);

std::vector<std::string> wordsOf(const std::string& text);
// An argument, as a message may repeat it: 'its begin...'
std::string shownArgument(const std::string& argument);

// A command line in two parts: up to two words that name a command, and all the rest in its order.
struct SplitLine {
    std::vector<std::string> words;      // the first argument; and the second, where the first is a group
    std::vector<std::string> arguments;  // for parse()
    bool wantsHelp = false;              // --help stood before the command
};
// Throws NotUnderstood where an option before the command is wrong.
SplitLine split(const std::vector<Command>& commands, const std::vector<std::string>& arguments);
bool isGroup(const std::vector<Command>& commands, const std::string& word);

// Fills `line`. False: help is wanted, and nothing else. Throws NotUnderstood.
bool parse(const Command& command, const std::vector<std::string>& arguments, CommandLine& line);

}  // namespace aiproject
