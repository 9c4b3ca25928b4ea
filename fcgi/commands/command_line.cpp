#include "commands/command_line.h"

#include "commands/command_help.h"
#include "commands/command_options.h"
#include "config/overrides.h"

#include <algorithm>
#include <iostream>

namespace aiproject {
namespace {

int notUnderstood(const std::string& reason, const std::string& command) {
    std::cerr << "aiproject: " << reason << "; see aiproject " << command << (command.empty() ? "" : " ") << "--help\n";
    return 2;
}

int run(const Command& command, const std::vector<std::string>& arguments) {
    CommandLine line;
    line.config.overrides = inheritedOverrides();  // of a manager; those on its own line win
    line.config.copy = inheritedCopy();
    try {
        int code = 0;
        if (parse(command, arguments, line))
            code = command.run(line);
        else
            printHelp(command);
        if (std::cout.flush()) return code;
        std::cerr << "aiproject: standard output cannot be written (is its disk full, or who reads it gone?); what the "
                     "command does is done\n";
        return 1;
    } catch (const NotUnderstood& e) {
        return notUnderstood(e.what(), command.name);
    } catch (const NotFound& e) {
        std::cerr << "aiproject: " << e.what() << "\n";
        return 3;
    }
}

const Command* findCommand(const std::vector<Command>& commands, const std::vector<std::string>& words) {
    const std::string name = words.size() > 1 ? words[0] + " " + words[1] : words[0];
    const auto found =
        std::find_if(commands.begin(), commands.end(), [&](const Command& command) { return command.name == name; });
    return found == commands.end() ? nullptr : &*found;
}

int refuseCommand(const std::vector<Command>& commands, const std::vector<std::string>& words) {
    std::cerr << "aiproject: " << noSuchCommand(commands, words) << "\n";
    return 2;
}

// `aiproject help ...`: of all, a group or a command; `help help` is as `help`.
int giveHelp(const std::vector<Command>& commands, std::vector<std::string> words) {
    if (words.empty() || words == std::vector<std::string>{"help"}) return printCommands(commands, "", std::cout), 0;
    if (words.size() == 1 && isGroup(commands, words[0])) return printCommands(commands, words[0], std::cout), 0;
    words.resize(std::min<std::size_t>(words.size(), findCommand(commands, {words[0]}) ? 1 : 2));
    const Command* const command = findCommand(commands, words);
    if (!command) return refuseCommand(commands, words);
    return printHelp(*command), 0;
}

bool isHelp(const std::string& word) { return word == "--help" || word == "-h" || word == "help"; }

// `aiproject --version`, as other programs have it, is the command.
std::vector<std::string> withVersion(std::vector<std::string> arguments) {
    if (!arguments.empty() && arguments[0] == "--version") arguments[0] = "version";
    return arguments;
}

int runSplit(const std::vector<Command>& commands, const SplitLine& line) {
    const std::vector<std::string>& words = line.words;
    if (words.empty() && line.wantsHelp) return giveHelp(commands, {});
    if (words.empty()) return printOverview(commands, std::cerr), 2;
    if (isHelp(words[0])) {
        std::vector<std::string> topics = line.arguments;
        topics.erase(std::remove_if(topics.begin(), topics.end(),
                                    [](const std::string& topic) { return topic.empty() || topic[0] == '-'; }),
                     topics.end());
        return giveHelp(commands, topics);
    }
    const bool isGroupAlone = words.size() == 1 && isGroup(commands, words[0]);
    if (line.wantsHelp || (words.size() == 2 && isGroup(commands, words[0]) && isHelp(words[1])))
        return giveHelp(commands,
                        {words.begin(), words.begin() + (isHelp(words.back()) ? 1 : std::ptrdiff_t(words.size()))});
    if (isGroupAlone) return printCommands(commands, words[0], std::cerr), 2;
    const Command* const command = findCommand(commands, words);
    return command ? run(*command, line.arguments) : refuseCommand(commands, words);
}

}  // namespace

int runCommand(const std::vector<Command>& commands, const std::vector<std::string>& arguments) {
    if (arguments.size() > 1 && isHelp(arguments[0]) && arguments[1] == "--words") return printWords(commands), 0;
    try {
        return runSplit(commands, split(commands, withVersion(arguments)));
    } catch (const NotUnderstood& e) {
        return notUnderstood(e.what(), "");
    }
}

}  // namespace aiproject
