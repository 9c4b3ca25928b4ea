// aiproject(1) beside the program: the same commands, options, exit codes and variables. And every page as mandoc
// reads it.
#include "support/man_page.h"
#include "support/spec.h"
#include "support/worker_under_test.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <sstream>

using namespace aiproject::test;
using namespace std::string_literals;

namespace {

using Words = std::set<std::string>;

std::string joined(const Words& words) {
    std::string text;
    for (const auto& word : words) text += "\n  " + word;
    return text;
}

struct CommandsPage : CppUnit::TestCase {
    const ManPage page{"fcgi/man/aiproject.1"};

    // By their words and arguments ("user add NAME"), the options that each takes, "--tokens=" where a value follows.
    // -c, -D and -h, which all take, are told once.
    static std::map<std::string, Words> commandsOfTheProgram() {
        const Words common{"--help", "--config=FILE", "--define="};
        std::map<std::string, Words> commands;
        std::istringstream lines(runToEnd({programPath(), {"help", "--words"}}).output);
        for (std::string line, word; std::getline(lines, line);) {
            const auto tab = line.find('\t');
            std::string head = line.substr(0, tab);
            Words options;
            std::istringstream words(line.substr(tab + 1));
            while (words >> word) {
                if (word.compare(0, 2, "--") != 0)
                    head += " " + word;
                else if (common.count(word) == 0)
                    options.insert(word.substr(0, word.find("FILE")));
            }
            commands[head] = options;
        }
        return commands;
    }

    static std::string optionIn(const std::string& written) {  // "--tokens N" is --tokens=
        const auto space = written.find(' ');
        return space == std::string::npos ? written : written.substr(0, space) + "=";
    }

    // "key list Op Ar NAME" in the source has brackets on the page.
    std::map<std::string, Words> commandsOfThePage() const {
        std::map<std::string, Words> commands;
        for (const ManItem& item : page.itemsOf("COMMANDS")) {
            Words& options = commands[item.head];
            for (const auto& option : item.options) options.insert(optionIn(option));
            CPPUNIT_ASSERT_MESSAGE(item.head + " is not explained", item.text.size() > 20);
        }
        return commands;
    }

    static std::string withoutBrackets(std::string head) {
        for (const char sign : {'[', ']'}) head.erase(std::remove(head.begin(), head.end(), sign), head.end());
        return head;
    }

    static void assertSame(const std::string& what, const Words& ofTheProgram, const Words& ofThePage) {
        CPPUNIT_ASSERT_MESSAGE(
            what + ": the program has" + joined(ofTheProgram) + "\nand fcgi/man/aiproject.1" + joined(ofThePage),
            ofTheProgram == ofThePage);
    }
};

struct ManPages : CppUnit::TestCase {
    static std::vector<std::string> pages() {
        std::vector<std::string> all;
        for (const auto& entry : std::filesystem::directory_iterator(sourceFolder() + "/fcgi/man"))
            if (std::regex_match(entry.path().filename().string(), std::regex(".*\\.[1-8]")))
                all.push_back(entry.path());
        CPPUNIT_ASSERT(all.size() >= 3);
        return all;
    }
};

}  // namespace

SPEC(CommandsPage, has_every_command_with_its_arguments_and_options) {
    const auto told = commandsOfThePage();
    Words known, listed;
    for (const auto& [head, options] : commandsOfTheProgram()) {
        known.insert(withoutBrackets(head));
        const auto found = told.find(withoutBrackets(head));
        if (found != told.end()) assertSame(head, options, found->second);
    }
    for (const auto& entry : told) listed.insert(entry.first);
    CPPUNIT_ASSERT(known.size() > 20);
    assertSame("commands", known, listed);
}

SPEC(CommandsPage, explains_every_option) {
    Words known{"--help", "--config=", "--define=", "--version"}, listed;
    for (const auto& [head, options] : commandsOfTheProgram()) known.insert(options.begin(), options.end());
    for (const ManItem& item : page.itemsOf("OPTIONS")) {
        const auto at = item.head.find("--");
        CPPUNIT_ASSERT_MESSAGE(item.head, at != std::string::npos);
        listed.insert(optionIn(item.head.substr(at)));
        CPPUNIT_ASSERT_MESSAGE(item.head + " is not explained", item.text.size() > 5);
    }
    assertSame("options", known, listed);
}

SPEC(CommandsPage, has_every_exit_code_and_no_other) {
    Installation installation;
    const std::string config = installation.configFile();
    const std::string rows = installation.dir().write(
        "original.sql",
        "CREATE TABLE `user` (`Id` int, `UserName` varchar(50), `PassWord` varchar(255), `Email` varchar(50));\n"
        "INSERT INTO `user` VALUES (1,'ann','no hash','ann@example.org');\n");
    const std::map<int, std::vector<std::string>> ways{
        {0, {"version"}},
        {1, {"status", "-c", config}},
        {2, {"user", "add", "-c", config}},
        {3, {"user", "show", "nobody", "-c", config}},
        {4, {"import-original", "--from", rows, "-c", config}},
    };
    Words reached, listed;
    for (const auto& [code, arguments] : ways) {
        const Finished finished = runToEnd({programPath(), arguments});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(finished.output, code, finished.code);
        reached.insert(std::to_string(code));
    }
    for (const ManItem& item : page.itemsOf("EXIT STATUS")) listed.insert(item.head);
    assertSame("exit codes", reached, listed);
}

// What the sources read by getenv(), under a name of this program's.
SPEC(CommandsPage, has_every_variable_of_the_program) {
    Words known, listed;
    const std::regex variable("\"(AIPROJECT_[A-Z_]+)\"");
    for (const auto& entry : std::filesystem::recursive_directory_iterator(sourceFolder() + "/fcgi")) {
        if (entry.path().extension() != ".cpp" && entry.path().extension() != ".h") continue;
        const std::string text = readFile(entry.path());
        for (std::sregex_iterator found(text.begin(), text.end(), variable), end; found != end; ++found)
            known.insert((*found)[1]);
    }
    for (const ManItem& item : page.itemsOf("ENVIRONMENT")) {
        std::istringstream words(item.head);
        for (std::string word; words >> word;)
            if (word.compare(0, 10, "AIPROJECT_") == 0) listed.insert(word.substr(0, word.find(',')));
    }
    assertSame("variables", known, listed);
}

SPEC(ManPages, are_without_a_fault_for_mandoc) {
    for (const std::string& page : pages()) {
        const Finished finished = runToEnd({"mandoc", {"-Tlint", "-Wwarning", page}});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(finished.output, 0, finished.code);
    }
}

// Brackets and quotes end with their line: a second pair would be inside the first. mandoc finds nothing wrong with it.
SPEC(ManPages, have_no_quotes_inside_the_same_quotes) {
    const std::regex twice("\\.(?:.* )?(Aq|Bq|Brq|Dq|Pq|Ql|Qq|Sq) (?:.* )?\\1 .*");
    for (const std::string& page : pages()) {
        std::istringstream lines(readFile(page));
        for (std::string line; std::getline(lines, line);)
            CPPUNIT_ASSERT_MESSAGE(page + ": " + line, !std::regex_match(line, twice));
    }
}
