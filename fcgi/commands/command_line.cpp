#include "commands/command_line.h"

#include "base/utf8.h"
#include "config/overrides.h"

#include <Poco/Util/HelpFormatter.h>
#include <Poco/Util/Option.h>
#include <Poco/Util/OptionException.h>
#include <Poco/Util/OptionProcessor.h>
#include <Poco/Util/OptionSet.h>

#include <algorithm>
#include <iomanip>
#include <iostream>
#include <iterator>
#include <sstream>

namespace aiproject {
namespace {

using Poco::Util::Option;

// Every option of every command; a command's row names those that it takes.
const std::vector<Option>& allOptions() {
    const auto withValue = [](const char* name, const char* letter, const std::string& help, const char* value) {
        return Option(name, letter, help).argument(value);
    };
    static const std::vector<Option> all{
        withValue("config", "c", std::string("the configuration; default ") + kDefaultConfigFile, "FILE"),
        Option("define", "D", "sets one configuration key", false, "key=value", true).repeatable(true),
        withValue("pool", "p", "the pool whose models and limits it has; default: all models", "NAME"),
        Option("print-config", "P", "prints every key with its value"),
        Option("json", "j", "prints JSON"),
        Option("csv", "", "prints comma-separated values, with a line of titles"),
        withValue("email", "e", "the user's address", "ADDRESS"),
        withValue("academy", "", "where the user belongs", "TEXT"),
        withValue("tokens", "", "tokens", "N"),
        withValue("pic-times", "", "picture calls", "N"),
        withValue("voice-seconds", "", "seconds of dictation", "N"),
        withValue("money", "", "money, in micro-units: 1000000 is one of the currency of the prices", "N"),
        withValue("name", "", "what the key is for", "TEXT"),
        withValue("models", "", "the only models that it may use; default: all", "A,B"),
        withValue("refill", "", "begins the count of what is used anew each day or month (UTC)", "day|month"),
        withValue("like", "", "only names that have this in them, in upper or lower case", "TEXT"),
        withValue("after", "", "goes on behind this name", "NAME"),
        withValue("limit", "", "at most so many", "N"),
        Option("disabled", "", "only disabled accounts"),
        Option("yes", "y", "asks nothing"),
        withValue("uses", "", "how many users may use it; default: no limit", "N"),
        withValue("begins", "", "valid from 0:00 UTC of that day; default: now", "YYYY-MM-DD"),
        withValue("ends", "", "the last day that it is valid (UTC); default: for ever", "YYYY-MM-DD"),
        withValue("by", "", "user (default), model, key or day", "WHAT"),
        withValue("since", "", "the first day that counts (UTC)", "YYYY-MM-DD"),
        withValue("until", "", "the last day that counts (UTC)", "YYYY-MM-DD"),
        withValue("user", "", "only calls of that user", "NAME"),
        withValue("from", "", "where the users are: FILE.sql or mysql://USER@HOST:PORT/DATABASE", "FILE|URL"),
        Option("apply", "", "writes; without it nothing is changed"),
        Option("dry-run", "", "only says what --apply would do; the default"),
        Option("write", "", "adds them to the configuration file"),
        Option("force", "", "replaces a file that is there"),
    };
    return all;
}

std::vector<std::string> wordsOf(const std::string& text) {
    std::istringstream words(text);
    return {std::istream_iterator<std::string>(words), {}};
}

bool takes(const Command& command, const Option& option) {
    const auto names = wordsOf(command.options);
    return std::find(names.begin(), names.end(), option.fullName()) != names.end();
}

Poco::Util::OptionSet optionsOf(const Command& command) {
    Poco::Util::OptionSet options;
    for (const Option& option : allOptions())
        if (takes(command, option)) options.addOption(option);
    options.addOption(Option("help", "h", "prints this"));
    return options;
}

void take(const std::string& option, const std::string& value, CommandLine& line) {
    if (option == "config")
        line.config.file = value;
    else if (option == "define")
        line.config.overrides.push_back(value);
    else if (option == "pool")
        line.pool = value;
    else if (option == "print-config")
        line.printConfig = true;
    else if (option == "json")
        line.json = true;
    else
        line.options[option] = value;
}

void printHelp(const Command& command, const Poco::Util::OptionSet& options) {
    Poco::Util::HelpFormatter help(options);
    help.setUnixStyle(true);
    help.setCommand(std::string("aiproject ") + command.name);
    help.setUsage(std::string("[options] ") + command.arguments);
    help.setHeader(std::string("\n") + command.details);
    help.setAutoIndent();
    help.format(std::cout);
}

bool isOfGroup(const Command& command, const std::string& group) {
    return std::string(command.name).rfind(group + " ", 0) == 0;
}

// All, or those of a group.
void printCommands(const std::vector<Command>& commands, const std::string& group, std::ostream& out) {
    out << "usage: aiproject " << group << (group.empty() ? "" : " ") << "COMMAND [options]\n\n";
    for (const Command& command : commands)
        if (group.empty() || isOfGroup(command, group))
            out << "  " << std::left << std::setw(17) << command.name << command.summary << "\n";
    out << "\naiproject COMMAND --help says more.\n";
}

const char* valueWord(const Option& option) {
    if (!option.takesArgument()) return "";
    return option.argumentName().rfind("FILE", 0) == 0 ? "=FILE" : "=";
}

// A line per command: its words, a tab, its arguments, its options; "=" where a value follows, "=FILE" where a file.
void printWords(const std::vector<Command>& commands) {
    for (const Command& command : commands) {
        std::cout << command.name << "\t" << command.arguments << " --help";
        for (const Option& option : allOptions())
            if (takes(command, option)) std::cout << " --" << option.fullName() << valueWord(option);
        std::cout << "\n";
    }
}

void checkArguments(const Command& command, const CommandLine& line) {
    const std::vector<std::string> known = wordsOf(command.arguments);
    if (line.arguments.size() > known.size())
        throw NotUnderstood("aiproject " + std::string(command.name) + " takes no '" +
                            printable(line.arguments[known.size()]) + "'");
    const auto given = known.begin() + std::ptrdiff_t(line.arguments.size());
    const auto missing = std::find_if(given, known.end(), [](const std::string& name) { return name[0] != '['; });
    if (missing != known.end()) throw NotUnderstood(*missing + " is missing");
}

// False: help was asked for and given.
bool parse(const Command& command, const std::vector<std::string>& arguments, CommandLine& line) {
    const Poco::Util::OptionSet options = optionsOf(command);
    Poco::Util::OptionProcessor processor(options);
    processor.setUnixStyle(true);
    for (const auto& argument : arguments) {
        std::string name, value;
        if (!processor.process(argument, name, value))
            line.arguments.push_back(argument);
        else if (name == "help")
            return printHelp(command, options), false;
        else if (!name.empty())  // empty: "--", or an option whose value is the next argument
            take(name, value, line);
    }
    processor.checkRequired();
    checkArguments(command, line);
    return true;
}

int run(const Command& command, const std::vector<std::string>& arguments) {
    const auto notUnderstood = [&](const std::string& reason) {
        std::cerr << "aiproject: " << reason << "; see aiproject " << command.name << " --help\n";
        return 2;
    };
    CommandLine line;
    line.config.overrides = inheritedOverrides();  // of a manager; those on its own line win
    line.config.copy = inheritedCopy();
    try {
        const int code = parse(command, arguments, line) ? command.run(line) : 0;
        if (std::cout.flush()) return code;
        std::cerr << "aiproject: standard output cannot be written (is its disk full, or who reads it gone?); what the "
                     "command does is done\n";
        return 1;
    } catch (const Poco::Util::OptionException& e) {
        return notUnderstood(e.displayText());
    } catch (const NotUnderstood& e) {
        return notUnderstood(e.what());
    } catch (const NotFound& e) {
        std::cerr << "aiproject: " << e.what() << "\n";
        return 3;
    }
}

bool isHelp(const std::string& word) { return word == "--help" || word == "-h" || word == "help"; }

int list(const std::vector<Command>& commands, const std::string& group, std::ostream& out) {
    printCommands(commands, group, out);
    return &out == &std::cout ? 0 : 2;
}

}  // namespace

int runCommand(const std::vector<Command>& commands, const std::vector<std::string>& arguments) {
    if (arguments.empty()) return list(commands, "", std::cerr);
    const std::string& first = arguments[0];
    const std::string second = arguments.size() > 1 ? arguments[1] : "";
    if (isHelp(first) && second == "--words") return printWords(commands), 0;
    if (isHelp(first)) return list(commands, "", std::cout);
    const std::string both = first + " " + second;
    for (const Command& command : commands) {
        if (command.name == first) return run(command, {arguments.begin() + 1, arguments.end()});
        if (command.name == both) return run(command, {arguments.begin() + 2, arguments.end()});
    }
    const bool isGroup = std::any_of(commands.begin(), commands.end(),
                                     [&](const Command& command) { return isOfGroup(command, first); });
    if (isGroup && isHelp(second)) return list(commands, first, std::cout);
    if (!isGroup || !second.empty())
        std::cerr << "aiproject: there is no command '" << printable(isGroup ? both : first) << "'\n\n";
    return list(commands, isGroup ? first : "", std::cerr);
}

}  // namespace aiproject
