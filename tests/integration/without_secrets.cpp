// Administration in a shell that has none of the variables which the models' settings name, as plugins/README.md
// advises to write secrets.
#include "integration/administer.h"
#include "support/manager_under_test.h"
#include "support/spec.h"

#include <fstream>

using namespace aiproject::test;

namespace {

const std::string kUnset = "${system.env.AIPROJECT_TEST_UNSET}";

void nameSecrets(const Installation& installation) {
    std::ofstream(installation.configFile(), std::ios::app)
        << "model.spark_chat.app_id = a\nmodel.spark_chat.api_key = " << kUnset
        << "\nmodel.spark_chat.api_secret = " << kUnset << "\nmodel.other.plugin = " << kUnset << "\n";
}

struct WithoutSecrets : Administration {
    WithoutSecrets() { nameSecrets(installation); }

    std::string failing(const std::vector<std::string>& words) const {
        const Finished finished = run(words);
        assertCode(1, finished);
        return finished.output;
    }
};

}  // namespace

SPEC(WithoutSecrets, accounts_are_administered) {
    output({"migrate"});
    add("ann");
    for (const std::vector<std::string>& words :
         std::vector<std::vector<std::string>>{{"user", "list"},
                                               {"user", "show", "ann"},
                                               {"user", "grant", "--tokens", "=5", "ann"},
                                               {"user", "disable", "ann"},
                                               {"invite", "add"},
                                               {"invite", "list"},
                                               {"usage"},
                                               {"audit"},
                                               {"backup", installation.dir().file("copy.db")},
                                               {"restore", installation.dir().file("copy.db")}})
        output(words);
    const std::string dump = installation.dir().write("original.sql", "-- nobody\n");
    assertSilentOf(run({"import-original", "--from", dump}).output, "is not set");
}

SPEC(WithoutSecrets, whatever_serves_or_judges_models_says_once_what_it_lacks) {
    for (const std::string& command : {std::string("check"), std::string("models"), std::string("serve")}) {
        const std::string said = failing({command});
        for (const std::string key : {"model.spark_chat.api_key", "model.spark_chat.api_secret", "model.other.plugin"})
            CPPUNIT_ASSERT_EQUAL_MESSAGE(said, std::size_t(1), countOf(said, ": " + key));
        CPPUNIT_ASSERT_EQUAL_MESSAGE(said, std::size_t(1), countOf(said, kUnset + " is not set"));
    }
}

SPEC(WithoutSecrets, a_key_that_a_command_uses_is_missed_in_one_line) {
    std::ofstream(installation.configFile(), std::ios::app) << "database.url = sqlite:" << kUnset << "\n";
    const std::string said = failing({"user", "list"});
    CPPUNIT_ASSERT_EQUAL_MESSAGE(said, std::size_t(1), countOf(said, "\n"));
    assertSays(said, ": database.url: " + kUnset + " is not set");
}

SPEC(WithoutSecrets, a_running_manager_is_found_and_none_elsewhere) {
    ManagerUnderTest manager;
    nameSecrets(manager.installation());
    CPPUNIT_ASSERT_EQUAL(0, manager.command("status").code);
    const Finished refused = manager.command("reload");  // it tries the new ones, which need the secrets
    CPPUNIT_ASSERT_EQUAL(1, refused.code);
    assertSays(refused.output, kUnset + " is not set");
    std::ofstream(manager.installation().configFile(), std::ios::app) << "run.dir = " << kUnset << "\n";
    const Finished lost = manager.command("status");
    CPPUNIT_ASSERT_EQUAL(1, lost.code);
    assertSays(lost.output, "run.dir: " + kUnset + " is not set");
}
