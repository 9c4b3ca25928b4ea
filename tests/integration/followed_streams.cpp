// Streams that plugins hand over to a real worker's event loop, as they should not: each costs its own call, or its
// worker, and is named. The plugin `follows` says what is wrong with them.
#include "support/eventually.h"
#include "support/manager_under_test.h"
#include "support/plugin_folder.h"
#include "support/process_view.h"
#include "support/spec.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace aiproject::test;
using namespace std::string_literals;

namespace {

struct FollowedStreams : CppUnit::TestCase {
    PluginFolder plugins;
    std::unique_ptr<ManagerUnderTest> manager;
    std::string uuid;

    // A model for each `how`, of its name, and the models `echo` and `answers`.
    void start(std::vector<std::string> hows, Settings settings = {}) {
        plugins.add(pluginFolder(), "echo");
        plugins.add(badPluginFolder(), "follows");
        hows.emplace_back("answers");
        for (const std::string& how : hows) {
            settings["model." + how + ".plugin"] = "follows";
            settings["model." + how + ".how"] = how;
        }
        settings["plugins.dir"] = plugins.path();
        settings["retry.attempts"] = "1";
        settings.emplace("pool.model.processes", "1");
        manager = std::make_unique<ManagerUnderTest>(settings);
        uuid = manager->newUser("alice");
    }
    FastcgiRequest question(const std::string& model) const {
        return jsonRequest("/models/" + model + "/stream", textBody(uuid, "alice", "hi"));
    }
    FastcgiAnswer ask(const std::string& model) const {
        return aiproject::test::ask(manager->socket("model"), question(model));
    }
    void assertServes(const std::string& model) const {
        const FastcgiAnswer answer = ask(model);
        CPPUNIT_ASSERT_MESSAGE(model + ": " + answer.body, isWhole(answer));
    }
    void assertServes() const {
        assertServes("echo");
        assertServes("answers");
    }
    // At the third time the whole plugin is.
    void assertQuarantined(const std::string& model) {
        for (int i = 0; i < 3; ++i) {
            const pid_t victim = manager->workers("model").at(0);
            FastcgiClient client(manager->socket("model"));
            client.send(question(model));
            CPPUNIT_ASSERT(!isWhole(client.read()));
            ASSERT_EVENTUALLY(hasEnded(victim) && manager->workers("model").size() == 1);
        }
        ASSERT_EVENTUALLY(manager->stateOf(model) == "quarantined");
        assertServes("echo");
    }
    static bool isWhole(const FastcgiAnswer& answer) {
        return answer.complete && answer.body.find(R"("status":2)") != std::string::npos &&
               countOf(answer.body, R"("code":)") == countOf(answer.body, R"("code":0,)");
    }
    void assertLogged(const std::string& words) const {
        CPPUNIT_ASSERT_MESSAGE(words + " is not in: " + manager->installation().log(), manager->logged(words) > 0);
    }
};

}  // namespace

SPEC(FollowedStreams, cost_their_own_call_only_where_the_plugin_breaks_the_contract) {
    const std::vector<std::pair<std::string, std::string>> reasons{
        {"negative", "the descriptor of the plugin's stream, -1, is not open"},
        {"unopened", "the descriptor of the plugin's stream, 1000000, is not open"},
        {"file", "is a file's, which cannot be waited for"},
        {"device", "is a device's, which cannot be waited for"},
        {"closes", "the plugin's stream has closed its descriptor"},
        {"replaces", "the plugin's stream has closed its descriptor"},
        {"keeps", "or outside of advance()"},
        {"helper", "the plugin used its reply from another thread than the call's"},
        {"streaming", "the plugin's stream ended with the status streaming"},
        {"nobody", "without a stream for follow()"},
        {"two", "the plugin gave follow() more than one stream"},
        {"both", "but did not answer `streaming`"},
    };
    std::vector<std::string> hows;
    hows.reserve(reasons.size());
    for (const auto& [how, reason] : reasons) hows.push_back(how);
    start(hows);
    for (const auto& [how, reason] : reasons) {
        const FastcgiAnswer first = ask(how), second = ask(how);  // `keeps` needs one before it
        CPPUNIT_ASSERT_MESSAGE(how, first.complete && second.complete);
        CPPUNIT_ASSERT_MESSAGE(how + ": " + second.body, how == "keeps" || !isWhole(second));
        assertServes();
        if (how != "keeps") assertLogged(reason);
    }
    assertLogged("model keeps: plugin follows has used the reply of a call that was over");
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), manager->workers("model").size());
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), manager->logged(" cannot go on: "));
}

SPEC(FollowedStreams, with_one_descriptor_for_two_calls_cost_the_second_and_are_named) {
    start({"shares"}, {{"model.shares.pieces", "0"}});
    FastcgiClient first(manager->socket("model"));
    first.send(question("shares"));
    const auto followed = [&] {
        return manager->pool("model")->getArray("workers")->getObject(0)->getValue<int>("streams");
    };
    ASSERT_EVENTUALLY(followed() == 1);
    const FastcgiAnswer second = ask("shares");
    CPPUNIT_ASSERT_MESSAGE(second.body, second.complete && !isWhole(second));
    assertLogged("cannot be waited for: File exists");
    assertServes();
    first.close();
    ASSERT_EVENTUALLY(manager->pool("model")->getValue<int>("calls") == 0);
}

SPEC(FollowedStreams, that_hand_on_nothing_are_ended_and_named) {
    start({"spins"});
    FastcgiClient spinning(manager->socket("model"));
    spinning.send(question("spins"));
    assertServes();  // the others have their turns
    const FastcgiAnswer answer = spinning.read();
    CPPUNIT_ASSERT_MESSAGE(answer.body, answer.complete && !isWhole(answer));
    assertLogged("times and handed nothing on");
    assertServes();
}

SPEC(FollowedStreams, that_never_end_are_ended_when_their_clients_leave) {
    start({"endless"});
    for (int i = 0; i < 5; ++i) {
        FastcgiClient client(manager->socket("model"));
        client.send(question("endless"));
        CPPUNIT_ASSERT(client.readUntil("content"));
        client.close();
    }
    ASSERT_EVENTUALLY(manager->pool("model")->getValue<int>("calls") == 0);
    ASSERT_EVENTUALLY(manager->logged("code=CLIENT_LEFT") == 5);
    assertServes();
}

SPEC(FollowedStreams, that_never_end_are_ended_at_their_total_time) {
    start({"endless"}, {{"timeout.total_ms", "300"}});
    const FastcgiAnswer answer = ask("endless");
    CPPUNIT_ASSERT(answer.complete && !isWhole(answer));
    assertLogged("(timeout.total_ms)");
}

SPEC(FollowedStreams, have_one_last_frame_whatever_the_plugin_says_behind_it) {
    start({"ends_twice"});
    const FastcgiAnswer answer = ask("ends_twice");
    CPPUNIT_ASSERT_MESSAGE(answer.body, isWhole(answer));
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), countOf(answer.body, R"("status":2},)"));
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), countOf(answer.body, "behind"));
}

SPEC(FollowedStreams, that_fork_are_answered_once) {
    start({"forks"}, {{"model.forks.pieces", "6"}});  // each process reads half of them
    const pid_t worker = manager->workers("model").at(0);
    const FastcgiAnswer answer = ask("forks");
    CPPUNIT_ASSERT_MESSAGE(answer.body, isWhole(answer));
    CPPUNIT_ASSERT_EQUAL(std::size_t(3), countOf(answer.body, "xxxxx "));
    CPPUNIT_ASSERT_EQUAL(worker, manager->workers("model").at(0));
    assertServes();
}

SPEC(FollowedStreams, that_block_the_loop_cost_their_worker_and_are_named) {
    start({"blocks"}, {{"timeout.watchdog_ms", "500"}, {"timeout.drain_ms", "0"}});
    assertQuarantined("blocks");
    assertLogged("on model blocks");
}

SPEC(FollowedStreams, that_block_the_loop_when_they_are_destroyed_are_named_as_well) {
    start({"blocks_at_end"}, {{"timeout.watchdog_ms", "500"}, {"timeout.drain_ms", "0"}});
    assertQuarantined("blocks_at_end");
    assertLogged("on model blocks_at_end");
}

SPEC(FollowedStreams, that_crash_cost_their_worker_and_are_named) {
    start({"crashes"});
    assertQuarantined("crashes");
    assertLogged("in a call on model crashes");
}
