// A generation is replaced, never patched: its workers have what it was tried with, whenever they start, and keep
// their own limits when they go.
#include "base/file_descriptor.h"
#include "support/eventually.h"
#include "support/gated_model.h"
#include "support/manager_under_test.h"
#include "support/plugin_folder.h"
#include "support/process_view.h"
#include "support/spec.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

using aiproject::FileDescriptor;
using namespace aiproject::test;

namespace {

struct Generations : CppUnit::TestCase {
    PluginFolder plugins;
    GatedModel gated;
    TempDir dir;
    std::unique_ptr<ManagerUnderTest> manager;
    std::string uuid;

    void setUp() override {
        plugins.add(pluginFolder(), "echo");
        plugins.add(badPluginFolder(), "scripted");
        plugins.add(badPluginFolder(), "crashes");
        manager = std::make_unique<ManagerUnderTest>(
            gated.addedTo({{"plugins.dir", plugins.path()}, {"pool.model.processes", "1"}}));
        uuid = manager->newUser("alice");
    }

    void configure(const std::string& line) const {
        std::ofstream(manager->installation().configFile(), std::ios::app) << line << "\n";
    }
    FastcgiRequest question(const std::string& path, const std::string& text) const {
        return jsonRequest("/models/" + path, textBody(uuid, "alice", text));
    }
    FastcgiAnswer ask(const std::string& path, const std::string& text) const {
        return aiproject::test::ask(manager->socket("model"), question(path, text));
    }
    void assertReplacesKilledWorker() const {
        const pid_t victim = manager->workers("model").at(0);
        kill(victim, SIGKILL);
        ASSERT_EVENTUALLY(hasEnded(victim) && manager->workers("model").size() == 1);
    }
};

}  // namespace

SPEC(Generations, take_up_what_is_in_conf_d_as_a_whole) {
    const TempDir& dir = manager->installation().dir();
    std::filesystem::create_directories(dir.file("conf.d"));
    const std::string second = dir.write("conf.d/second.properties", "model.second.plugin = echo\n");
    CPPUNIT_ASSERT_EQUAL(404, ask("second/chat", "hello").status);
    manager->assertReloads();
    CPPUNIT_ASSERT_EQUAL(200, ask("second/chat", "hello").status);

    dir.write("conf.d/wrong.properties", "no.such.key = 1\n");
    const Finished refused = manager->command("reload");
    CPPUNIT_ASSERT_EQUAL(1, refused.code);
    CPPUNIT_ASSERT_MESSAGE(refused.output,
                           refused.output.find("conf.d/wrong.properties: no.such.key: ") != std::string::npos);
    std::filesystem::remove(second);  // a worker that is started later has what the first ones had
    assertReplacesKilledWorker();
    CPPUNIT_ASSERT_EQUAL(200, ask("second/chat", "hello").status);
}

SPEC(Generations, start_workers_with_the_configuration_they_began_with) {
    configure("no.such.key = 1");
    CPPUNIT_ASSERT_EQUAL(1, manager->command("reload").code);
    assertReplacesKilledWorker();
    CPPUNIT_ASSERT_EQUAL(200, ask("echo/chat", "hello").status);
}

SPEC(Generations, start_workers_with_the_plugins_they_began_with) {
    std::ofstream(plugins.file("echo"), std::ios::trunc) << "not a plugin";
    assertReplacesKilledWorker();
    CPPUNIT_ASSERT_EQUAL(200, ask("echo/chat", "hello").status);
}

SPEC(Generations, keep_their_own_drain_limit) {
    const auto stream = gated.stream(manager->socket("model"), uuid);
    configure("timeout.reload_drain_ms = 0");
    manager->assertReloads();
    ASSERT_EVENTUALLY(manager->workers("model", "draining").size() == 1);
    gated.open();
    CPPUNIT_ASSERT(GatedModel::isWhole(stream->read()));
}

// A worker that is stopped is killed after ten seconds, and a reload may take longer. So it is stopped at the end of
// one: the next worker starts when somebody reads what its plugin writes.
SPEC(Generations, serve_what_waits_on_a_socket_that_is_given_up) {
    const pid_t worker = manager->workers("model").at(0);
    const std::string fifo = dir.file("fifo");
    CPPUNIT_ASSERT_EQUAL(0, mkfifo(fifo.c_str(), 0600));
    plugins.add(badPluginFolder(), "starts");
    configure("model.starts.log = " + fifo + "\ntimeout.start_ms = 600000");
    configure("pool.model.socket = " + dir.file("moved.sock"));
    const std::size_t started = manager->logged(" started\n");
    ChildProcess reload({programPath(), {"reload", "-c", manager->installation().configFile()}});
    ASSERT_EVENTUALLY(manager->logged(" started\n") == 2 * started);
    kill(worker, SIGSTOP);
    FastcgiClient waiting(manager->socket("model"));
    waiting.send(question("echo/chat", "hello"));
    const FileDescriptor reader(open(fifo.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    CPPUNIT_ASSERT_EQUAL(0, reload.wait().value_or(-1));
    kill(worker, SIGCONT);
    CPPUNIT_ASSERT_EQUAL(200, waiting.read().status);
}

SPEC(Generations, put_in_quarantine_what_crashes_in_a_thread_of_its_own) {
    for (int i = 0; i < 3; ++i) {
        CPPUNIT_ASSERT(!ask("crashes/chat", "thread").complete);
        ASSERT_EVENTUALLY(manager->workers("model").size() == 1);
    }
    ASSERT_EVENTUALLY(manager->stateOf("crashes") == "quarantined");
    CPPUNIT_ASSERT_EQUAL(502, ask("crashes/chat", "hello").status);
    CPPUNIT_ASSERT_EQUAL(200, ask("echo/chat", "hello").status);
}

SPEC(Generations, forget_models_whose_plugins_are_gone) {
    plugins.remove("crashes");
    manager->assertReloads();
    ASSERT_EVENTUALLY(manager->stateOf("crashes").empty());
    CPPUNIT_ASSERT_EQUAL(std::string("serving"), manager->stateOf("echo"));
}

SPEC(Generations, replace_a_worker_that_somebody_told_to_end) {
    const auto stream = gated.stream(manager->socket("model"), uuid);
    kill(manager->workers("model").at(0), SIGTERM);
    ASSERT_EVENTUALLY(manager->workers("model", "draining").size() == 1 && manager->workers("model").size() == 1);
    gated.open();
    CPPUNIT_ASSERT(GatedModel::isWhole(stream->read()));
}

SPEC(Generations, say_in_the_log_why_a_worker_cannot_start) {
    std::filesystem::remove(manager->installation().dir().file("auth.key"));
    kill(manager->workers("model").at(0), SIGKILL);
    ASSERT_EVENTUALLY(manager->logged("cannot serve: ") > 0);
    CPPUNIT_ASSERT(manager->installation().log().find("auth.key") != std::string::npos);
}
