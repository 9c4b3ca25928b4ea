// The manager with real workers.
#include "support/eventually.h"
#include "support/process_view.h"
#include "support/spec.h"
#include "support/worker_under_test.h"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

using namespace aiproject::test;

namespace {

constexpr std::size_t kWorkers = 4;  // auth, media, and two of the pool model

struct Serve : CppUnit::TestCase {
    Installation installation{{{"pool.model.processes", "2"}}};
    std::unique_ptr<ChildProcess> manager;

    void setUp() override { start(programPath(), {}); }

    void start(const std::string& program, const std::vector<std::string>& overrides) {
        std::vector<std::string> arguments{"serve", "-c", installation.configFile()};
        for (const auto& entry : overrides) arguments.push_back("-D" + entry);
        manager =
            std::make_unique<ChildProcess>(Command{program, arguments, {}, -1, installation.dir().file("output")});
        ASSERT_EVENTUALLY(logged(" ready\n") == kWorkers);
    }

    // Ends the one of setUp() and starts another.
    void startAnew(const std::string& program, const std::vector<std::string>& overrides) {
        CPPUNIT_ASSERT_EQUAL(0, manager->terminate());
        std::filesystem::remove(installation.dir().file("log"));
        start(program, overrides);
    }

    // Root without privileges is a user like any other, who may still write what is root's.
    static Command unprivileged(const std::string& program, const std::vector<std::string>& arguments) {
        if (geteuid() != 0) return {program, arguments};
        Command command{"setpriv", {"--bounding-set=-all", "--inh-caps=-all", program}};
        command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
        return command;
    }

    void startUnprivileged(const std::string& coreDumps) {
        CPPUNIT_ASSERT_EQUAL(0, manager->terminate());
        std::filesystem::remove(installation.dir().file("log"));
        Command command =
            unprivileged(programPath(), {"serve", "-c", installation.configFile(), "-Drun.core_dumps=" + coreDumps});
        command.output = installation.dir().file("output");
        manager = std::make_unique<ChildProcess>(command);
        ASSERT_EVENTUALLY(logged(" ready\n") == kWorkers);
    }

    // What may read the environment may also attach a debugger.
    static bool canBeRead(pid_t pid) {
        return runToEnd(unprivileged("cat", {"/proc/" + std::to_string(pid) + "/environ"})).code == 0;
    }

    std::vector<pid_t> workers() const {
        std::vector<pid_t> all = workersOf(manager->pid());
        CPPUNIT_ASSERT_EQUAL(kWorkers, all.size());
        return all;
    }

    static gid_t anotherGroup() {
        if (geteuid() == 0) return 12'345;
        std::array<gid_t, 64> groups{};
        const int count = getgroups(int(groups.size()), groups.data());
        const auto end = groups.begin() + std::max(count, 0);
        const auto other = std::find_if(groups.begin(), end, [](gid_t group) { return group != getegid(); });
        return other == end ? getegid() : *other;
    }

    std::size_t logged(const std::string& word) const { return countOf(installation.log(), word); }

    bool answers(const std::string& pool) const {
        return ask(installation.socket(pool), {"GET", "/healthz", "", {}}).status == 200;
    }
};

}  // namespace

SPEC(Serve, opens_a_private_socket_for_each_pool_and_serves_on_it) {
    for (const std::string pool : {"auth", "media", "model"}) {
        struct stat status {};
        CPPUNIT_ASSERT_EQUAL(0, stat(installation.socket(pool).c_str(), &status));
        CPPUNIT_ASSERT_EQUAL(mode_t(0660), mode_t(status.st_mode & 0777));
        CPPUNIT_ASSERT(answers(pool));
    }
}

SPEC(Serve, restarts_a_worker_that_was_killed) {
    const pid_t victim = workersOf(manager->pid()).at(0);
    kill(victim, SIGKILL);
    ASSERT_EVENTUALLY(logged(" ready\n") == kWorkers + 1);
    CPPUNIT_ASSERT(installation.log().find("ended by signal Killed") != std::string::npos);
    CPPUNIT_ASSERT_EQUAL(kWorkers, workersOf(manager->pid()).size());
    CPPUNIT_ASSERT(answers("auth"));
    CPPUNIT_ASSERT(answers("model"));
}

SPEC(Serve, ends_with_its_workers_and_removes_its_sockets) {
    const std::vector<pid_t> workers = workersOf(manager->pid());
    manager->signal(SIGTERM);
    CPPUNIT_ASSERT_EQUAL(0, manager->wait().value_or(-1));
    for (const pid_t pid : workers) CPPUNIT_ASSERT(hasEnded(pid));
    CPPUNIT_ASSERT(!std::filesystem::exists(installation.socket("auth")));
    CPPUNIT_ASSERT(!std::filesystem::exists(installation.socket("model")));
}

SPEC(Serve, leaves_no_worker_behind_when_it_is_killed) {
    const std::vector<pid_t> workers = workersOf(manager->pid());
    CPPUNIT_ASSERT_EQUAL(kWorkers, workers.size());
    manager->signal(SIGKILL);
    manager->wait();
    for (const pid_t pid : workers) ASSERT_EVENTUALLY(hasEnded(pid));
}

SPEC(Serve, takes_over_the_sockets_of_one_that_was_killed) {
    manager->signal(SIGKILL);
    manager->wait();
    ASSERT_EVENTUALLY(logged("stopping, ") == kWorkers);
    std::filesystem::remove(installation.dir().file("log"));
    setUp();
    CPPUNIT_ASSERT(answers("model"));
}

SPEC(Serve, refuses_to_run_twice_on_one_socket) {
    const auto second = runToEnd({programPath(), {"serve", "-c", installation.configFile(), "-Dlog.file="}});
    CPPUNIT_ASSERT_EQUAL(1, second.code);
    CPPUNIT_ASSERT(second.output.find("another instance serves on it") != std::string::npos);
    CPPUNIT_ASSERT(answers("model"));
}

SPEC(Serve, ends_at_once_on_SIGQUIT_with_a_request_in_progress) {
    FastcgiClient waiting(installation.socket("model"));
    waiting.sendRaw(FastcgiClient::records({"GET", "/healthz", "", {}}).substr(0, 12));
    manager->signal(SIGQUIT);
    CPPUNIT_ASSERT_EQUAL(0, manager->wait().value_or(-1));
}

SPEC(Serve, starts_workers_of_a_program_that_was_replaced) {
    const std::string program = installation.dir().file("aiproject"), upgrade = program + ".new";
    std::filesystem::copy_file(programPath(), program);
    startAnew(program, {});
    std::filesystem::copy_file(programPath(), upgrade);
    std::filesystem::rename(upgrade, program);
    kill(workersOf(manager->pid()).at(0), SIGKILL);
    ASSERT_EVENTUALLY(logged(" ready\n") == kWorkers + 1);
    CPPUNIT_ASSERT_EQUAL(kWorkers, workersOf(manager->pid()).size());
}

SPEC(Serve, turns_new_connections_away_while_its_workers_end) {
    FastcgiClient waiting(installation.socket("model"));
    waiting.sendRaw(FastcgiClient::records({"GET", "/healthz", "", {}}).substr(0, 12));
    manager->signal(SIGTERM);
    ASSERT_EVENTUALLY(!std::filesystem::exists(installation.socket("model")));
    CPPUNIT_ASSERT(manager->isRunning());
    manager->signal(SIGTERM);
    CPPUNIT_ASSERT_EQUAL(0, manager->wait().value_or(-1));
}

SPEC(Serve, gives_its_sockets_the_group_of_a_run_folder_with_the_set_group_id_bit) {
    const gid_t group = anotherGroup();
    if (group == getegid()) return;  // an ordinary user who is in one group only
    const std::string folder = installation.dir().file("run");
    CPPUNIT_ASSERT_EQUAL(0, chown(folder.c_str(), uid_t(-1), group));
    CPPUNIT_ASSERT_EQUAL(0, chmod(folder.c_str(), 02750));
    startAnew(programPath(), {});
    for (const std::string pool : {"auth", "media", "model"}) {
        struct stat status {};
        CPPUNIT_ASSERT_EQUAL(0, stat(installation.socket(pool).c_str(), &status));
        CPPUNIT_ASSERT_EQUAL(group, status.st_gid);
    }
}

SPEC(Serve, lets_no_other_process_of_its_user_read_its_memory_and_its_workers) {
    startUnprivileged("no");
    CPPUNIT_ASSERT(!canBeRead(manager->pid()));
    for (const pid_t worker : workers()) CPPUNIT_ASSERT(!canBeRead(worker));
}

SPEC(Serve, can_be_debugged_and_dumped_where_run_core_dumps_says_yes) {
    startUnprivileged("yes");
    CPPUNIT_ASSERT(canBeRead(manager->pid()));
    for (const pid_t worker : workers()) CPPUNIT_ASSERT(canBeRead(worker));
}

SPEC(Serve, gives_overrides_to_its_workers_but_not_as_arguments) {
    startAnew(programPath(), {"model.spark_chat.api_key=hunter2", "log.level=info"});
    int told = 0;
    for (const pid_t worker : workersOf(manager->pid())) {
        const std::string folder = "/proc/" + std::to_string(worker);
        CPPUNIT_ASSERT(readFile(folder + "/cmdline").find("hunter2") == std::string::npos);
        const std::string environment = readFile(folder + "/environ");
        CPPUNIT_ASSERT(environment.find("log.level=info") != std::string::npos);
        if (environment.find("api_key=hunter2\nlog.level=info") != std::string::npos) ++told;
    }
    CPPUNIT_ASSERT_EQUAL(2, told);  // those of the pool that serves it
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), logged("-Dmodel.spark_chat.api_key: every user can read"));
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), logged("hunter2"));
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), logged("Z D worker"));
}
