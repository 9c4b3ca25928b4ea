#include "commands/command_line.h"

#include "base/error.h"
#include "config/overrides.h"

#include <Poco/Util/HelpFormatter.h>
#include <Poco/Util/Option.h>
#include <Poco/Util/OptionException.h>
#include <Poco/Util/OptionProcessor.h>
#include <Poco/Util/OptionSet.h>

#include <algorithm>
#include <cstring>
#include <iomanip>
#include <iostream>

namespace aiproject {
namespace {

using Poco::Util::Option;

Poco::Util::OptionSet optionsOf(const Command& command) {
    const Option all[] = {
        Option("config", "c", std::string("the configuration; default ") + kDefaultConfigFile).argument("FILE"),
        Option("define", "D", "sets one configuration key", false, "key=value", true).repeatable(true),
        Option("pool", "p", "the pool whose models and limits it has; default: all models").argument("NAME"),
        Option("print-config", "P", "prints every key with its value"),
        Option("json", "j", "prints JSON"),
    };
    Poco::Util::OptionSet options;
    for (const Option& option : all)
        if (std::strchr(command.options, option.shortName()[0])) options.addOption(option);
    options.addOption(Option("help", "h", "prints this"));
    return options;
}

void take(const std::string& option, const std::string& value, CommandLine& line) {
    if (option == "config") line.config.file = value;
    if (option == "define") line.config.overrides.push_back(value);
    if (option == "pool") line.pool = value;
    if (option == "print-config") line.printConfig = true;
    if (option == "json") line.json = true;
}

void printHelp(const Command& command, const Poco::Util::OptionSet& options) {
    Poco::Util::HelpFormatter help(options);
    help.setUnixStyle(true);
    help.setCommand(std::string("aiproject ") + command.name);
    help.setUsage("[options]");
    help.setHeader(std::string("\n") + command.details);
    help.setAutoIndent();
    help.format(std::cout);
}

int printCommands(const std::vector<Command>& commands, std::ostream& out) {
    out << "usage: aiproject COMMAND [options]\n\n";
    for (const Command& command : commands)
        out << "  " << std::left << std::setw(10) << command.name << command.summary << "\n";
    out << "\naiproject COMMAND --help says more.\n";
    return &out == &std::cout ? 0 : 2;
}

// False: help was asked for and given.
bool parse(const Command& command, const std::vector<std::string>& arguments, CommandLine& line) {
    const Poco::Util::OptionSet options = optionsOf(command);
    Poco::Util::OptionProcessor processor(options);
    processor.setUnixStyle(true);
    for (const auto& argument : arguments) {
        std::string name, value;
        if (!processor.process(argument, name, value))
            throw Poco::Util::UnknownOptionException("aiproject " + std::string(command.name) + " takes no '" +
                                                     argument + "'");
        if (name == "help") return printHelp(command, options), false;
        take(name, value, line);
    }
    processor.checkRequired();
    return true;
}

}  // namespace

int runCommand(const std::vector<Command>& commands, const std::vector<std::string>& arguments) {
    if (arguments.empty()) return printCommands(commands, std::cerr);
    if (arguments[0] == "--help" || arguments[0] == "-h" || arguments[0] == "help")
        return printCommands(commands, std::cout);
    const auto command = std::find_if(commands.begin(), commands.end(),
                                      [&](const Command& known) { return arguments[0] == known.name; });
    if (command == commands.end()) {
        std::cerr << "aiproject: there is no command '" << arguments[0] << "'\n\n";
        return printCommands(commands, std::cerr);
    }
    CommandLine line;
    line.config.overrides = inheritedOverrides();  // of a manager; those on its own line win
    line.config.copy = inheritedCopy();
    try {
        if (!parse(*command, {arguments.begin() + 1, arguments.end()}, line)) return 0;
    } catch (const Poco::Util::OptionException& e) {
        std::cerr << "aiproject: " << e.displayText() << "; see aiproject " << command->name << " --help\n";
        return 2;
    }
    return command->run(line);
}

}  // namespace aiproject
