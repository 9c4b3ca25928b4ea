// A real worker with plugins that are replaced under it, or misbehave: each hurts its own call, or its own
// worker, and the others serve.
#include "support/eventually.h"
#include "support/plugin_folder.h"
#include "support/spec.h"
#include "support/worker_under_test.h"

#include <signal.h>

#include <fstream>
#include <optional>

using namespace aiproject::test;

namespace {

struct BadPlugins : CppUnit::TestCase {
    PluginFolder plugins;
    std::optional<WorkerUnderTest> worker;
    std::string uuid;

    void start(const std::vector<std::string>& badNames, Settings settings = {}) {
        plugins.add(pluginFolder(), "echo");
        for (const auto& name : badNames) plugins.add(badPluginFolder(), name);
        settings["plugins.dir"] = plugins.path();
        worker.emplace(settings);
        uuid = worker->newUser("alice");
    }
    std::string body(const std::string& question) const { return textBody(uuid, "alice", question); }
    FastcgiAnswer chat(const std::string& model, const std::string& question) const {
        return worker->post("/models/" + model + "/chat", body(question));
    }
    void assertAnswers(const std::string& model, const std::string& question, const std::string& content) const {
        const FastcgiAnswer answer = chat(model, question);
        CPPUNIT_ASSERT(answer.complete);
        assertHas(answer.body, "\"content\":\"" + content + "\"");
    }
    void assertServes() const { assertAnswers("echo", "Hello", "Hello"); }
    void assertLogged(const std::string& part) const { assertHas(worker->log(), part); }
    static void assertHas(const std::string& text, const std::string& part) {
        CPPUNIT_ASSERT_MESSAGE("'" + part + "' is not in: " + text, text.find(part) != std::string::npos);
    }
};

}  // namespace

SPEC(BadPlugins, that_are_overwritten_in_place_serve_on_as_they_were) {
    start({"crashes"});
    for (const std::string name : {"echo", "crashes"}) {
        std::ofstream file(plugins.file(name), std::ios::trunc);  // into the file that the worker has loaded
        file << std::string(1'000, 'x');
    }
    assertServes();
    assertAnswers("crashes", "calm", "calm");
    std::filesystem::resize_file(plugins.file("crashes"), 0);
    assertAnswers("crashes", "still calm", "still calm");
    CPPUNIT_ASSERT(worker->process().isRunning());
}

SPEC(BadPlugins, that_do_not_come_back_from_create_cost_their_models_only) {
    start({"bad_create", "crashes_when_opened", "with_neighbour"},
          {{"model.exits.plugin", "bad_create"}, {"model.exits.how", "exit"}});
    assertServes();
    assertLogged("model.bad_create: create() of plugin bad_create crashes (Aborted)");
    assertLogged("model.exits: create() of plugin bad_create ends the process");
    assertLogged("crashes_when_opened.so: opening it crashes (Aborted)");
    assertLogged("with_neighbour.so: cannot be opened: libneighbour.so.1: ");
}

SPEC(BadPlugins, that_need_their_folder_are_used_there) {
    std::filesystem::copy_file(badPluginFolder() + "/neighbour/libneighbour.so.1",
                               plugins.path() + "/libneighbour.so.1");
    start({"with_neighbour"});
    assertLogged("model with_neighbour from " + plugins.file("with_neighbour"));
    assertLogged("with_neighbour.so: is used in place; replace it by renaming");
    assertServes();
}

SPEC(BadPlugins, that_crash_end_their_worker_and_no_answer_looks_whole) {
    for (const std::string how : {"segv", "abort", "overflow", "exit", "throw"}) {
        start({"crashes"});
        assertAnswers("crashes", "calm", "calm");
        const FastcgiAnswer answer = chat("crashes", how);
        CPPUNIT_ASSERT_MESSAGE(how, !answer.complete);
        CPPUNIT_ASSERT_MESSAGE(how, worker->process().wait().value_or(0) != 0);
    }
}

SPEC(BadPlugins, that_never_return_hold_their_own_call_only) {
    start({"hangs"});
    FastcgiClient waiting(worker->socket());
    waiting.send({"POST", "/models/hangs/stream", body("Hello"), {{"CONTENT_TYPE", "application/json"}}});
    assertServes();
    waiting.close();
    assertServes();
    worker->process().signal(SIGKILL);  // nothing less ends it before its drain limit
}

SPEC(BadPlugins, that_use_their_reply_after_the_call_reach_nobody) {
    start({"late"});
    for (int i = 0; i < 20; ++i) {
        assertAnswers("late", "whose?", "in time");
        assertServes();
    }
    CPPUNIT_ASSERT_EQUAL(0, worker->process().terminate());
}

SPEC(BadPlugins, that_throw_or_answer_garbage_get_an_error_for_their_client) {
    start({"throws", "garbage"});
    const std::pair<std::string, std::string> rows[] = {{"throws", "words"},
                                                        {"garbage", "no json"},
                                                        {"garbage", "no utf8"},
                                                        {"garbage", "huge frame"},
                                                        {"garbage", "unknown status"}};
    for (const auto& [model, question] : rows) {
        const FastcgiAnswer answer = chat(model, question);
        CPPUNIT_ASSERT(answer.complete);
        assertHas(answer.body, "\"MODEL_ERROR\"");
    }
    assertServes();
}

SPEC(BadPlugins, that_leak_go_on_answering) {
    start({"leaks"});
    for (int i = 0; i < 50; ++i) assertAnswers("leaks", i % 2 == 0 ? "memory" : "descriptor", "kept");
    assertServes();
}
