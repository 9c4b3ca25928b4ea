// Every `aiproject …` that a page mentions is a command that the program has, with options that it takes. What stands
// in blocks of commands is run: e2e/pages.cpp.
#include "support/pages.h"
#include "support/spec.h"
#include "support/worker_under_test.h"

#include <map>
#include <set>
#include <sstream>

using namespace aiproject::test;
using namespace std::string_literals;

namespace {

std::vector<std::string> mentionedWords(const std::string& text) {
    std::istringstream stream(text);
    std::vector<std::string> words;
    for (std::string word; stream >> word;) words.push_back(word);
    return words;
}

struct MentionedCommands : CppUnit::TestCase {
    // The options of each, without what follows their "=".
    std::map<std::string, std::set<std::string>> commands;
    std::set<std::string> groups;

    MentionedCommands() {
        std::istringstream lines(runToEnd({programPath(), {"help", "--words"}}).output);
        for (std::string line; std::getline(lines, line);) {
            const std::string name = line.substr(0, line.find('\t'));
            for (const auto& word : mentionedWords(line.substr(name.size())))
                if (word.compare(0, 2, "--") == 0) commands[name].insert(word.substr(0, word.find('=')));
            if (const auto space = name.find(' '); space != std::string::npos) groups.insert(name.substr(0, space));
        }
        commands["help"].insert("--words");
    }

    // What is wrong with it; empty: nothing.
    std::string faultOf(const std::string& mentioned) const {
        const std::vector<std::string> words = mentionedWords(mentioned);
        std::string name;
        for (const auto& word : words) {  // behind options of its own
            if (word == words.front() || word[0] == '-' || word == "FILE" || word == "F") continue;
            if (name.empty())
                name = word.substr(0, word.find('|'));  // "reload|stop": the first
            else if (commands.count(name + " " + word) > 0)
                name += " " + word;
            if (groups.count(name) == 0) break;
        }
        if (name.empty() || name == "COMMAND" || name == "…") return {};
        const auto found = commands.find(name);
        if (found == commands.end()) return groups.count(name) > 0 ? "" : "there is no command " + name;
        for (std::string word : words) {
            if (word[0] == '[') word.erase(0, 1);
            word = word.substr(0, word.find_first_of("=],|"));
            if (word.compare(0, 2, "--") == 0 && word.size() > 2 && found->second.count(word) == 0)
                return name + " takes no " + word;
        }
        return {};
    }
};

}  // namespace

SPEC(MentionedCommands, are_looked_at) {
    CPPUNIT_ASSERT_EQUAL("there is no command statsu"s, faultOf("aiproject statsu"));
    CPPUNIT_ASSERT_EQUAL("user grant takes no --mony"s, faultOf("aiproject user grant ann --mony +5"));
    CPPUNIT_ASSERT_EQUAL(""s, faultOf("aiproject user grant NAME --admin"));
    CPPUNIT_ASSERT_EQUAL(""s, faultOf("aiproject status [--json]"));
}

SPEC(MentionedCommands, exist_with_their_options) {
    int seen = 0;
    for (const std::string& page : pagesOfTheTree()) {
        for (const std::string& span : codeSpansOf(page)) {
            if (span.compare(0, 10, "aiproject ") != 0) continue;
            CPPUNIT_ASSERT_EQUAL_MESSAGE(page + ": `" + span + "`", ""s, faultOf(span));
            ++seen;
        }
    }
    CPPUNIT_ASSERT(seen > 40);
}
