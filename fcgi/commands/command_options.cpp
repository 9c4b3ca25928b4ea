#include "commands/command_options.h"

#include "base/near_word.h"
#include "base/utf8.h"

#include <Poco/Util/OptionException.h>
#include <Poco/Util/OptionProcessor.h>

#include <algorithm>
#include <iterator>
#include <sstream>

namespace aiproject {
namespace {

using Poco::Util::Option;

constexpr std::size_t kLongestArgument = 64;

bool isOption(const std::string& argument) { return argument.size() > 1 && argument[0] == '-'; }

std::string dashed(const std::string& name) { return (name.size() == 1 ? "-" : "--") + name; }

std::vector<std::string> dashedNamesOf(const Poco::Util::OptionSet& options) {
    std::vector<std::string> names;
    for (const Option& option : options) names.push_back("--" + option.fullName());
    return names;
}

// `command`: null: it stands before any.
std::string unknownOption(const std::string& name, const Poco::Util::OptionSet& options, const Command* command) {
    const auto isIt = [&](const Option& option) { return option.fullName() == name || option.shortName() == name; };
    if (command && std::any_of(allOptions().begin(), allOptions().end(), isIt))
        return std::string(command->name) + " takes no " + dashed(name);
    return "there is no option " + shownArgument(dashed(name)) + didYouMean(dashed(name), dashedNamesOf(options));
}

// In words of ours what Poco has against an option.
[[noreturn]] void refuseOption(const Poco::Util::OptionSet& options, const Command* command) {
    try {
        throw;
    } catch (const Poco::Util::UnknownOptionException& e) {
        throw NotUnderstood(unknownOption(e.message(), options, command));
    } catch (const Poco::Util::AmbiguousOptionException& e) {
        throw NotUnderstood("several options begin like " + shownArgument(e.message()) + "; write one of them out");
    } catch (const Poco::Util::MissingArgumentException& e) {
        throw NotUnderstood(dashed(e.message()));  // "config requires FILE"
    } catch (const Poco::Util::UnexpectedArgumentException& e) {
        throw NotUnderstood(dashed(e.message()) + " takes no value");
    } catch (const Poco::Util::DuplicateOptionException& e) {
        throw NotUnderstood(dashed(e.message()) + " is given twice");
    } catch (const Poco::Util::OptionException& e) {
        throw NotUnderstood(printable(beginOf(e.displayText(), kLongestArgument)));
    }
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

void checkArguments(const Command& command, const CommandLine& line) {
    const std::vector<std::string> known = wordsOf(command.arguments);
    if (line.arguments.size() > known.size())
        throw NotUnderstood(std::string(command.name) + " takes no " + shownArgument(line.arguments[known.size()]));
    const auto given = known.begin() + std::ptrdiff_t(line.arguments.size());
    const auto missing = std::find_if(given, known.end(), [](const std::string& name) { return name[0] != '['; });
    if (missing != known.end()) throw NotUnderstood(*missing + " is missing");
}

Poco::Util::OptionSet withHelp(Poco::Util::OptionSet options) {
    options.addOption(Option("help", "h", "prints this"));
    return options;
}

const Poco::Util::OptionSet& optionsOfAll() {
    static const Poco::Util::OptionSet all = [] {
        Poco::Util::OptionSet options;
        for (const Option& option : allOptions()) options.addOption(option);
        return withHelp(options);
    }();
    return all;
}

bool isCommand(const std::vector<Command>& commands, const std::string& word) {
    return std::any_of(commands.begin(), commands.end(), [&](const Command& command) { return command.name == word; });
}

}  // namespace

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
        Option("admin", "", "the user may administer over HTTP: /admin and the console"),
        Option("no-admin", "", "takes that right back"),
        Option("yes", "y", "asks nothing"),
        withValue("uses", "", "how many users may use it; default: no limit", "N"),
        withValue("begins", "", "valid from 0:00 UTC of that day; default: now", "YYYY-MM-DD"),
        withValue("ends", "", "the last day that it is valid (UTC); default: for ever", "YYYY-MM-DD"),
        withValue("by", "", "user (default), model, key or day", "WHAT"),
        withValue("since", "", "the first day that counts (UTC)", "YYYY-MM-DD"),
        withValue("until", "", "the last day that counts (UTC)", "YYYY-MM-DD"),
        withValue("user", "", "only calls of that user", "NAME"),
        withValue("kind", "", "how the plugin answers: computes, blocks or follows; default: computes", "KIND"),
        withValue("in", "", "the folder in which its own is made; default: the working directory", "FOLDER"),
        withValue("from", "", "where the users are: FILE.sql or mysql://USER@HOST:PORT/DATABASE", "FILE|URL"),
        Option("apply", "", "writes; without it nothing is changed"),
        Option("dry-run", "", "only says what --apply would do; the default"),
        Option("write", "", "adds them to the configuration file"),
        Option("force", "", "replaces a file that is there"),
        withValue("text", "", "the question; with --picture, about it", "TEXT"),
        withValue("voice", "", "a recording to be transcribed: WAV, or PCM of 16 bits and 16 kHz", "FILE"),
        withValue("picture", "", "a picture to be looked at: JPEG, or PNG where the model takes it", "FILE"),
        withValue("speech", "", "a text to be spoken", "TEXT"),
        withValue("embed", "", "a text to make a vector of", "TEXT"),
        Option("conform", "", "runs the test kit of the plugin contract in place of one call"),
    };
    return all;
}

std::vector<std::string> wordsOf(const std::string& text) {
    std::istringstream words(text);
    return {std::istream_iterator<std::string>(words), {}};
}

std::string shownArgument(const std::string& argument) {
    const std::string begin = beginOf(argument, kLongestArgument);
    return "'" + printable(begin) + (begin.size() < argument.size() ? "..." : "") + "'";
}

bool takes(const Command& command, const Option& option) {
    const auto names = wordsOf(command.options);
    return std::find(names.begin(), names.end(), option.fullName()) != names.end();
}

Poco::Util::OptionSet optionsOf(const Command& command) {
    Poco::Util::OptionSet options;
    for (const Option& option : allOptions())
        if (takes(command, option)) options.addOption(option);
    return withHelp(options);
}

bool isGroup(const std::vector<Command>& commands, const std::string& word) {
    if (word.empty()) return false;
    return std::any_of(commands.begin(), commands.end(), [&](const Command& command) {
        return std::string(command.name).compare(0, word.size() + 1, word + " ") == 0;
    });
}

// Which words name the command shows only when it is known which options have a value.
SplitLine split(const std::vector<Command>& commands, const std::vector<std::string>& arguments) try {
    SplitLine line;
    Poco::Util::OptionProcessor processor(optionsOfAll());
    processor.setUnixStyle(true);
    std::size_t next = 0;
    for (bool isNamed = false; next < arguments.size() && !isNamed; ++next) {
        std::string name, value;
        if (processor.process(arguments[next], name, value)) {
            line.wantsHelp |= name == "help";
            if (name != "help") line.arguments.push_back(arguments[next]);
            continue;
        }
        line.words.push_back(arguments[next]);
        const std::string& first = line.words.front();
        isNamed = line.words.size() == 2 || !isGroup(commands, first);
    }
    if (!line.words.empty()) {
        const bool isUnknown = line.words.size() == 1 && !isCommand(commands, line.words[0]);
        if (isUnknown && next < arguments.size() && !isOption(arguments[next]))
            line.words.push_back(arguments[next]);  // for the message alone
        line.arguments.insert(line.arguments.end(), arguments.begin() + std::ptrdiff_t(next), arguments.end());
        return line;
    }
    processor.checkRequired();
    return line;
} catch (const Poco::Util::OptionException&) {
    refuseOption(optionsOfAll(), nullptr);
}

bool parse(const Command& command, const std::vector<std::string>& arguments, CommandLine& line) {
    const Poco::Util::OptionSet options = optionsOf(command);
    try {
        Poco::Util::OptionProcessor processor(options);
        processor.setUnixStyle(true);
        for (const auto& argument : arguments) {
            std::string name, value;
            if (!processor.process(argument, name, value))
                line.arguments.push_back(argument);
            else if (name == "help")
                return false;
            else if (!name.empty())  // empty: "--", or an option whose value is the next argument
                take(name, value, line);
        }
        processor.checkRequired();
    } catch (const Poco::Util::OptionException&) {
        refuseOption(options, &command);
    }
    checkArguments(command, line);
    return true;
}

}  // namespace aiproject
