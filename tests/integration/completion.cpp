// What bash offers after `aiproject …`, by the file that is installed, run in bash.
#include "support/spec.h"
#include "support/worker_under_test.h"

using namespace aiproject::test;
using namespace std::string_literals;

namespace {

struct Completion : CppUnit::TestCase {
    // For the last of `words`; what is offered, a line each.
    static std::string offered(std::vector<std::string> words) {
        const std::string script = "source '" + sourceFolder() + "/fcgi/commands/aiproject.bash" +
                                   "'; COMP_WORDS=(aiproject \"${@:2}\"); COMP_CWORD=$(($# - 1)); _aiproject \"$1\";"
                                   " printf '%s\\n' \"${COMPREPLY[@]}\"";
        words.insert(words.begin(), {"--norc", "-c", script, "bash", programPath()});
        return "\n" + runToEnd({"bash", words}).output;
    }
    static void assertOffers(const std::vector<std::string>& words, const std::string& word) {
        const std::string lines = offered(words);
        CPPUNIT_ASSERT_MESSAGE(word + " is not in: " + lines, lines.find("\n" + word + "\n") != std::string::npos);
    }
    static void assertOffersNothing(const std::vector<std::string>& words) {
        CPPUNIT_ASSERT_EQUAL("\n\n"s, offered(words));
    }
};

}  // namespace

SPEC(Completion, offers_every_command_once) {
    for (const char* command : {"serve", "user", "invite", "usage", "audit", "version"}) assertOffers({""}, command);
    CPPUNIT_ASSERT_EQUAL("\nusage\nuser\n"s, offered({"us"}));
}

SPEC(Completion, offers_what_a_group_has) {
    for (const char* command : {"add", "list", "show", "grant", "disable", "enable", "rotate", "password", "delete"})
        assertOffers({"user", ""}, command);
    CPPUNIT_ASSERT_EQUAL("\nrevoke\n"s, offered({"invite", "re"}));
}

SPEC(Completion, offers_the_options_of_that_command) {
    CPPUNIT_ASSERT_EQUAL("\n--tokens\n"s, offered({"user", "grant", "ann", "--tok"}));
    assertOffers({"usage", "--"}, "--csv");
    assertOffersNothing({"user", "show", "--tok"});
}

SPEC(Completion, offers_files_where_a_file_stands_and_nothing_for_other_values) {
    const TempDir dir;
    const std::string file = dir.write("aiproject.properties", "");
    for (const std::vector<std::string>& option : {std::vector<std::string>{"-c"}, {"--config"}, {"--config", "="}}) {
        std::vector<std::string> words{"status"};
        words.insert(words.end(), option.begin(), option.end());
        words.push_back(dir.file("aip"));
        CPPUNIT_ASSERT_EQUAL("\n" + file + "\n", offered(words));
    }
    CPPUNIT_ASSERT_EQUAL("\n" + file + "\n", offered({"restore", dir.file("aip")}));
    CPPUNIT_ASSERT_EQUAL("\n--force\n"s, offered({"backup", dir.file("aip"), "--fo"}));
    CPPUNIT_ASSERT_EQUAL("\n" + file + "\n", offered({"import-original", "--from", dir.file("aip")}));
    assertOffersNothing({"user", "grant", "--tokens", ""});
    assertOffersNothing({"user", "grant", "--tokens", "=", ""});
}

SPEC(Completion, goes_on_behind_options_that_stand_before_the_command) {
    assertOffers({"-c", "F", "user", ""}, "grant");
    assertOffers({"--config", "F", "--json", "us"}, "user");
    assertOffers({"--config", "=", "F", "us"}, "usage");
    assertOffers({"user", "--json", ""}, "rotate");
    CPPUNIT_ASSERT_EQUAL("\n--tokens\n"s, offered({"-Dlog.level=info", "user", "grant", "ann", "--tok"}));
    assertOffers({"--"}, "--config");
    assertOffers({"--ver"}, "--version");
    const TempDir dir;
    const std::string file = dir.write("aiproject.properties", "");
    CPPUNIT_ASSERT_EQUAL("\n" + file + "\n", offered({"-c", dir.file("aip")}));
}

SPEC(Completion, offers_the_topics_of_help) {
    assertOffers({"he"}, "help");
    assertOffers({"help", "us"}, "user");
    assertOffers({"help", "user", ""}, "rotate");
}

SPEC(Completion, offers_nothing_where_it_knows_nothing) {
    assertOffersNothing({"frob", ""});
    assertOffersNothing({"user", "frob", "-"});
}
