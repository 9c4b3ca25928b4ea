// aiproject backup and restore, while others use the database and when the disk is full.
#include "support/joining_threads.h"
#include "support/manager_under_test.h"
#include "support/small_disk.h"
#include "support/spec.h"
#include "support/worker_under_test.h"

#include <atomic>
#include <filesystem>
#include <iostream>

using namespace aiproject::test;

namespace {

Finished runCommand(const std::string& command, const Installation& installation,
                    const std::vector<std::string>& more) {
    std::vector<std::string> arguments{command, "-c", installation.configFile()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return runToEnd({programPath(), arguments});
}

void assertSays(const std::string& text, const std::string& part) {
    CPPUNIT_ASSERT_MESSAGE("'" + part + "' is not in: " + text, text.find(part) != std::string::npos);
}

struct BackupCommand : CppUnit::TestCase {
    static bool knows(const WorkerUnderTest& worker, const std::string& name) {
        const std::string login = registration(name, "a good password", "");
        return worker.post("/auth/login", login).body.find("\"code\":0") != std::string::npos;
    }
};

}  // namespace

SPEC(BackupCommand, copies_while_a_worker_writes_and_brings_it_back) {
    WorkerUnderTest worker;
    const Installation& installation = worker.installation();
    const std::string copy = installation.dir().file("copy.db");
    std::atomic<int> registered{0};
    JoiningThreads client;
    client.add([&] {
        while (!client.isOver()) {
            worker.post("/auth/register",
                        registration("user" + std::to_string(registered), "a good password", "a@b.cn"));
            ++registered;
        }
    });
    for (int i = 0; i < 3; ++i) {
        const int before = registered;
        const bool writes = eventually([&] { return registered > before; });
        const Finished finished = runCommand("backup", installation, {"--force", copy});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(finished.output, 0, finished.code);
        CPPUNIT_ASSERT(writes);
        assertSays(finished.output, "the key file " + installation.dir().file("auth.key") + " is not in it");
    }
    client.end();
    worker.newUser("later");

    const Finished inUse = runCommand("restore", installation, {copy});
    CPPUNIT_ASSERT_EQUAL(1, inUse.code);
    assertSays(inUse.output, "is in use; stop every serve and worker");
    CPPUNIT_ASSERT(knows(worker, "later"));

    worker.process().terminate();
    const Finished restored = runCommand("restore", installation, {copy});
    CPPUNIT_ASSERT_EQUAL_MESSAGE(restored.output, 0, restored.code);
    assertSays(restored.output, "everybody logs in again");
    assertSays(restored.output, "what it was before is in " + installation.dir().file("accounts.db.before-restore-"));
    CPPUNIT_ASSERT_EQUAL(0, runCommand("check", installation, {}).code);
}

SPEC(BackupCommand, refuses_to_restore_while_serve_runs) {
    ManagerUnderTest manager;
    const std::string copy = manager.installation().dir().file("copy.db");
    CPPUNIT_ASSERT_EQUAL(0, runCommand("backup", manager.installation(), {copy}).code);
    const Finished refused = runCommand("restore", manager.installation(), {copy});
    CPPUNIT_ASSERT_EQUAL(1, refused.code);
    assertSays(refused.output, "aiproject serve runs with this configuration; aiproject stop ends it");
}

SPEC(BackupCommand, leaves_nothing_behind_on_a_full_disk) {
    const SmallDisk disk;
    if (!disk.isDisk()) {
        std::cout << "left out: the system lets us mount no disk that can be filled\n";
        return;
    }
    const Installation installation;
    disk.fill();
    const Finished finished = runCommand("backup", installation, {disk.file("copy.db")});
    CPPUNIT_ASSERT_EQUAL(1, finished.code);
    assertSays(finished.output, "copy.db");
    disk.free();
    const std::filesystem::path folder = std::filesystem::path(disk.file("x")).parent_path();
    CPPUNIT_ASSERT(std::filesystem::is_empty(folder));
    CPPUNIT_ASSERT_EQUAL(0, runCommand("backup", installation, {disk.file("copy.db")}).code);
}

SPEC(BackupCommand, wants_one_file) {
    const Installation installation;
    for (const std::string command : {"backup", "restore"}) {
        CPPUNIT_ASSERT_EQUAL(2, runCommand(command, installation, {}).code);
        CPPUNIT_ASSERT_EQUAL(2, runCommand(command, installation, {"a", "b"}).code);
        CPPUNIT_ASSERT_EQUAL(1, runCommand(command, installation, {"/no/such/folder/file"}).code);
    }
}
