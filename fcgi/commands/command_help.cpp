#include "commands/command_help.h"

#include "base/near_word.h"
#include "commands/command_options.h"

#include <Poco/String.h>
#include <Poco/Util/HelpFormatter.h>

#include <algorithm>
#include <iomanip>
#include <iostream>
#include <utility>

namespace aiproject {
namespace {

using Poco::Util::Option;

constexpr int kHelpWidth = 80, kNameWidth = 17;

// "user" of "user add"; the whole name of what is in no group.
std::string firstWordOf(const Command& command) { return wordsOf(command.name).front(); }

bool isOfGroup(const Command& command, const std::string& group) {
    return wordsOf(command.name).size() == 2 && firstWordOf(command) == group;
}

void addOnce(std::vector<std::string>& words, const std::string& word) {
    if (std::find(words.begin(), words.end(), word) == words.end()) words.push_back(word);
}

const char* valueWord(const Option& option) {
    if (!option.takesArgument()) return "";
    return option.argumentName().rfind("FILE", 0) == 0 ? "=FILE" : "=";
}

std::string quoted(const std::vector<std::string>& names) {
    std::string all;
    for (std::size_t i = 0; i < names.size(); ++i)
        all += (i == 0 ? "" : i + 1 == names.size() ? " or " : ", ") + ("'" + names[i] + "'");
    return all;
}

// What may have been meant; several only where the word is the second one of several groups, as `list`.
std::vector<std::string> meantBy(const std::vector<Command>& commands, const std::vector<std::string>& words) {
    std::vector<std::string> names, firsts, found;
    for (const Command& command : commands) {
        names.emplace_back(command.name);
        addOnce(firsts, firstWordOf(command));
    }
    const std::string& first = words[0];
    if (words.size() > 1) {
        std::string near = isGroup(commands, first) ? first : nearestWord(first, firsts);
        if (isGroup(commands, near)) {
            std::vector<std::string> seconds;
            for (const Command& command : commands)
                if (isOfGroup(command, near)) seconds.push_back(wordsOf(command.name)[1]);
            const std::string second = nearestWord(words[1], seconds);
            if (!second.empty()) return {near.append(" ").append(second)};
            if (isGroup(commands, first)) return {};
        }
        const std::string both = nearestWord(first + " " + words[1], names);
        if (!both.empty()) return {both};
    }
    if (const std::string near = nearestWord(first, firsts); !near.empty()) return {near};
    if (const std::string near = nearestWord(first, names); !near.empty()) return {near};
    for (const Command& command : commands)
        if (const auto parts = wordsOf(command.name); parts.size() == 2 && parts[1] == first)
            found.emplace_back(command.name);
    return found;
}

}  // namespace

void printOverview(const std::vector<Command>& commands, std::ostream& out) {
    std::vector<std::pair<std::string, std::vector<std::string>>> sections;
    for (const Command& command : commands) {
        const auto isIt = [&](const auto& section) { return section.first == command.section; };
        if (std::none_of(sections.begin(), sections.end(), isIt)) sections.push_back({command.section, {}});
        auto& names = std::find_if(sections.begin(), sections.end(), isIt)->second;
        addOnce(names, firstWordOf(command));
    }
    out << "usage: aiproject COMMAND [options]\n\n";
    for (const auto& [title, names] : sections)
        out << "  " << std::left << std::setw(kNameWidth) << (title.empty() ? "others" : title)
            << Poco::cat(std::string(", "), names.begin(), names.end()) << "\n";
    out << "\naiproject help lists all commands; aiproject help COMMAND says more of one.\n";
}

void printCommands(const std::vector<Command>& commands, const std::string& group, std::ostream& out) {
    out << "usage: aiproject " << group << (group.empty() ? "" : " ") << "COMMAND [options]\n\n";
    for (const Command& command : commands)
        if (group.empty() || isOfGroup(command, group))
            out << "  " << std::left << std::setw(kNameWidth) << command.name << command.summary << "\n";
    out << "\naiproject help COMMAND says more of one. Options may stand before the command as well.\n";
}

void printHelp(const Command& command) {
    const Poco::Util::OptionSet options = optionsOf(command);
    Poco::Util::HelpFormatter help(options);
    help.setUnixStyle(true);
    help.setWidth(kHelpWidth);
    help.setCommand(std::string("aiproject ") + command.name);
    help.setUsage(std::string("[options] ") + command.arguments);
    help.setHeader(std::string("\n") + command.details);
    help.setAutoIndent();
    help.format(std::cout);
}

void printWords(const std::vector<Command>& commands) {
    for (const Command& command : commands) {
        std::cout << command.name << "\t" << command.arguments << " --help";
        for (const Option& option : allOptions())
            if (takes(command, option)) std::cout << " --" << option.fullName() << valueWord(option);
        std::cout << "\n";
    }
}

std::string noSuchCommand(const std::vector<Command>& commands, const std::vector<std::string>& words) {
    std::string written = words[0];
    const bool isOfKnownGroup = isGroup(commands, words[0]);
    if (isOfKnownGroup && words.size() > 1) written += " " + words[1];
    const std::vector<std::string> meant = meantBy(commands, words);
    const std::string sentence = "there is no command " + shownArgument(written);
    if (!meant.empty()) return sentence + "; did you mean " + quoted(meant) + "?";
    if (!isOfKnownGroup) return sentence + "; aiproject help lists them all";
    std::vector<std::string> all;
    for (const Command& command : commands)
        if (isOfGroup(command, words[0])) all.emplace_back(command.name);
    return sentence + "; there are: " + Poco::cat(std::string(", "), all.begin(), all.end());
}

}  // namespace aiproject
