// What one pool has to do must not be felt in another, nor what waits by those who are served.
#include "support/eventually.h"
#include "support/manager_under_test.h"
#include "support/plugin_folder.h"
#include "support/process_view.h"
#include "support/spec.h"
#include "support/temp_dir.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <vector>

using namespace aiproject::test;

namespace {

struct Bulkheads : CppUnit::TestCase {
    static void assertNice(int expected, const ManagerUnderTest& manager, const std::string& pool) {
        for (const pid_t worker : manager.workers(pool))
            for (const int niceness : nicenessesOf(worker)) CPPUNIT_ASSERT_EQUAL(expected, niceness);
    }
    static bool areSessionsGrouped() {
        return std::filesystem::exists("/proc/self/autogroup") &&
               readFile("/proc/sys/kernel/sched_autogroup_enabled") == "1\n";
    }
    // "/autogroup-17 nice 5"
    static std::string sessionNiceness(pid_t worker) {
        const std::string text = readFile("/proc/" + std::to_string(worker) + "/autogroup");
        return text.substr(std::min(text.find("nice"), text.size()));
    }
};

SPEC(Bulkheads, let_all_threads_of_a_pool_stand_back_as_it_is_told) {
    const int ours = nicenessesOf(getpid()).at(0);
    const ManagerUnderTest manager(Settings{{"pool.model.processes", "1"}, {"pool.other.nice", "3"}});
    ASSERT_EVENTUALLY(manager.workers("other").size() == 1);
    assertNice(std::min(19, ours + 5), manager, "auth");
    assertNice(std::min(19, ours + 10), manager, "media");
    assertNice(ours, manager, "model");
    assertNice(std::min(19, ours + 3), manager, "other");
    // Or their niceness would count among themselves only, where Linux groups processes by session.
    for (const std::string pool : {"auth", "media", "other"}) {
        const pid_t worker = manager.workers(pool).at(0);
        CPPUNIT_ASSERT_EQUAL(worker, getsid(worker));
    }
}

SPEC(Bulkheads, let_each_session_of_a_pool_stand_back) {
    if (!areSessionsGrouped()) return;
    const ManagerUnderTest manager(Settings{{"pool.auth.processes", "2"}, {"pool.model.processes", "1"}});
    const auto workers = manager.workers("auth");
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), workers.size());
    for (const pid_t worker : workers) CPPUNIT_ASSERT_EQUAL(std::string("nice 5\n"), sessionNiceness(worker));
}

SPEC(Bulkheads, refuse_at_once_what_would_wait_in_vain) {
    const PluginFolder plugins({{"echo", pluginFolder()}, {"scripted", badPluginFolder()}});
    const ManagerUnderTest manager({{"plugins.dir", plugins.path()},
                                    {"model.hanging.plugin", "scripted"},
                                    {"model.hanging.script", "delta Hello|hang 3600000"},
                                    {"pool.model.processes", "1"},
                                    {"pool.model.threads", "1"},
                                    {"pool.model.queue_ms", "60000"},
                                    {"timeout.drain_ms", "0"}});
    const std::string question = textBody(manager.newUser("alice"), "alice", "hi");
    FastcgiClient stream(manager.socket("model"));
    stream.send({"POST", "/models/hanging/stream", question, {}});
    CPPUNIT_ASSERT(stream.readUntil("Hello"));

    std::vector<std::unique_ptr<FastcgiClient>> waiting;
    for (int i = 0; i < 2; ++i) {
        waiting.push_back(std::make_unique<FastcgiClient>(manager.socket("model")));
        waiting.back()->send({"GET", "/healthz/live", "", {}});
    }
    ASSERT_EVENTUALLY(manager.pool("model")->getValue<int>("queue_waiting") == 2);
    const std::size_t before = manager.logged("code=MODEL_BUSY");
    // In the order in which they came; the third finds two that wait already.
    const auto refused = ask(manager.socket("model"), {"GET", "/healthz/live", "", {}});
    CPPUNIT_ASSERT_EQUAL(503, refused.status);
    CPPUNIT_ASSERT(refused.body.find("MODEL_BUSY") != std::string::npos);
    CPPUNIT_ASSERT_EQUAL(before + 1, manager.logged("code=MODEL_BUSY"));
}

}  // namespace
