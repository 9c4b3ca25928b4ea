// Plugins that close what is not theirs, and workers that take nobody: each is replaced, whatever it says of itself.
#include "support/eventually.h"
#include "support/manager_under_test.h"
#include "support/plugin_folder.h"
#include "support/process_view.h"
#include "support/spec.h"

#include <signal.h>

#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <thread>

using namespace aiproject::test;

namespace {

struct LostDescriptors : CppUnit::TestCase {
    const PluginFolder plugins{{{"echo", pluginFolder()}, {"closes", badPluginFolder()}}};
    std::unique_ptr<ManagerUnderTest> manager;
    std::string uuid;

    void setUp() override { start("1"); }
    void start(const std::string& processes) {
        manager.reset();
        manager = std::make_unique<ManagerUnderTest>(
            Settings{{"plugins.dir", plugins.path()}, {"pool.model.processes", processes}, {"timeout.drain_ms", "0"}});
        uuid = manager->newUser("alice");
    }
    FastcgiRequest question(const std::string& model, const std::string& text) const {
        return jsonRequest("/models/" + model + "/chat", textBody(uuid, "alice", text));
    }
    // Whatever comes back.
    void close(const std::string& what) const {
        FastcgiClient client(manager->socket("model"));
        client.send(question("closes", what));
        client.read();
    }
    int statusOfEcho() const { return ask(manager->socket("model"), question("echo", "hello")).status; }
    void assertIsReplaced(const std::string& what, const std::string& words) {
        const pid_t victim = manager->workers("model").at(0);
        close(what);
        ASSERT_EVENTUALLY(hasEnded(victim) && manager->workers("model").size() == 1);
        CPPUNIT_ASSERT_EQUAL(200, statusOfEcho());
        CPPUNIT_ASSERT_MESSAGE(manager->installation().log(), manager->logged(words) > 0);
        CPPUNIT_ASSERT(manager->logged(" in a call on model closes: ") > 0);
    }
};

}  // namespace

SPEC(LostDescriptors, cost_the_plugin_that_closed_them_its_place_at_the_third_time) {
    // Of all that are closed at once, whichever thread needs one first names it, or its call.
    for (int i = 0; i < 3; ++i) assertIsReplaced("0-20", " cannot go on: ");
    ASSERT_EVENTUALLY(manager->stateOf("closes") == "quarantined");
    CPPUNIT_ASSERT_EQUAL(502, ask(manager->socket("model"), question("closes", "0-20")).status);
    CPPUNIT_ASSERT_EQUAL(200, ask(manager->socket("model"), {"GET", "/healthz/live", "", {}}).status);
}

SPEC(LostDescriptors, are_named_whichever_it_is) {
    assertIsReplaced("socket", "has closed the listening socket: Bad file descriptor");
    assertIsReplaced("signals", "has closed the descriptor of its signals: ");
    start("1");
    assertIsReplaced("epoll", "has closed the epoll of ");
}

SPEC(LostDescriptors, may_be_the_socket_of_all_workers_shut_down) {
    const pid_t victim = manager->workers("model").at(0);
    close("shut");
    ASSERT_EVENTUALLY(hasEnded(victim) && manager->workers("model").size() == 1);
    const auto isServed = [&] {
        try {
            return statusOfEcho() == 200;
        } catch (const std::runtime_error&) {  // refused, while nobody listens
            return false;
        }
    };
    ASSERT_EVENTUALLY(isServed());
    CPPUNIT_ASSERT(manager->logged("a worker has shut its socket down") > 0);
}

SPEC(LostDescriptors, of_the_log_lose_no_line) {
    const pid_t worker = manager->workers("model").at(0);
    close("log");
    CPPUNIT_ASSERT_EQUAL(200, statusOfEcho());
    ASSERT_EVENTUALLY(manager->logged("path=/models/echo/chat") == 1);
    CPPUNIT_ASSERT(manager->workers("model").at(0) == worker);
}

SPEC(LostDescriptors, are_noticed_in_a_worker_that_takes_nobody_and_says_nothing) {
    constexpr int calls = 10;
    start("2");
    const auto silent = manager->workers("model");
    const auto stop = [](pid_t worker) {
        kill(worker, SIGSTOP);
        ASSERT_EVENTUALLY(isStopped(worker));
    };
    stop(silent.at(0));
    for (int i = 0; i < calls; ++i) CPPUNIT_ASSERT_EQUAL(200, statusOfEcho());  // the other, maybe after a second
    stop(silent.at(1));                         // as long as one of them takes all, nobody need wait
    CPPUNIT_ASSERT_EQUAL(200, statusOfEcho());  // of a new one
    ASSERT_EVENTUALLY(hasEnded(silent.at(0)) && hasEnded(silent.at(1)) && manager->workers("model").size() == 2);
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), manager->logged(" takes nobody, though somebody waits; it is replaced"));
}

SPEC(LostDescriptors, leave_no_worker_behind_that_was_told_to_drain) {
    const pid_t silent = manager->workers("model").at(0);
    kill(silent, SIGSTOP);
    ASSERT_EVENTUALLY(isStopped(silent));
    CPPUNIT_ASSERT_EQUAL(0, manager->command("reload").code);
    ASSERT_EVENTUALLY(hasEnded(silent));
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), manager->logged(" drains without a sign of life"));
    CPPUNIT_ASSERT_EQUAL(200, statusOfEcho());
}

// Ten seconds without a beat are what would be held against it.
SPEC(LostDescriptors, are_not_why_a_worker_is_silent_whose_plugins_take_long_to_end) {
    const TempDir dir;
    plugins.add(badPluginFolder(), "bad_destroy");
    manager.reset();
    manager = std::make_unique<ManagerUnderTest>(Settings{{"plugins.dir", plugins.path()},
                                                          {"pool.model.processes", "1"},
                                                          {"model.bad_destroy.how", "wait"},
                                                          {"model.bad_destroy.gate", dir.file("gate")}});
    const pid_t ending = manager->workers("model").at(0);
    dir.write("gate", std::to_string(ending));
    kill(ending, SIGTERM);
    ASSERT_EVENTUALLY(manager->workers("model", "ending").size() == 1);
    const auto since = std::chrono::steady_clock::now();
    ASSERT_EVENTUALLY(manager->workers("model").size() == 1);
    std::this_thread::sleep_until(since + std::chrono::seconds(12));
    CPPUNIT_ASSERT(!hasEnded(ending));
    std::filesystem::remove(dir.file("gate"));
    ASSERT_EVENTUALLY(hasEnded(ending) && manager->logged("worker " + std::to_string(ending) + " ended\n") == 1);
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), manager->logged("without a sign of life"));
}
