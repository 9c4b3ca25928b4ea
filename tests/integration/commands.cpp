// Commands that run to their end, as processes.
#include "base/sanitized.h"
#include "support/plugin_folder.h"
#include "support/spec.h"
#include "support/worker_under_test.h"

#include <sqlite3.h>

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <sys/stat.h>

#include <filesystem>

using aiproject::kIsSanitized;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

struct Check : CppUnit::TestCase {
    const PluginFolder plugins{{{"echo", pluginFolder()}}};  // those with keys would have warnings
    Installation installation{{{"plugins.dir", plugins.path()}}};

    Finished check(const std::vector<std::string>& overrides) const {
        std::vector<std::string> arguments{"check", "-c", installation.configFile()};
        for (const auto& entry : overrides) arguments.push_back("-D" + entry);
        return runToEnd({programPath(), arguments});
    }
    static void assertSays(const Finished& finished, const std::string& part) {
        CPPUNIT_ASSERT_MESSAGE("'" + part + "' is not in: " + finished.output,
                               finished.output.find(part) != std::string::npos);
    }
};

struct Migrate : CppUnit::TestCase {
    Installation installation;
};

}  // namespace

SPEC(Check, says_all_that_a_plugin_finds_wrong_at_once) {
    const Finished finished =
        check({"plugins.dir=" + pluginFolder(), "model.spark_chat.app_id=a", "model.spark_chat.api_key=k",
               "model.spark_chat.api_secret=s", "model.spark_chat.url=ws://example.org/v1.1/chat",
               "model.spark_chat.max_tokens=8192"});
    CPPUNIT_ASSERT_EQUAL(1, finished.code);
    for (const char* part : {"model.spark_chat.url: plain ws://", "model.spark_chat.max_tokens: "})
        CPPUNIT_ASSERT_MESSAGE(finished.output, finished.output.find(part) != std::string::npos);
}

SPEC(Check, makes_no_database) {
    const std::string file = installation.dir().file("none.db");
    const Finished finished = check({"database.url=sqlite:" + file});
    assertSays(finished, "sqlite:" + file + " does not exist yet; `aiproject migrate` or `aiproject serve` makes it");
    CPPUNIT_ASSERT_EQUAL(0, finished.code);
    CPPUNIT_ASSERT(!std::filesystem::exists(file));
}

SPEC(Check, warns_of_a_spool_that_could_not_be_written) {
    const Finished finished = check({"billing.spool_dir=" + installation.configFile()});
    assertSays(finished, "warning: billing.spool_dir: " + installation.configFile() + " is no folder");
    CPPUNIT_ASSERT_EQUAL(0, finished.code);
    const std::string folder = installation.dir().file("spool");
    CPPUNIT_ASSERT(check({"billing.spool_dir=" + folder}).output.find("spool_dir") == std::string::npos);
    CPPUNIT_ASSERT(!std::filesystem::exists(folder));
}

SPEC(Check, leaves_the_database_as_it_is) {
    const std::string file = installation.dir().file("accounts.db");
    CPPUNIT_ASSERT_EQUAL(0, chmod(file.c_str(), 0640));
    const std::string before = readFile(file);
    const Finished finished = check({"route.voice_access=user", "auth.registration=closed"});
    assertSays(finished, "all is well");
    CPPUNIT_ASSERT_EQUAL(0, finished.code);
    CPPUNIT_ASSERT(before == readFile(file));
    struct stat status {};
    CPPUNIT_ASSERT_EQUAL(0, stat(file.c_str(), &status));
    CPPUNIT_ASSERT_EQUAL(mode_t(0640), mode_t(status.st_mode & 0777));
    for (const std::string beside : {"-wal", "-shm"}) CPPUNIT_ASSERT(!std::filesystem::exists(file + beside));
}

SPEC(Check, warns_of_secrets_among_the_arguments_and_does_not_repeat_them) {
    const Finished finished =
        check({"plugins.dir=" + pluginFolder(), "model.spark_chat.app_id=a", "model.spark_chat.api_key=hunter2",
               "model.spark_chat.api_secret=${system.env.HOME}"});
    assertSays(finished, "-Dmodel.spark_chat.api_key: every user can read the arguments");
    for (const std::string word : {"hunter2", "-Dmodel.spark_chat.app_id", "-Dmodel.spark_chat.api_secret"})
        CPPUNIT_ASSERT_MESSAGE(word, finished.output.find(word) == std::string::npos);
}

SPEC(Check, warns_of_strangers_who_may_spend_without_a_limit) {
    const Finished finished = check({"auth.new_voice_seconds=60"});
    assertSays(finished, "warning: route.voice_access = anyone: the quota of voice seconds is voluntary");
    assertSays(finished, "warning: auth.registration = open");
    CPPUNIT_ASSERT_EQUAL(0, finished.code);
}

SPEC(Check, says_the_same_as_json) {
    const auto findings = [&](int code, const std::string& setting) {
        const Finished finished = runToEnd(
            {programPath(),
             {"check", "-c", installation.configFile(), "--json", "-Dbilling.spool_dir=" + installation.configFile(),
              "-D" + setting, "-Droute.voice_access=user", "-Dauth.registration=closed"}});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(finished.output, code, finished.code);
        const auto found = objectOf(finished.output);
        CPPUNIT_ASSERT_EQUAL(std::size_t(1), found->getArray("warnings")->size());
        CPPUNIT_ASSERT(found->getArray("warnings")->getElement<std::string>(0).find("billing.spool_dir: ") == 0);
        return found->getArray("errors");
    };
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), findings(0, "pool.model.threads=1")->size());
    const auto errors = findings(1, "pool.model.threads=0");
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), errors->size());
    CPPUNIT_ASSERT(errors->getElement<std::string>(0).find("pool.model.threads") != std::string::npos);

    const Finished both =
        runToEnd({programPath(), {"check", "-c", installation.configFile(), "--json", "--print-config"}});
    CPPUNIT_ASSERT_EQUAL(2, both.code);
    assertSays(both, "cannot be used together");
}

const std::string kCrash = kIsSanitized ? "ends the process" : "crashes (Segmentation fault)";
const std::string kOpensNowhere = "no_version.so: opening it " + kCrash, kDestroysNowhere = "has made " + kCrash;

SPEC(Check, and_models_outlive_what_workers_outlive_and_name_it) {
    const std::pair<const char*, std::string> rows[] = {
        {"bad_destroy", "destroy() of what create() of plugin bad_destroy has made crashes"},
        {"no_version", kOpensNowhere},
        {"no_text", "no_text.so: summary in its descriptor is not text"},
        {"bad_create", "create() of plugin bad_create crashes"}};
    for (const auto& [name, words] : rows) plugins.add(badPluginFolder(), name);
    const std::vector<std::string> pointer{"model.pointer.plugin=bad_destroy", "model.pointer.how=pointer",
                                           "model.report.plugin=bad_create", "model.report.how=report"};
    const Finished checked = check(pointer);
    CPPUNIT_ASSERT_EQUAL_MESSAGE(checked.output, 1, checked.code);
    std::vector<std::string> arguments{"models", "-c", installation.configFile()};
    for (const auto& entry : pointer) arguments.push_back("-D" + entry);
    const Finished listed = runToEnd({programPath(), arguments});
    CPPUNIT_ASSERT_EQUAL_MESSAGE(listed.output, 0, listed.code);
    for (const Finished& finished : {checked, listed}) {
        for (const auto& [name, words] : rows) assertSays(finished, words);
        assertSays(finished, "model.pointer: destroy() of what create() of plugin bad_destroy "s + kDestroysNowhere);
        assertSays(finished, "create() of plugin bad_create crashes (Aborted); it said: ==7==ERROR: AddressSanitizer");
    }
    assertSays(listed, "echo  ");
    assertSays(listed, "\n  answers come from: says the question back; needs no upstream\n");
}

SPEC(Check, and_models_end_as_they_should_whatever_a_plugin_does_then) {
    plugins.add(badPluginFolder(), "breaks_at_exit");
    const std::string breaks = "model.breaks_at_exit.breaks=true";
    const Finished checked = check({breaks});
    CPPUNIT_ASSERT_EQUAL_MESSAGE(checked.output, 0, checked.code);
    CPPUNIT_ASSERT_EQUAL(0, runToEnd({programPath(), {"models", "-c", installation.configFile(), "-D" + breaks}}).code);
}

SPEC(Check, warns_of_a_backlog_that_the_system_cuts) {
    const Finished finished = check({"pool.model.backlog=65535"});
    assertSays(finished, "warning: pool.model.backlog: Linux lets no more than ");
    assertSays(finished, "no errors");
    CPPUNIT_ASSERT_EQUAL(0, finished.code);
}

SPEC(Check, tells_a_missing_variable_once) {
    const std::string variable = "${system.env.AIPROJECT_TEST_UNSET}";
    const Finished finished =
        check({"plugins.dir=" + pluginFolder(), "model.spark_chat.app_id=" + variable,
               "model.spark_chat.api_key=" + variable, "model.spark_chat.api_secret=s", "route.text=spark_chat"});
    CPPUNIT_ASSERT_EQUAL(1, finished.code);
    CPPUNIT_ASSERT_EQUAL_MESSAGE(finished.output, std::size_t(1), countOf(finished.output, "error: "));
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), countOf(finished.output, variable));
}

SPEC(Migrate, says_as_json_what_it_applied_and_nothing_the_second_time) {
    const std::string url = "sqlite:" + installation.dir().file("new.db");
    const auto migrate = [&] {
        const Finished finished =
            runToEnd({programPath(), {"migrate", "-c", installation.configFile(), "--json", "-Ddatabase.url=" + url}});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(finished.output, 0, finished.code);
        return objectOf(finished.output);
    };
    const auto first = migrate();
    CPPUNIT_ASSERT_EQUAL(url, first->getValue<std::string>("database"));
    CPPUNIT_ASSERT_EQUAL(std::string("001_users.sql"), first->getArray("applied")->getElement<std::string>(0));
    CPPUNIT_ASSERT(std::filesystem::exists(first->getValue<std::string>("key_file")));
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), migrate()->getArray("applied")->size());
}

SPEC(Migrate, computes_what_names_look_like_also_when_nothing_is_to_be_applied) {
    const std::string file = installation.dir().file("new.db");
    const auto migrate = [&] {
        const Finished finished =
            runToEnd({programPath(), {"migrate", "-c", installation.configFile(), "-Ddatabase.url=sqlite:" + file}});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(finished.output, 0, finished.code);
    };
    int lacking = -1;
    const auto run = [&](const char* sql) {
        sqlite3* database = nullptr;
        CPPUNIT_ASSERT_EQUAL(SQLITE_OK, sqlite3_open(file.c_str(), &database));
        const auto take = [](void* into, int, char** values, char**) {
            return *static_cast<int*>(into) = std::atoi(values[0]), 0;
        };
        const int done = sqlite3_exec(database, sql, take, &lacking, nullptr);
        sqlite3_close(database);
        CPPUNIT_ASSERT_EQUAL(SQLITE_OK, done);
    };
    migrate();
    run("INSERT INTO users (name, password, email, academy, tokens, pic_times, voice_seconds)"
        " VALUES ('ann', 'hash', '', '', 0, 0, 0)");  // as a migration that was killed has left it
    migrate();
    run("SELECT COUNT(*) FROM users WHERE look_alike IS NULL");
    CPPUNIT_ASSERT_EQUAL(0, lacking);
}
