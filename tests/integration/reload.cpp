// One generation of workers after another, with requests in progress.
#include "support/eventually.h"
#include "support/gated_model.h"
#include "support/manager_under_test.h"
#include "support/plugin_folder.h"
#include "support/spec.h"
#include "support/steady_clients.h"

#include "base/file_descriptor.h"

#include <Poco/JSON/Array.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>

using namespace aiproject::test;
using namespace std::chrono_literals;

namespace {

struct Reload : CppUnit::TestCase {
    PluginFolder plugins;
    TempDir dir;
    GatedModel gated;
    std::unique_ptr<ManagerUnderTest> manager;

    void setUp() override {
        plugins.add(pluginFolder(), "echo");
        plugins.add(badPluginFolder(), "scripted");
        manager = std::make_unique<ManagerUnderTest>(gated.addedTo({{"plugins.dir", plugins.path()},
                                                                    {"pool.model.processes", "2"},
                                                                    {"pool.model.queue_ms", atOurPace(10s, 60s)}}));
    }

    void configure(const std::string& line) const {
        const std::string file = manager->installation().configFile();
        manager->installation().dir().write("aiproject.properties", readFile(file) + line + "\n");
    }

    FastcgiAnswer chat(const std::string& model, const std::string& uuid) const {
        return ask(manager->socket("model"), jsonRequest("/models/" + model + "/chat", textBody(uuid, "alice", "hi")));
    }

    std::string assertRefuses() const {
        const Finished refused = manager->command("reload");
        CPPUNIT_ASSERT_EQUAL_MESSAGE(refused.output, 1, refused.code);
        return refused.output;
    }
};

}  // namespace

SPEC(Reload, serves_a_plugin_that_was_dropped_into_the_folder) {
    const std::string uuid = manager->newUser("alice");
    plugins.addAs("dropped", pluginFolder(), "echo");
    CPPUNIT_ASSERT_EQUAL(404, chat("dropped", uuid).status);
    manager->assertReloads();
    CPPUNIT_ASSERT_EQUAL(200, chat("dropped", uuid).status);
    plugins.remove("dropped");
    manager->assertReloads();
    CPPUNIT_ASSERT_EQUAL(404, chat("dropped", uuid).status);
}

SPEC(Reload, leaves_a_stream_where_it_began) {
    const auto stream = gated.stream(manager->socket("model"), manager->newUser("alice"));
    const auto old = manager->workers("model");
    manager->assertReloads();
    ASSERT_EVENTUALLY(manager->workers("model", "").size() == 3 && manager->workers("model", "draining").size() == 1);
    for (const pid_t pid : manager->workers("model"))
        CPPUNIT_ASSERT(std::find(old.begin(), old.end(), pid) == old.end());
    gated.open();
    CPPUNIT_ASSERT(GatedModel::isWhole(stream->read()));
    ASSERT_EVENTUALLY(manager->workers("model", "").size() == 2);
}

SPEC(Reload, gives_a_stream_a_last_frame_when_its_drain_limit_is_over) {
    configure("timeout.reload_drain_ms = 0");
    manager->assertReloads();  // these workers have the new limit
    const auto stream = gated.stream(manager->socket("model"), manager->newUser("alice"));
    manager->assertReloads();
    const auto answer = stream->read();
    CPPUNIT_ASSERT(answer.complete);
    CPPUNIT_ASSERT(answer.body.find("\"status\":2") != std::string::npos);
}

SPEC(Reload, loses_no_request) {
    const std::string uuid = manager->newUser("alice");
    SteadyClients clients(4, [&] { return chat("echo", uuid); });
    for (int i = 0; i < 5; ++i) {
        plugins.add(pluginFolder(), "echo");
        manager->assertReloads();
        clients.assertServed(20);
    }
    clients.assertLostNone();
    CPPUNIT_ASSERT_EQUAL(6, manager->status()->getValue<int>("generation"));
}

SPEC(Reload, without_a_plugin_loses_no_request_to_the_others) {
    plugins.addAs("extra", pluginFolder(), "echo");
    manager->assertReloads();
    const std::string uuid = manager->newUser("alice");
    CPPUNIT_ASSERT_EQUAL(200, chat("extra", uuid).status);
    const auto stream = gated.stream(manager->socket("model"), uuid);
    SteadyClients clients(4, [&] { return chat("echo", uuid); });
    clients.assertServed(20);
    plugins.remove("extra");
    clients.assertServed(20);
    manager->assertReloads();
    clients.assertServed(20);
    CPPUNIT_ASSERT_EQUAL(404, chat("extra", uuid).status);
    clients.assertLostNone();
    gated.open();
    CPPUNIT_ASSERT(GatedModel::isWhole(stream->read()));
}

SPEC(Reload, refuses_a_key_that_does_not_exist_and_serves_on) {
    const auto before = manager->workers("model");
    configure("pool.model.proceses = 4");
    CPPUNIT_ASSERT(assertRefuses().find("pool.model.proceses: there is no such key") != std::string::npos);
    CPPUNIT_ASSERT(before == manager->workers("model"));
    CPPUNIT_ASSERT(manager->logged("reload: refused; generation 1 serves on") == 1);
}

SPEC(Reload, goes_on_without_a_plugin_that_crashes_and_says_so_by_its_exit_code) {
    plugins.add(badPluginFolder(), "crashes_when_opened");
    configure("pool.model.processes = 3");
    const std::string said = assertRefuses();
    CPPUNIT_ASSERT_MESSAGE(said, said.find("crashes_when_opened.so: opening it crashes (Aborted); it does not serve") !=
                                     std::string::npos);
    CPPUNIT_ASSERT_MESSAGE(said, said.find("generation 2 serves") != std::string::npos);
    ASSERT_EVENTUALLY(manager->workers("model").size() == 3);
    CPPUNIT_ASSERT_EQUAL(200, chat("echo", manager->newUser("alice")).status);
    const std::string status = manager->command("status").output;
    CPPUNIT_ASSERT_MESSAGE(status, status.find("last reload: done in part") != std::string::npos);
}

SPEC(Reload, keeps_the_last_good_copy_of_a_plugin_that_is_bad_now) {
    const std::string uuid = manager->newUser("alice");
    for (int i = 0; i < 2; ++i) {
        manager->installation().dir().write("bad", "no plugin " + std::to_string(i));
        std::filesystem::rename(manager->installation().dir().file("bad"), plugins.file("echo"));
        configure("pool.model.processes = " + std::to_string(3 - i));
        const std::string said = assertRefuses();
        CPPUNIT_ASSERT_MESSAGE(said, said.find("echo.so: cannot be opened: it is no ELF file") != std::string::npos);
        CPPUNIT_ASSERT_MESSAGE(said, said.find("; its last good copy serves on") != std::string::npos);
        ASSERT_EVENTUALLY(int(manager->workers("model").size()) == 3 - i);
        CPPUNIT_ASSERT_EQUAL(200, chat("echo", uuid).status);
    }
    std::filesystem::remove(plugins.file("echo"));
    plugins.add(pluginFolder(), "echo");
    manager->assertReloads();
    CPPUNIT_ASSERT_EQUAL(200, chat("echo", uuid).status);
}

SPEC(Reload, says_what_a_new_plugin_lacks) {
    const std::string uuid = manager->newUser("alice"), lack = "write model.keyed.api_key = ...";
    plugins.add(badPluginFolder(), "keyed");
    const Finished done = manager->command("reload");
    CPPUNIT_ASSERT_EQUAL_MESSAGE(done.output, 0, done.code);
    for (const std::string& said : {done.output, manager->installation().log(), manager->command("check").output,
                                    manager->command("models").output})
        CPPUNIT_ASSERT_MESSAGE(said, said.find("plugin keyed does not serve") != std::string::npos &&
                                         said.find(lack) != std::string::npos);
    CPPUNIT_ASSERT(manager->command("check").output.find("all is well") == std::string::npos);
    const auto isNoticed = [&] {
        const auto notices = manager->status()->getArray("notices");
        return std::any_of(notices->begin(), notices->end(),
                           [&](const auto& one) { return one.toString().find(lack) != std::string::npos; });
    };
    CPPUNIT_ASSERT(isNoticed());
    const FastcgiAnswer answer = chat("keyed", uuid);
    CPPUNIT_ASSERT_EQUAL(502, answer.status);
    CPPUNIT_ASSERT_MESSAGE(answer.body, answer.body.find("this model is not set up") != std::string::npos &&
                                            answer.body.find("api_key") == std::string::npos);
    configure("model.keyed.api_key = k");
    manager->assertReloads();
    CPPUNIT_ASSERT_EQUAL(200, chat("keyed", uuid).status);
    CPPUNIT_ASSERT(!isNoticed());
}

// More than the workers have threads, while none of them takes any: nginx, which does not wait for room, would have
// been turned away. After the reload each is served, or told that it is busy.
SPEC(Reload, loses_none_of_a_burst) {
    constexpr int count = 1'500;
    for (const pid_t worker : manager->workers("model")) kill(worker, SIGSTOP);
    const auto stopped = manager->workers("model");
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    manager->socket("model").copy(address.sun_path, sizeof address.sun_path - 1);
    const std::string request = FastcgiClient::records({"GET", "/healthz/live", "", {}});
    std::vector<aiproject::FileDescriptor> clients;
    for (int i = 0; i < count; ++i) {
        clients.emplace_back(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        CPPUNIT_ASSERT_EQUAL_MESSAGE(
            std::to_string(i), 0,
            connect(clients.back().get(), reinterpret_cast<const sockaddr*>(&address), sizeof address));
        CPPUNIT_ASSERT_EQUAL(ssize_t(request.size()), send(clients.back().get(), request.data(), request.size(), 0));
    }
    for (const pid_t worker : stopped) kill(worker, SIGCONT);
    manager->assertReloads();
    for (const auto& client : clients) {
        std::string answer;
        std::array<char, 4096> piece;
        fcntl(client.get(), F_SETFL, 0);
        for (ssize_t got = 0; (got = recv(client.get(), piece.data(), piece.size(), 0)) > 0;)
            answer.append(piece.data(), std::size_t(got));
        CPPUNIT_ASSERT_MESSAGE(answer, answer.find("\"live\":true") != std::string::npos ||
                                           answer.find("\"MODEL_BUSY\"") != std::string::npos);
    }
}

SPEC(Reload, is_not_refused_for_what_was_wrong_before) {
    manager.reset();
    plugins.add(badPluginFolder(), "crashes_when_opened");
    setUp();
    plugins.addAs("dropped", pluginFolder(), "echo");
    manager->assertReloads();
    CPPUNIT_ASSERT_EQUAL(200, chat("dropped", manager->newUser("alice")).status);
}

SPEC(Reload, refuses_a_pool_whose_socket_cannot_be_had) {
    configure("pool.extra.socket = " + dir.file("none/extra.sock"));
    CPPUNIT_ASSERT(assertRefuses().find("none/extra.sock") != std::string::npos);
    CPPUNIT_ASSERT_EQUAL(std::size_t(3), manager->status()->getArray("pools")->size());
}

SPEC(Reload, opens_new_pools_and_closes_those_that_are_gone) {
    const std::string file = readFile(manager->installation().configFile());
    configure("pool.extra.models = echo");
    manager->assertReloads();
    const std::string uuid = manager->newUser("alice");
    CPPUNIT_ASSERT_EQUAL(200, ask(manager->socket("extra"), {"GET", "/healthz/live", "", {}}).status);
    manager->installation().dir().write("aiproject.properties", file);
    manager->assertReloads();
    CPPUNIT_ASSERT(!std::filesystem::exists(manager->socket("extra")));
    ASSERT_EVENTUALLY(manager->status()->getArray("pools")->size() == 3);
}

SPEC(Reload, takes_another_number_of_processes) {
    configure("pool.model.processes = 3");
    manager->assertReloads();
    ASSERT_EVENTUALLY(manager->workers("model", "").size() == 3);
}

SPEC(Reload, comes_by_SIGHUP_as_well_and_many_of_them_end_well) {
    for (int i = 0; i < 20; ++i) manager->process().signal(i == 0 ? SIGUSR2 : SIGHUP);
    ASSERT_EVENTUALLY(manager->logged(" serves; the last one drains") >= 1);
    manager->assertReloads();
    ASSERT_EVENTUALLY(manager->workers("model", "").size() == 2);
    CPPUNIT_ASSERT_EQUAL(200, chat("echo", manager->newUser("alice")).status);
}

SPEC(Reload, tries_with_the_overrides_of_the_command_line) {
    manager = std::make_unique<ManagerUnderTest>(Settings{{"plugins.dir", dir.file("none")}},
                                                 std::vector<std::string>{"plugins.dir=" + plugins.path()});
    manager->assertReloads();
    CPPUNIT_ASSERT_EQUAL(200, chat("echo", manager->newUser("alice")).status);
    // The trial has them as well: without, this would be one of its objections.
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), manager->logged("none cannot be read"));
}

SPEC(Reload, ends_with_the_manager) {
    manager->process().signal(SIGHUP);
    CPPUNIT_ASSERT_EQUAL(0, manager->command("stop").code);
    CPPUNIT_ASSERT_EQUAL(0, manager->process().wait().value_or(-1));
}

SPEC(Reload, repeats_no_secret_of_a_configuration_that_does_not_serve_yet) {
    const std::string secret = "of-the-candidate-alone";
    plugins.add(badPluginFolder(), "keyed");
    plugins.add(badPluginFolder(), "bad_destroy");
    configure("model.keyed.api_key = " + secret + "\nmodel.bad_destroy.how = " + secret);
    const std::string said = manager->command("reload").output;
    CPPUNIT_ASSERT_MESSAGE(said, said.find("model.bad_destroy.how") != std::string::npos);
    CPPUNIT_ASSERT_MESSAGE(said, said.find("[secret]") != std::string::npos);
    for (const std::string& text : {said, manager->installation().log(), manager->command("status").output})
        CPPUNIT_ASSERT_MESSAGE(text, text.find(secret) == std::string::npos);
}
