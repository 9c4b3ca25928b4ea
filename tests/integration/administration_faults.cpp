// Administration where the database is not as it should be, at a terminal, and beside a worker that serves.
#include "integration/administer.h"
#include "support/joining_threads.h"
#include "support/spec.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <termios.h>

#include <filesystem>

using namespace aiproject::test;
using namespace std::string_literals;

namespace {

struct WithoutDatabase : Administration {};
struct AtTheTerminal : Administration {
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    int terminal = -1;

    AtTheTerminal() {
        CPPUNIT_ASSERT(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
        char name[64];
        CPPUNIT_ASSERT_EQUAL(0, ptsname_r(master, name, sizeof name));
        terminal = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    }
    ~AtTheTerminal() override {
        close(terminal);
        close(master);
    }
    // Types each answer when its question is there; answers exit code and output.
    Finished converse(const std::vector<std::string>& words,
                      const std::vector<std::pair<std::string, std::string>>& questions) const {
        const std::string file = installation.dir().file("conversation");
        std::filesystem::remove(file);
        std::vector<std::string> arguments = words;
        arguments.insert(arguments.begin() + 2, {"-c", installation.configFile()});
        ChildProcess child({programPath(), arguments, {}, terminal, file});
        for (const auto& turn : questions) {
            const std::string& question = turn.first;
            ASSERT_EVENTUALLY(readFile(file).find(question) != std::string::npos || !child.isRunning());
            const std::string line = turn.second + "\n";
            CPPUNIT_ASSERT_EQUAL(ssize_t(line.size()), write(master, line.data(), line.size()));
        }
        const auto code = child.wait();
        CPPUNIT_ASSERT_MESSAGE(readFile(file), code.has_value());
        return {*code, readFile(file)};
    }
    // What the terminal has shown of what was typed.
    std::string echoed() const {
        std::string text(4096, 0);
        fcntl(master, F_SETFL, O_NONBLOCK);
        const ssize_t got = read(master, text.data(), text.size());
        text.resize(std::size_t(std::max<ssize_t>(0, got)));
        return text;
    }
};

struct AdministrationOfAWorker : CppUnit::TestCase {
    WorkerUnderTest worker;

    Finished run(const std::vector<std::string>& words, const std::string& typed = {}) const {
        return administer(worker.installation().configFile(), words, typed);
    }
    std::string login(const std::string& name, const std::string& password) const {
        return worker.post("/auth/login", registration(name, password, "user@example.org")).body;
    }
    std::string chat(const std::string& uuid, const std::string& name) const {
        return worker.post("/textModel/chat", textBody(uuid, name, "hello")).body;
    }
};

}  // namespace

SPEC(WithoutDatabase, is_told_to_migrate_and_makes_none) {
    const std::string file = installation.dir().file("none.db");
    for (const std::vector<std::string>& words : {std::vector<std::string>{"user", "list"},
                                                  {"user", "rotate", "ann"},
                                                  {"usage"},
                                                  {"audit"},
                                                  {"invite", "add"}}) {
        std::vector<std::string> all = words;
        all.push_back("-Ddatabase.url=sqlite:" + file);
        const Finished finished = run(all);
        assertCode(1, finished);
        assertSays(finished.output, "run `aiproject migrate`");
        CPPUNIT_ASSERT(!std::filesystem::exists(file));
    }
}

SPEC(WithoutDatabase, says_what_is_wrong_with_a_file_that_is_none) {
    const std::string file = installation.dir().write("text.db", std::string(5000, 'x'));
    const Finished finished = run({"user", "list", "-Ddatabase.url=sqlite:" + file});
    assertCode(1, finished);
    assertSays(finished.output, file);
    CPPUNIT_ASSERT_EQUAL(std::string(5000, 'x'), readFile(file));
}

SPEC(WithoutDatabase, is_told_to_migrate_one_that_is_older) {
    namespace fs = std::filesystem;
    const fs::path old = installation.dir().path() / "old";
    fs::create_directories(old / "sql/sqlite");
    const std::string folder = readFile(installation.configFile());
    const auto at = folder.find("database.migrations = ") + "database.migrations = "s.size();
    fs::copy(fs::path(folder.substr(at, folder.find('\n', at) - at)) / "sqlite/001_users.sql", old / "sql/sqlite");
    const std::string url = "-Ddatabase.url=sqlite:" + (old / "a.db").string();
    assertCode(0, runToEnd({programPath(),
                            {"migrate", "-c", installation.configFile(), url,
                             "-Ddatabase.migrations=" + (old / "sql").string()}}));
    const Finished finished = run({"user", "list", url});
    assertCode(1, finished);
    assertSays(finished.output, "lacks 002_accounts.sql; run `aiproject migrate`");
}

SPEC(AtTheTerminal, asks_for_the_password_twice_and_never_shows_it) {
    const Finished added = converse({"user", "add", "ann", "--email", "a@example.org"},
                                    {{"password of ann: ", kPassword}, {"again: ", kPassword}});
    assertCode(0, added);
    assertSilentOf(added.output + echoed(), kPassword);
}

SPEC(AtTheTerminal, changes_nothing_when_the_two_passwords_differ) {
    const Finished added = converse({"user", "add", "ann", "--email", "a@example.org"},
                                    {{"password of ann: ", kPassword}, {"again: ", kPassword + "x"}});
    assertCode(1, added);
    assertSays(added.output, "differ");
    assertCode(3, run({"user", "show", "ann"}));
}

SPEC(AtTheTerminal, gives_the_terminal_back_when_it_is_interrupted) {
    const auto shows = [this] {
        termios state{};
        CPPUNIT_ASSERT_EQUAL(0, tcgetattr(terminal, &state));
        return (state.c_lflag & ECHO) != 0;
    };
    CPPUNIT_ASSERT(shows());
    ChildProcess child({programPath(),
                        {"user", "add", "ann", "--email", "a@example.org", "-c", installation.configFile()},
                        {},
                        terminal,
                        installation.dir().file("prompt")});
    ASSERT_EVENTUALLY(!shows());
    child.signal(SIGINT);
    CPPUNIT_ASSERT_EQUAL(128 + SIGINT, child.wait().value_or(-1));
    CPPUNIT_ASSERT(shows());
}

SPEC(AtTheTerminal, deletes_who_is_named_in_answer) {
    add("ann");
    assertCode(1, converse({"user", "delete", "ann"}, {{"Type its name", "yes"}}));
    output({"user", "show", "ann"});
    assertCode(0, converse({"user", "delete", "ann"}, {{"Type its name", "ann"}}));
    assertCode(3, run({"user", "show", "ann"}));
}

SPEC(AdministrationOfAWorker, lets_in_who_was_added_with_the_password_that_was_given) {
    assertCode(0, run({"user", "add", "ann", "--email", "a@example.org"}, "  " + kPassword + " \r\n"));
    assertSays(login("ann", kPassword), "\"uuid\"");
    assertCode(0, run({"user", "password", "ann"}, "another horse\n"));
    assertSays(login("ann", kPassword), "LOGIN_ERROR");
    assertSays(login("ann", "another horse"), "\"uuid\"");
}

SPEC(AdministrationOfAWorker, ends_uuids_and_accounts_that_are_in_use) {
    const std::string uuid = worker.newUser("ann");
    assertSays(chat(uuid, "ann"), "\"content\"");
    assertCode(0, run({"user", "disable", "ann"}));
    assertSays(chat(uuid, "ann"), "PERMISSION_NOT_ALLOW");
    assertCode(0, run({"user", "enable", "ann"}));
    assertSays(chat(uuid, "ann"), "\"content\"");
    assertCode(0, run({"user", "rotate", "ann"}));
    assertSays(chat(uuid, "ann"), "USER_NOT_FOUND");
    assertCode(0, run({"user", "delete", "ann", "--yes"}));
    assertSays(login("ann", "a good password"), "LOGIN_ERROR");
}

SPEC(AdministrationOfAWorker, loses_nothing_beside_a_worker_that_writes) {
    worker.newUser("ann");
    assertCode(0, run({"user", "grant", "ann", "--tokens", "=0"}));
    JoiningThreads clients;
    for (int client = 0; client < 2; ++client)
        clients.add([&, client] {
            for (int i = 0; i < 4; ++i) worker.newUser("user " + std::to_string(client) + " " + std::to_string(i));
        });
    for (int i = 0; i < 10; ++i) assertCode(0, run({"user", "grant", "ann", "--tokens", "+3"}));
    clients.join();
    const Finished shown = run({"user", "show", "ann", "--json"});
    assertSays(shown.output, "\"tokens\": 30,");
    assertSays(run({"user", "list", "--limit", "1000", "--like", "user 1 3"}).output, "user 1 3");
}

SPEC(AdministrationOfAWorker, gives_a_name_to_one_of_two_who_ask_at_once) {
    std::atomic<int> added{0}, refused{0};
    JoiningThreads operators;
    for (int i = 0; i < 2; ++i)
        operators.add([&] {
            const int code = run({"user", "add", "ann", "--email", "a@example.org"}, kPassword).code;
            if (code == 0) ++added;
            if (code == 1) ++refused;
        });
    operators.join();
    CPPUNIT_ASSERT_EQUAL(1, added.load());
    CPPUNIT_ASSERT_EQUAL(1, refused.load());
}

SPEC(WithoutDatabase, says_that_it_may_not_write_the_file) {
    const std::filesystem::path folder = installation.dir().path();
    const std::string before = readFile(folder / "accounts.db");
    CPPUNIT_ASSERT(chmod((folder / "accounts.db").c_str(), 0444) == 0 && chmod(folder.c_str(), 0555) == 0);
    // Root may write anything.
    std::vector<std::string> words{"--reuid=65534", "--regid=65534", "--clear-groups", programPath()};
    if (geteuid() != 0) words = {programPath()};
    words.insert(words.end(), {"user", "disable", "ann", "-c", installation.configFile()});
    const std::string program = geteuid() == 0 ? "setpriv" : "env";
    const Finished finished = runToEnd({program, words});
    CPPUNIT_ASSERT_EQUAL(0, chmod(folder.c_str(), 0755));
    assertCode(1, finished);
    assertSays(finished.output, (folder / "accounts.db").string());
    CPPUNIT_ASSERT(before == readFile(folder / "accounts.db"));
}
