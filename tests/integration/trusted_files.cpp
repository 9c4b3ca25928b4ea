// What others than root and the service can change: check names it, nothing serves on it, and no plugin of theirs is
// opened.
#include "support/eventually.h"
#include "support/plugin_folder.h"
#include "support/spec.h"
#include "support/worker_under_test.h"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <iostream>

using namespace aiproject::test;

namespace {

struct TrustedFiles : CppUnit::TestCase {
    PluginFolder plugins;
    Installation installation{{{"plugins.dir", plugins.path()}}};
    const TempDir& dir = installation.dir();
    const std::string mark = dir.file("mark");

    TrustedFiles() {
        plugins.add(pluginFolder(), "echo");
        plugins.add(badPluginFolder(), "leaves_a_mark");
        std::filesystem::create_directories(dir.file("spool"));
        for (const std::string& folder : {dir.file("spool"), dir.file("run")}) setMode(folder, 0700);
    }

    static void setMode(const std::string& path, mode_t mode) { CPPUNIT_ASSERT_EQUAL(0, ::chmod(path.c_str(), mode)); }
    Finished run(std::vector<std::string> words, const std::vector<std::string>& overrides = {}) const {
        words.insert(words.end(), {"-c", installation.configFile()});
        for (const auto& entry : overrides) words.push_back("-D" + entry);
        return runToEnd({programPath(), words, {{"AIPROJECT_TEST_MARK", mark}}});
    }
    bool wasOpened() const { return std::filesystem::remove(mark); }

    static void assertHas(const std::string& text, const std::string& part) {
        CPPUNIT_ASSERT_MESSAGE("'" + part + "' is not in: " + text, text.find(part) != std::string::npos);
    }
    // What is said of `path` by check, and why serve and a worker by itself end at once.
    void assertRefused(const std::string& key, const std::string& path, const std::string& advice,
                       const std::vector<std::string>& overrides = {}) const {
        for (const std::string command : {"check", "serve", "worker"}) {
            const Finished finished = run({command}, overrides);
            CPPUNIT_ASSERT_EQUAL_MESSAGE(command + ": " + finished.output, 1, finished.code);
            assertHas(finished.output, key + ": " + path);
            assertHas(finished.output, advice);
        }
    }
    void assertRefusedWhenWritable(const std::string& key, const std::string& path) const {
        struct stat status {};
        CPPUNIT_ASSERT_EQUAL(0, ::stat(path.c_str(), &status));
        setMode(path, status.st_mode | S_IWOTH);
        assertRefused(key, path, "everybody may write; run: chmod o-w " + path);
        setMode(path, status.st_mode & 07777);
    }
};

}  // namespace

SPEC(TrustedFiles, are_all_well_in_a_folder_of_ones_own) {
    const Finished finished = run({"check"}, {"route.voice_access=user", "auth.registration=closed"});
    CPPUNIT_ASSERT_EQUAL_MESSAGE(finished.output, 0, finished.code);
    assertHas(finished.output, "all is well");
    CPPUNIT_ASSERT(wasOpened());
}

SPEC(TrustedFiles, are_a_plugin_and_its_folder_and_neither_is_opened_when_others_can_change_it) {
    for (const std::string& path : {plugins.file("leaves_a_mark"), plugins.path()}) {
        assertRefusedWhenWritable("plugins.dir", path);
        CPPUNIT_ASSERT(!wasOpened());
    }
    setMode(plugins.file("leaves_a_mark"), 0666);
    assertHas(run({"models"}).output, "not loaded: plugins.dir: " + plugins.file("leaves_a_mark"));
    CPPUNIT_ASSERT(!wasOpened());
    CPPUNIT_ASSERT(run({"models"}).output.find("error") == std::string::npos);
}

SPEC(TrustedFiles, are_the_configuration_and_what_the_service_stores) {
    assertRefusedWhenWritable("the configuration", installation.configFile());
    assertRefusedWhenWritable("database.url", dir.file("accounts.db"));
    assertRefusedWhenWritable("auth.key_file", dir.file("auth.key"));
    assertRefusedWhenWritable("billing.spool_dir", dir.file("spool"));
    assertRefusedWhenWritable("run.dir", dir.file("run"));
}

SPEC(TrustedFiles, are_what_sqlite_believes_beside_the_database) {
    setMode(dir.write("accounts.db-journal", ""), 0666);
    assertRefused("database.url", dir.file("accounts.db-journal"), "chmod ");
}

SPEC(TrustedFiles, are_what_sqlite_believes_beside_the_file_that_a_link_leads_to) {
    std::filesystem::create_directories(dir.file("data"));
    dir.write("data/real.db", "");
    for (const std::string& path : {dir.file("data"), dir.file("data/real.db")}) setMode(path, 0700);
    setMode(dir.write("data/real.db-wal", ""), 0666);
    std::filesystem::create_symlink("data/real.db", dir.file("link.db"));
    assertRefused("database.url", dir.file("data/real.db-wal"), "chmod ",
                  {"database.url=sqlite:" + dir.file("link.db")});
}

SPEC(TrustedFiles, are_in_no_folder_where_others_may_make_them_first) {
    std::filesystem::create_directories(dir.file("open"));
    setMode(dir.file("open"), 01777);
    const std::vector<std::string> database{"database.url=sqlite:" + dir.file("open/x.db")};
    assertRefused("database.url", dir.file("open"), "lets others make x.db,", database);
    setMode(dir.write("open/x.db", ""), 0600);
    assertRefused("database.url", dir.file("open"), "lets others make x.db-journal,", database);
}

SPEC(TrustedFiles, are_in_folders_that_nobody_else_can_change) {
    std::filesystem::create_directories(dir.file("open/spool"));
    setMode(dir.file("open"), 0757);
    assertRefused("billing.spool_dir", dir.file("open") + " (on the way to " + dir.file("open/spool"),
                  "chmod o-w " + dir.file("open"), {"billing.spool_dir=" + dir.file("open/spool")});
    setMode(dir.file("open"), 01777);
    CPPUNIT_ASSERT_EQUAL(0, run({"check"}, {"billing.spool_dir=" + dir.file("open/spool")}).code);
    assertRefused("pool.model.socket", dir.file("open"), "chmod o-w ",
                  {"pool.model.socket=" + dir.file("open/model.sock")});
}

SPEC(TrustedFiles, belong_to_root_or_the_service) {
    const passwd* const stranger = ::getpwnam("nobody");
    if (::geteuid() != 0 || !stranger) {
        std::cerr << "skipped: only root can change owners\n";
        return;
    }
    const std::string plugin = plugins.file("leaves_a_mark");
    CPPUNIT_ASSERT_EQUAL(0, ::chown(plugin.c_str(), stranger->pw_uid, 0));
    assertRefused("plugins.dir", plugin, "chown root " + plugin);
    CPPUNIT_ASSERT(!wasOpened());
    CPPUNIT_ASSERT_EQUAL(0, ::chown(plugin.c_str(), 0, 0));
    CPPUNIT_ASSERT_EQUAL(0, ::chown(dir.file("spool").c_str(), stranger->pw_uid, 0));
    assertRefused("billing.spool_dir", dir.file("spool"), "belongs to nobody:");
}

SPEC(TrustedFiles, keep_a_reload_from_what_others_can_change) {
    const ChildProcess serving({programPath(), {"serve", "-c", installation.configFile()}, {}, -1, dir.file("output")});
    ASSERT_EVENTUALLY(countOf(installation.log(), " ready\n") == 4);
    setMode(plugins.file("leaves_a_mark"), 0666);
    const Finished refused = run({"reload"});
    CPPUNIT_ASSERT_EQUAL(1, refused.code);
    assertHas(refused.output, "plugins.dir: " + plugins.file("leaves_a_mark"));
    setMode(plugins.file("leaves_a_mark"), 0644);
    const Finished done = run({"reload"});
    CPPUNIT_ASSERT_EQUAL_MESSAGE(done.output, 0, done.code);
}

SPEC(TrustedFiles, do_not_count_the_log_which_is_only_written) {
    setMode(dir.write("log", ""), 0666);
    const Finished finished = run({"check"});
    CPPUNIT_ASSERT_EQUAL(0, finished.code);
    assertHas(finished.output, "warning: log.file: " + dir.file("log"));
}
