// Commands, groups of them, their options and arguments; and the exit codes.
#include "commands/command_line.h"
#include "support/spec.h"
#include "unit/expect.h"

#include <algorithm>
#include <iostream>
#include <sstream>
#include <utility>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

CommandLine taken;  // by the last command that ran

int takeIt(const CommandLine& line) {
    taken = line;
    return 0;
}
int findNothing(const CommandLine&) { throw NotFound("there is no user 'x'"); }
int refuse(const CommandLine&) { throw NotUnderstood("--by cannot be 'x'"); }

const std::vector<Command> kCommands{
    {"look", "[NAME]", "looks", "Looks.", "config define json limit", &takeIt},
    {"user add", "NAME", "adds a user", "Adds.", "json email tokens", &takeIt},
    {"user find", "NAME", "finds a user", "", "", &findNothing},
    {"user refuse", "", "refuses", "", "", &refuse},
    {"version", "", "tells its version", "", "", &takeIt},
};

// What is printed, while it lives.
class Captured {
public:
    Captured() : out_(std::cout.rdbuf(text_.rdbuf())), error_(std::cerr.rdbuf(text_.rdbuf())) {}
    ~Captured() {
        std::cout.rdbuf(out_);
        std::cerr.rdbuf(error_);
    }
    Captured(const Captured&) = delete;
    Captured& operator=(const Captured&) = delete;
    std::string text() const { return text_.str(); }

private:
    std::stringstream text_;
    std::streambuf *out_, *error_;
};

struct LineOfCommands : CppUnit::TestCase {
    std::string printed;

    int run(const std::vector<std::string>& arguments) {
        taken = {};
        const Captured captured;
        const int code = runCommand(kCommands, arguments);
        printed = captured.text();
        return code;
    }
    void assertSays(const std::string& part) { CPPUNIT_ASSERT_MESSAGE(printed, says(printed, part)); }
};

}  // namespace

SPEC(LineOfCommands, takes_options_and_arguments_in_any_order) {
    CPPUNIT_ASSERT_EQUAL(0, run({"user", "add", "--email", "a@b.org", "ann", "-j", "--tokens=-1"}));
    CPPUNIT_ASSERT_EQUAL("ann"s, taken.arguments.at(0));
    CPPUNIT_ASSERT_EQUAL("a@b.org"s, taken.textOf("email"));
    CPPUNIT_ASSERT_EQUAL("-1"s, taken.textOf("tokens"));
    CPPUNIT_ASSERT(taken.json);
}

SPEC(LineOfCommands, takes_a_value_that_begins_with_a_dash) {
    CPPUNIT_ASSERT_EQUAL(0, run({"user", "add", "ann", "--tokens", "-1"}));
    CPPUNIT_ASSERT_EQUAL("-1"s, taken.textOf("tokens"));
}

SPEC(LineOfCommands, takes_all_behind_two_dashes_as_it_is) {
    CPPUNIT_ASSERT_EQUAL(0, run({"user", "add", "--", "--help"}));
    CPPUNIT_ASSERT_EQUAL("--help"s, taken.arguments.at(0));
    CPPUNIT_ASSERT_EQUAL(0, run({"user", "add", "王 小明"}));
    CPPUNIT_ASSERT_EQUAL("王 小明"s, taken.arguments.at(0));
}

SPEC(LineOfCommands, knows_how_many_arguments_there_are) {
    CPPUNIT_ASSERT_EQUAL(0, run({"look"}));
    CPPUNIT_ASSERT_EQUAL(0, run({"look", "ann"}));
    CPPUNIT_ASSERT_EQUAL(2, run({"look", "ann", "bob"}));
    assertSays("takes no 'bob'");
    CPPUNIT_ASSERT_EQUAL(2, run({"user", "add"}));
    assertSays("NAME is missing; see aiproject user add --help");
}

SPEC(LineOfCommands, refuses_options_of_other_commands) {
    CPPUNIT_ASSERT_EQUAL(2, run({"user", "add", "ann", "--limit", "5"}));
    assertSays("limit");
    CPPUNIT_ASSERT_EQUAL(2, run({"user", "add", "ann", "--email"}));
    CPPUNIT_ASSERT_EQUAL(2, run({"look", "--json", "--json"}));
}

SPEC(LineOfCommands, tells_what_a_group_has) {
    CPPUNIT_ASSERT_EQUAL(2, run({"user"}));
    assertSays("user add");
    CPPUNIT_ASSERT(!says(printed, "looks") && !says(printed, "there is no command"));
    CPPUNIT_ASSERT_EQUAL(2, run({"user", "eat"}));
    assertSays("there is no command 'user eat'");
    assertSays("user find");
    CPPUNIT_ASSERT_EQUAL(0, run({"user", "--help"}));
    assertSays("user add");
    CPPUNIT_ASSERT_EQUAL(2, run({"eat"}));
    assertSays("there is no command 'eat'; aiproject help lists them all\n");
    CPPUNIT_ASSERT_EQUAL(2, run({}));
    assertSays("  others           look, user, version\n");
}

SPEC(LineOfCommands, has_help_for_each) {
    CPPUNIT_ASSERT_EQUAL(0, run({"user", "add", "--help"}));
    assertSays("usage: aiproject user add [options] NAME");
    assertSays("--email=ADDRESS");
    CPPUNIT_ASSERT(!says(printed, "--limit"));
}

SPEC(LineOfCommands, has_an_exit_code_for_each_kind_of_failure) {
    CPPUNIT_ASSERT_EQUAL(3, run({"user", "find", "x"}));
    assertSays("aiproject: there is no user 'x'\n");
    CPPUNIT_ASSERT_EQUAL(2, run({"user", "refuse"}));
    assertSays("--by cannot be 'x'; see aiproject user refuse --help");
}

SPEC(LineOfCommands, takes_options_before_and_between_the_words_of_a_command) {
    CPPUNIT_ASSERT_EQUAL(0, run({"--json", "user", "--email", "a@b.org", "add", "--tokens=5", "ann"}));
    CPPUNIT_ASSERT(taken.json);
    CPPUNIT_ASSERT_EQUAL("a@b.org"s, taken.textOf("email"));
    CPPUNIT_ASSERT_EQUAL("ann"s, taken.arguments.at(0));
    CPPUNIT_ASSERT_EQUAL(0, run({"-c", "F", "-Da=b", "-D", "user=add", "look", "ann"}));
    CPPUNIT_ASSERT_EQUAL("F"s, taken.config.file);
    CPPUNIT_ASSERT((taken.config.overrides == std::vector<std::string>{"a=b", "user=add"}));
    CPPUNIT_ASSERT_EQUAL("ann"s, taken.arguments.at(0));
}

SPEC(LineOfCommands, takes_no_value_of_an_option_for_a_command) {
    CPPUNIT_ASSERT_EQUAL(0, run({"--config", "user", "look", "user"}));
    CPPUNIT_ASSERT_EQUAL("user"s, taken.config.file);
    CPPUNIT_ASSERT_EQUAL("user"s, taken.arguments.at(0));
    CPPUNIT_ASSERT_EQUAL(0, run({"--", "look", "--json"}));
    CPPUNIT_ASSERT_EQUAL("--json"s, taken.arguments.at(0));
}

SPEC(LineOfCommands, refuses_options_before_a_command_that_it_does_not_take) {
    CPPUNIT_ASSERT_EQUAL(2, run({"--limit", "3", "user", "add", "ann"}));
    assertSays("user add takes no --limit; see aiproject user add --help");
    CPPUNIT_ASSERT_EQUAL(2, run({"--cnofig", "F", "look"}));
    assertSays("there is no option '--cnofig' (did you mean '--config'?); see aiproject --help");
    CPPUNIT_ASSERT_EQUAL(2, run({"--config"}));
    assertSays("--config requires FILE");
    CPPUNIT_ASSERT_EQUAL(2, run({"--json", "look", "--json"}));
    assertSays("json");
    CPPUNIT_ASSERT_EQUAL(2, run({"--json=5", "look"}));
}

SPEC(LineOfCommands, proposes_what_a_typo_may_have_meant) {
    const std::vector<std::pair<std::vector<std::string>, std::string>> rows{{{"usr", "add"}, "'user add'?"},
                                                                             {{"user", "ad"}, "'user add'?"},
                                                                             {{"usre", "fnid"}, "'user find'?"},
                                                                             {{"look", "--lmit", "3"}, "'--limit'?"},
                                                                             {{"loko"}, "'look'?"},
                                                                             {{"LOOK"}, "'look'?"},
                                                                             {{"find"}, "'user find'?"},
                                                                             {{"user-add"}, "'user add'?"},
                                                                             {{"useradd"}, "'user add'?"},
                                                                             {{"help", "usr", "add"}, "'user add'?"}};
    for (const auto& [line, meant] : rows) {
        CPPUNIT_ASSERT_EQUAL(2, run(line));
        assertSays("did you mean " + meant);
        CPPUNIT_ASSERT_MESSAGE(printed, std::count(printed.begin(), printed.end(), '\n') <= 2);
    }
    for (const std::vector<std::string>& line :
         std::vector<std::vector<std::string>>{{"frobnicate"}, {""}, {"user", "frobnicate"}, {"look", "--x"}, {"x"}}) {
        CPPUNIT_ASSERT_EQUAL(2, run(line));
        CPPUNIT_ASSERT_MESSAGE(printed, !says(printed, "did you mean"));
    }
}

SPEC(LineOfCommands, has_help_for_a_command_by_its_name) {
    CPPUNIT_ASSERT_EQUAL(0, run({"help", "user", "add"}));
    assertSays("usage: aiproject user add [options] NAME");
    CPPUNIT_ASSERT_EQUAL(0, run({"help", "look"}));
    assertSays("usage: aiproject look [options] [NAME]");
    CPPUNIT_ASSERT_EQUAL(0, run({"--help", "user", "add"}));
    assertSays("usage: aiproject user add");
    CPPUNIT_ASSERT_EQUAL(0, run({"help", "user"}));
    assertSays("user find");
    CPPUNIT_ASSERT(!says(printed, "looks"));
    CPPUNIT_ASSERT_EQUAL(0, run({"help"}));
    assertSays("  look             looks\n");
    CPPUNIT_ASSERT_EQUAL(2, run({"help", "frobnicate"}));
    CPPUNIT_ASSERT_EQUAL(0, run({"help", "help"}));
    assertSays("  look             looks\n");
}

SPEC(LineOfCommands, takes_the_option_that_all_programs_have_for_the_version) {
    CPPUNIT_ASSERT_EQUAL(0, run({"--version"}));
    CPPUNIT_ASSERT_EQUAL(""s, printed);
    CPPUNIT_ASSERT_EQUAL(0, run({"--version", "--help"}));
    assertSays("usage: aiproject version");
    CPPUNIT_ASSERT_EQUAL(2, run({"--version", "look"}));
    assertSays("takes no 'look'");
    CPPUNIT_ASSERT_EQUAL(2, run({"look", "--version"}));
}

SPEC(LineOfCommands, repeats_little_of_a_huge_argument) {
    const std::string huge(1'000'000, 'x');
    for (const std::vector<std::string>& line : std::vector<std::vector<std::string>>{
             {huge}, {"user", huge}, {"--" + huge}, {"look", "--" + huge}, {"look", "ann", huge}, {"help", huge}}) {
        CPPUNIT_ASSERT_EQUAL(2, run(line));
        CPPUNIT_ASSERT(printed.size() < 400);
    }
    CPPUNIT_ASSERT_EQUAL(0, run({"look", huge}));
    CPPUNIT_ASSERT_EQUAL(2, run({"\x1b[2J"}));
    CPPUNIT_ASSERT(!says(printed, "\x1b"));
    CPPUNIT_ASSERT_EQUAL(2, run({"--\x1b[2J\xff", "look"}));
    CPPUNIT_ASSERT(!says(printed, "\x1b"));
}

SPEC(LineOfCommands, lists_its_words_for_a_shell) {
    CPPUNIT_ASSERT_EQUAL(0, run({"help", "--words"}));
    CPPUNIT_ASSERT_EQUAL(
        "look\t[NAME] --help --config=FILE --define= --json --limit=\nuser add\tNAME --help --json --email= --tokens=\n"
        "user find\tNAME --help\nuser refuse\t --help\nversion\t --help\n"s,
        printed);
}

SPEC(LineOfCommands, shows_no_control_character_of_an_argument) {
    CPPUNIT_ASSERT_EQUAL(2, run({"look", "a", "b\x1b[2J"}));
    assertSays("b\\x1b[2J");
}
