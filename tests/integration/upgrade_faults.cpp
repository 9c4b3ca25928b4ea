// Upgrades that go wrong: whatever the new release does, the old one serves on.
#include "integration/upgradable.h"

#include <signal.h>

#include <algorithm>

using namespace aiproject::test;

namespace {

struct UpgradeFaults : Upgradable {
    // All as before: the process, the release, the workers; one that dies is replaced by its like.
    void assertUntouched(const std::vector<pid_t>& workers, const std::string& before) const {
        CPPUNIT_ASSERT_EQUAL(before, release());
        CPPUNIT_ASSERT_EQUAL(1, manager->status()->getValue<int>("generation"));
        CPPUNIT_ASSERT(workers == manager->workers("model"));
        kill(workers.front(), SIGKILL);
        ASSERT_EVENTUALLY(manager->workers("model").size() == 2 && manager->workers("model") != workers);
        assertServes();
    }

    void assertRefused(const std::string& why) const {
        const std::string uuid = manager->newUser("alice"), before = release();
        const auto workers = manager->workers("model");
        const Streams open = streams(3, uuid);
        const std::string said = reload(1);
        CPPUNIT_ASSERT_MESSAGE(said, said.find(why) != std::string::npos);
        CPPUNIT_ASSERT_MESSAGE(said, said.find("refused; generation 1 serves on") != std::string::npos);
        gated.open();
        assertWhole(open);
        assertUntouched(workers, before);
    }
};

}  // namespace

SPEC(UpgradeFaults, of_a_file_that_is_no_program) {
    put(dir.write("words", "this is no program\n"));
    std::filesystem::permissions(program, std::filesystem::perms::owner_all);
    assertRefused("aiproject check ended with exit code 127");
}

SPEC(UpgradeFaults, of_a_file_that_is_gone) {
    std::filesystem::remove(program);
    assertRefused(program + ": cannot be opened: No such file or directory");
}

SPEC(UpgradeFaults, of_a_release_that_crashes_at_its_start) {
    setFault("start");
    put(nextRelease());
    assertRefused("aiproject check ended by signal Aborted");
}

SPEC(UpgradeFaults, of_a_release_that_cannot_take_over) {
    setFault("rehearsal");
    put(nextRelease());
    assertRefused("aiproject serve ended by signal Aborted");
    CPPUNIT_ASSERT(!std::filesystem::exists(dir.file("migrated")));  // so the database is as it was
}

// It is found out only when the other program goes on; then the first one does again.
SPEC(UpgradeFaults, of_a_release_whose_workers_do_not_start) {
    setFault("workers");
    put(nextRelease());
    assertRefused("ended before it was ready");
    CPPUNIT_ASSERT_EQUAL(manager->process().pid(), statusPid());
    CPPUNIT_ASSERT(manager->logged("goes on again") == 1);
    setFault("none");
    reload(0);
    CPPUNIT_ASSERT_EQUAL(std::string(kNextRelease), release());
    assertServes();
}

// Two pools of one name are handed over: one drains, its path is that of the other.
SPEC(UpgradeFaults, of_a_release_whose_workers_do_not_start_beside_a_pool_that_was_away) {
    const std::string file = manager->installation().configFile(), before = readFile(file);
    const std::string with = before + "pool.extra.models = gated\n";
    const auto write = [&](const std::string& text) {
        manager->installation().dir().write("aiproject.properties", text);
    };
    const std::string uuid = manager->newUser("alice");
    write(with);
    reload(0);
    Streams open;
    open.push_back(gated.stream(manager->socket("extra"), uuid));
    write(before);
    reload(0);
    write(with);
    reload(0);
    setFault("workers");
    put(nextRelease());
    const std::string said = reload(1);
    CPPUNIT_ASSERT_MESSAGE(said, said.find("refused; generation 4 serves on") != std::string::npos);
    CPPUNIT_ASSERT_EQUAL(200, ask(manager->socket("extra"), {"GET", "/healthz", "", {}}).status);
    open.push_back(gated.stream(manager->socket("extra"), uuid));
    gated.open();
    assertWhole(open);
    assertServes();
}

// What the old program was cannot be run again, so the new one goes on, and says so.
SPEC(UpgradeFaults, of_a_release_whose_workers_do_not_start_and_no_way_back) {
    const std::string former = dir.file("former");
    std::filesystem::create_hard_link(program, former);
    const Streams open = streams(3, manager->newUser("alice"));
    setFault("held");
    put(nextRelease());
    ChildProcess asking(reloading());
    ASSERT_EVENTUALLY(release() == kNextRelease && manager->workers("model", "starting").size() == 2);
    std::filesystem::permissions(former, std::filesystem::perms::none);
    CPPUNIT_ASSERT_EQUAL(0, kill(manager->workers("model", "starting").at(0), SIGKILL));
    CPPUNIT_ASSERT_EQUAL(1, asking.wait().value_or(-1));
    CPPUNIT_ASSERT(manager->logged("serves on") == 0);
    CPPUNIT_ASSERT(manager->logged("goes on with generation 2, whose workers do not start, for release") == 1);
    CPPUNIT_ASSERT_EQUAL(2, manager->status()->getValue<int>("generation"));
    assertServes();  // by the old workers
    setFault("none");
    gated.open();
    assertWhole(open);
    const bool areReplaced =
        eventually([&] { return manager->workers("model").size() == 2 && manager->workers("model", "").size() == 2; });
    const std::string pool = manager->command("status").output;
    CPPUNIT_ASSERT_MESSAGE(pool + manager->installation().log(), areReplaced);
    CPPUNIT_ASSERT_EQUAL(std::string(kNextRelease), release());
    assertServes();
}

SPEC(UpgradeFaults, of_a_worker_that_dies_meanwhile) {
    setFault("held");
    put(nextRelease());
    const std::string before = release();
    const auto workers = manager->workers("model");
    ChildProcess asking(reloading());
    ASSERT_EVENTUALLY(release() == kNextRelease);
    kill(workers.front(), SIGKILL);
    ASSERT_EVENTUALLY(manager->logged("worker " + std::to_string(workers.front()) + " ended by signal Killed") > 0);
    assertServes();
    ASSERT_EVENTUALLY(!manager->workers("model", "starting").empty());
    CPPUNIT_ASSERT_EQUAL(0, kill(manager->workers("model", "starting").at(0), SIGKILL));
    CPPUNIT_ASSERT_EQUAL(1, asking.wait().value_or(-1));
    CPPUNIT_ASSERT_EQUAL(before, release());
    ASSERT_EVENTUALLY(manager->workers("model").size() == 2);
    const auto now = manager->workers("model");
    CPPUNIT_ASSERT(std::find(now.begin(), now.end(), workers.back()) != now.end());
    assertServes();
}

SPEC(UpgradeFaults, of_a_worker_that_dies_afterwards) {
    const std::string uuid = manager->newUser("alice");
    const Streams open = streams(1, uuid);
    put(nextRelease());
    reload(0);
    ASSERT_EVENTUALLY(manager->workers("model", "").size() == 3 && manager->workers("model", "draining").size() == 1);
    const pid_t old = manager->workers("model", "draining").at(0);
    kill(old, SIGKILL);
    ASSERT_EVENTUALLY(manager->workers("model", "").size() == 2);
    CPPUNIT_ASSERT(manager->logged("worker " + std::to_string(old) + " ended by signal Killed") == 1);
    CPPUNIT_ASSERT(!open.front()->read().complete);
    CPPUNIT_ASSERT_EQUAL(200, chat(uuid).status);
}

// The old workers are children of the same process, so they do not outlive it.
SPEC(UpgradeFaults, of_a_manager_that_is_killed_in_the_middle) {
    setFault("held");
    put(nextRelease());
    const auto workers = workersOf(manager->process().pid());
    ChildProcess asking(reloading());
    // All are there that will be: what is started later would be missed below, and keep its socket.
    ASSERT_EVENTUALLY(release() == kNextRelease && workersOf(manager->process().pid()).size() == 2 * workers.size());
    const auto all = workersOf(manager->process().pid());
    manager->process().signal(SIGKILL);
    manager->process().wait();
    CPPUNIT_ASSERT_EQUAL(1, asking.wait().value_or(-1));
    setFault("none");
    for (const pid_t worker : all) ASSERT_EVENTUALLY(hasEnded(worker));
    ChildProcess next({program, {"serve", "-c", manager->installation().configFile()}});
    ASSERT_EVENTUALLY(release() == kNextRelease && manager->workers("model").size() == 2);
    assertServes();
    CPPUNIT_ASSERT_EQUAL(0, next.terminate());
}

SPEC(UpgradeFaults, of_a_service_that_is_stopped_in_the_middle) {
    const Streams open = streams(3, manager->newUser("alice"));
    configure("timeout.drain_ms = 1000");
    setFault("held");
    put(nextRelease());
    ChildProcess asking(reloading());
    ASSERT_EVENTUALLY(release() == kNextRelease && !manager->workers("model", "starting").empty());
    manager->process().signal(SIGTERM);
    gated.open();
    assertWhole(open);
    setFault("none");
    CPPUNIT_ASSERT_EQUAL(0, manager->process().wait().value_or(-1));
    CPPUNIT_ASSERT_EQUAL(1, asking.wait().value_or(-1));
    CPPUNIT_ASSERT(!std::filesystem::exists(manager->socket("model")));
}

SPEC(UpgradeFaults, of_a_service_that_is_stopped_while_the_old_workers_drain) {
    const Streams open = streams(3, manager->newUser("alice"));
    put(nextRelease());
    reload(0);
    Command stop = reloading();
    stop.arguments.front() = "stop";
    ChildProcess stopping(stop);
    ASSERT_EVENTUALLY(manager->logged("stopping on") == 1);
    gated.open();
    assertWhole(open);
    CPPUNIT_ASSERT_EQUAL(0, stopping.wait().value_or(-1));
    CPPUNIT_ASSERT_EQUAL(0, manager->process().wait().value_or(-1));
}
