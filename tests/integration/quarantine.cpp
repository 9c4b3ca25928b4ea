// Plugins that crash their workers, or never come back: the pool gets over it, and goes without them.
#include "support/eventually.h"
#include "support/gated_model.h"
#include "support/manager_under_test.h"
#include "support/plugin_folder.h"
#include "support/process_view.h"
#include "support/spec.h"

#include <Poco/JSON/Array.h>

#include <signal.h>

#include <chrono>

using namespace aiproject::test;
using namespace std::chrono_literals;

namespace {

struct Quarantine : CppUnit::TestCase {
    PluginFolder plugins;
    std::unique_ptr<ManagerUnderTest> manager;
    std::string uuid;

    void setUp() override { start({{"pool.model.processes", "2"}}); }

    void start(Settings settings) {
        plugins.add(pluginFolder(), "echo");
        for (const std::string name : {"crashes", "hangs", "scripted"}) plugins.add(badPluginFolder(), name);
        settings["plugins.dir"] = plugins.path();
        manager = std::make_unique<ManagerUnderTest>(settings);
        uuid = manager->newUser("alice");
    }

    FastcgiRequest question(const std::string& model, const std::string& text) const {
        return jsonRequest("/models/" + model + "/chat", textBody(uuid, "alice", text));
    }
    FastcgiAnswer ask(const std::string& model, const std::string& text) const {
        return aiproject::test::ask(manager->socket("model"), question(model, text));
    }

    void assertQuarantinedBy(const std::string& model, const std::string& text) {
        for (int i = 1; i <= 3; ++i) {
            CPPUNIT_ASSERT(!ask(model, text).complete);
            ASSERT_EVENTUALLY(manager->workers("model").size() == 2);
        }
        ASSERT_EVENTUALLY(manager->stateOf(model) == "quarantined");
        const FastcgiAnswer refused = ask(model, "hello");
        CPPUNIT_ASSERT(refused.complete);
        CPPUNIT_ASSERT_EQUAL(502, refused.status);
        CPPUNIT_ASSERT(refused.body.find("MODEL_ERROR") != std::string::npos);
        CPPUNIT_ASSERT_EQUAL(200, ask("echo", "hello").status);
    }
};

// Soon sees that a call does not return.
struct HastyQuarantine : Quarantine {
    void setUp() override {
        start({{"pool.model.processes", "2"},
               {"timeout.first_frame_ms", atOurPace(2s, 60s)},
               {"timeout.idle_frame_ms", atOurPace(2s, 60s)},
               {"timeout.total_ms", atOurPace(2s, 60s)},
               {"timeout.watchdog_ms", atOurPace(1s, 60s)},
               {"timeout.drain_ms", "0"}});
    }
};

// All calls are in one worker, and some go on until the test says so.
struct QuarantineOfOneWorker : Quarantine {
    GatedModel gated;

    void setUp() override {
        start(gated.addedTo(
            {{"pool.model.processes", "1"}, {"timeout.watchdog_ms", atOurPace(1s, 60s)}, {"timeout.drain_ms", "0"}}));
    }
};

}  // namespace

SPEC(Quarantine, comes_after_three_faults_of_memory_and_ends_with_a_reload) {
    assertQuarantinedBy("crashes", "segv");
    manager->assertReloads();
    CPPUNIT_ASSERT_EQUAL(std::string("serving"), manager->stateOf("crashes"));
    CPPUNIT_ASSERT_EQUAL(200, ask("crashes", "hello").status);
}

SPEC(Quarantine, comes_after_three_aborts) { assertQuarantinedBy("crashes", "abort"); }

SPEC(Quarantine, comes_after_three_full_stacks) { assertQuarantinedBy("crashes", "overflow"); }

SPEC(Quarantine, comes_after_three_calls_of_exit) { assertQuarantinedBy("crashes", "exit"); }

SPEC(Quarantine, comes_after_three_SIGKILLs_that_it_sends_itself) { assertQuarantinedBy("crashes", "kill"); }

SPEC(HastyQuarantine, comes_after_three_calls_that_never_return) { assertQuarantinedBy("hangs", "anything"); }

SPEC(QuarantineOfOneWorker, is_not_for_workers_that_somebody_kills) {
    for (const int number : {SIGSEGV, SIGKILL, SIGABRT, SIGSEGV}) {
        const pid_t victim = manager->workers("model").at(0);
        const auto stream = gated.stream(manager->socket("model"), uuid);
        kill(victim, number);
        CPPUNIT_ASSERT(!stream->read().complete);
        ASSERT_EVENTUALLY(hasEnded(victim) && manager->workers("model").size() == 1);
    }
    CPPUNIT_ASSERT_EQUAL(std::string("serving"), manager->stateOf("gated"));
}

SPEC(Quarantine, is_not_for_a_plugin_that_forks_and_its_other_process_counts_nothing) {
    for (int i = 0; i < 3; ++i) CPPUNIT_ASSERT_EQUAL(200, ask("crashes", "fork").status);
    const auto busy = [&](unsigned index) {
        return manager->pool("model")->getArray("workers")->getObject(index)->getValue<int>("busy");
    };
    ASSERT_EVENTUALLY(busy(0) == 0 && busy(1) == 0);
    CPPUNIT_ASSERT_EQUAL(std::string("serving"), manager->stateOf("crashes"));
}

SPEC(QuarantineOfOneWorker, costs_the_other_streams_of_a_worker_that_drains_no_last_frame) {
    const auto stream = gated.stream(manager->socket("model"), uuid);
    auto hanging = std::make_unique<FastcgiClient>(manager->socket("model"));
    hanging->send(question("hangs", "anything"));
    const auto calls = [&] { return manager->pool("model")->getValue<int>("calls"); };
    ASSERT_EVENTUALLY(calls() == 2);
    CPPUNIT_ASSERT_EQUAL(0, manager->command("reload").code);
    hanging.reset();  // and its call does not mind
    const FastcgiAnswer answer = stream->read();
    CPPUNIT_ASSERT(answer.complete && answer.body.find("\"status\":2") != std::string::npos);
}

// It keeps the whole pool waiting each time.
SPEC(QuarantineOfOneWorker, comes_at_once_for_a_plugin_that_hangs_in_start) {
    plugins.add(badPluginFolder(), "hangs_in_start");
    manager.reset();
    start({{"pool.model.processes", "1"},
           {"model.hangs_in_start.hang", "true"},
           {"timeout.start_ms", atOurPace(2s, 60s)}});
    ASSERT_EVENTUALLY(manager->stateOf("hangs_in_start") == "quarantined");
    CPPUNIT_ASSERT_EQUAL(std::size_t(1),
                         manager->logged("timeout.start_ms being over, in start() of model hangs_in_start"));
    CPPUNIT_ASSERT_EQUAL(200, ask("echo", "hello").status);
}

SPEC(HastyQuarantine, leaves_no_permit_behind) {
    for (int i = 0; i < 3; ++i) ask("hangs", "anything");
    ASSERT_EVENTUALLY(manager->pool("model")->getValue<int>("calls") == 0);
}
