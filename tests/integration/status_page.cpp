// /metrics and /status are answered by the manager, whoever else hangs, and nobody can hold it up.
#include "support/eventually.h"
#include "support/gated_model.h"
#include "support/manager_under_test.h"
#include "support/plugin_folder.h"
#include "support/scrape.h"
#include "support/spec.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <memory>
#include <vector>

using namespace aiproject::test;

namespace {

FastcgiAnswer page(const std::string& socket, const std::string& path, const std::string& query = {}) {
    return ask(socket, {"GET", path, "", {{"QUERY_STRING", query}}});
}

struct StatusPage : CppUnit::TestCase {
    const PluginFolder plugins{
        {{"echo", pluginFolder()}, {"keyed", badPluginFolder()}, {"scripted", badPluginFolder()}}};
    GatedModel gated;
    ManagerUnderTest manager{gated.addedTo({{"plugins.dir", plugins.path()},
                                            {"pool.model.processes", "1"},
                                            {"pool.model.threads", "3"},
                                            {"model.keyed.plugin", "keyed"},
                                            {"model.keyed.accounts", "a"},
                                            {"model.keyed.account.a.api_key", "0123456789abcdefWXYZ"},
                                            {"model.keyed.account.a.frames", "4"},
                                            {"pool.model.queue_ms", "60000"}})};
    const std::string socket = manager.socket("status");

    Poco::JSON::Object::Ptr json() const { return objectOf(page(socket, "/status", "json").body); }
    Poco::JSON::Object::Ptr modelPool() const {
        const auto pools = json()->getArray("pools");
        for (std::size_t i = 0; i < pools->size(); ++i)
            if (pools->getObject(unsigned(i))->getValue<std::string>("name") == "model")
                return pools->getObject(unsigned(i));
        throw NotYet("no pool");
    }
};

}  // namespace

SPEC(StatusPage, has_three_forms_and_metrics_beside_it) {
    CPPUNIT_ASSERT(page(socket, "/status").body.find("pool model: 1 workers, 1 wanted") != std::string::npos);
    CPPUNIT_ASSERT_EQUAL(manager.process().pid(), json()->getValue<pid_t>("pid"));
    const FastcgiAnswer html = page(socket, "/status", "html");
    CPPUNIT_ASSERT_EQUAL(std::string("text/html; charset=utf-8"), html.headers.at("content-type"));
    CPPUNIT_ASSERT(html.body.find("<h2>Pool model</h2>") != std::string::npos);
    const FastcgiAnswer metrics = page(socket, "/metrics");
    CPPUNIT_ASSERT_EQUAL(std::string("text/plain; version=0.0.4; charset=utf-8"), metrics.headers.at("content-type"));
    for (const FastcgiAnswer& one : {html, metrics}) {
        CPPUNIT_ASSERT(one.complete);
        CPPUNIT_ASSERT_EQUAL(200, one.status);
        CPPUNIT_ASSERT_EQUAL(std::string("no-store"), one.headers.at("cache-control"));
        CPPUNIT_ASSERT(one.headers.count("access-control-allow-origin") == 0);  // no page of another site reads it
    }
}

SPEC(StatusPage, says_what_the_command_says) {
    const auto command =
        objectOf(runToEnd({programPath(), {"status", "--json", "-c", manager.installation().configFile()}}).output);
    std::vector<std::string> names, itsNames;
    json()->getNames(names);
    command->getNames(itsNames);
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), std::size_t(std::count(itsNames.begin(), itsNames.end(), "configuration")));
    itsNames.erase(std::find(itsNames.begin(), itsNames.end(), "configuration"));
    CPPUNIT_ASSERT(names == itsNames);
    CPPUNIT_ASSERT_EQUAL(command->getValue<std::string>("since"), json()->getValue<std::string>("since"));
}

SPEC(StatusPage, keeps_paths_and_the_ends_of_keys_for_the_command) {
    const std::vector<std::string> hidden{manager.socket("model"), "WXYZ", "\"socket\"", "\"key_end\""};
    const std::string said =
        runToEnd({programPath(), {"status", "--json", "-c", manager.installation().configFile()}}).output;
    for (const std::string& word : hidden)
        CPPUNIT_ASSERT_MESSAGE(word + " is not in " + said, said.find(word) != std::string::npos);
    for (const char* form : {"", "json", "html"}) {
        const std::string body = page(socket, "/status", form).body;
        CPPUNIT_ASSERT_MESSAGE(body, body.find("keyed/a") != std::string::npos);
        for (const std::string& word : hidden)
            CPPUNIT_ASSERT_MESSAGE(word + " is in " + body, body.find(word) == std::string::npos);
    }
}

SPEC(StatusPage, refuses_other_paths_and_methods) {
    CPPUNIT_ASSERT_EQUAL(404, page(socket, "/healthz").status);
    CPPUNIT_ASSERT_EQUAL(405, ask(socket, {"POST", "/status", "body", {}}).status);
    CPPUNIT_ASSERT_EQUAL(405, ask(socket, {"DELETE", "/metrics", "", {}}).status);
}

SPEC(StatusPage, has_a_socket_for_nginx_alone) {
    struct stat status {};
    CPPUNIT_ASSERT_EQUAL(0, stat(socket.c_str(), &status));
    CPPUNIT_ASSERT_EQUAL(mode_t(0660), mode_t(status.st_mode & 0777));
}

SPEC(StatusPage, shows_each_call_with_user_model_age_and_phase_while_all_threads_hang) {
    const std::string uuid = manager.newUser("alice");
    constexpr int threads = 3;
    std::vector<std::unique_ptr<FastcgiClient>> busy;
    busy.reserve(threads);
    for (int i = 0; i < threads; ++i) busy.push_back(gated.stream(manager.socket("model"), uuid));
    FastcgiClient waiting(manager.socket("model"));
    waiting.send(jsonRequest("/models/echo/chat", textBody(uuid, "alice", "secret words")));
    ASSERT_EVENTUALLY(modelPool()->getValue<int>("queue_waiting") == 1);
    const auto pool = modelPool();
    CPPUNIT_ASSERT(pool->getValue<int>("queue_longest_ms") >= 0);
    CPPUNIT_ASSERT_EQUAL(std::size_t(3), pool->getArray("oldest_calls")->size());
    const auto call = pool->getArray("oldest_calls")->getObject(0);
    CPPUNIT_ASSERT_EQUAL(std::string("alice"), call->getValue<std::string>("user"));
    CPPUNIT_ASSERT_EQUAL(std::string("gated"), call->getValue<std::string>("model"));
    CPPUNIT_ASSERT_EQUAL(std::string("answering"), call->getValue<std::string>("phase"));
    CPPUNIT_ASSERT_EQUAL(manager.workers("model").at(0), call->getValue<pid_t>("worker"));
    CPPUNIT_ASSERT(call->getValue<int>("age_s") >= 0);
    for (const char* form : {"", "json", "html"}) {
        const std::string body = page(socket, "/status", form).body;
        CPPUNIT_ASSERT(body.find("alice") != std::string::npos);
        CPPUNIT_ASSERT(body.find("secret words") == std::string::npos);
        CPPUNIT_ASSERT(body.find(uuid) == std::string::npos);
    }
    CPPUNIT_ASSERT_EQUAL(1.0, scrape(socket)["aiproject_queue_waiting{pool=\"model\"}"]);
    gated.open();
    CPPUNIT_ASSERT(waiting.read().complete);
    ASSERT_EVENTUALLY(modelPool()->getArray("oldest_calls")->size() == 0);
}

// As many as a large pool has; more hang than one wishes to see.
SPEC(StatusPage, is_there_while_512_threads_hang) {
    constexpr int many = 512;
    ManagerUnderTest large{gated.addedTo({{"plugins.dir", plugins.path()},
                                          {"pool.model.processes", "1"},
                                          {"pool.model.threads", std::to_string(many)},
                                          {"pool.model.queue_ms", "60000"}})};
    const std::string uuid = large.newUser("alice"), page512 = large.socket("status");
    std::vector<std::unique_ptr<FastcgiClient>> busy;
    busy.reserve(many + 1);
    for (int i = 0; i < many; ++i) busy.push_back(gated.stream(large.socket("model"), uuid));
    busy.push_back(std::make_unique<FastcgiClient>(large.socket("model")));
    busy.back()->send(jsonRequest("/models/echo/chat", textBody(uuid, "alice", "one more")));
    ASSERT_EVENTUALLY(scrape(page512)["aiproject_queue_waiting{pool=\"model\"}"] == 1.0);
    for (const char* form : {"", "json", "html"}) CPPUNIT_ASSERT_EQUAL(200, page(page512, "/status", form).status);
    gated.open();
    for (const auto& client : busy) CPPUNIT_ASSERT(client->read().complete);
}

SPEC(StatusPage, is_there_while_every_process_but_the_manager_stands_still) {
    struct StandingStill {
        std::vector<pid_t> all;
        ~StandingStill() {
            for (const pid_t worker : all) kill(worker, SIGCONT);  // or their manager waits for them
        }
    } still;
    for (const char* pool : {"auth", "media", "model"})
        for (const pid_t worker : manager.workers(pool)) still.all.push_back(worker);
    for (const pid_t worker : still.all) kill(worker, SIGSTOP);
    CPPUNIT_ASSERT(page(socket, "/status").body.find("pool model") != std::string::npos);
    CPPUNIT_ASSERT_EQUAL(1.0, scrape(socket)["aiproject_workers_wanted{pool=\"auth\"}"]);
}

SPEC(StatusPage, drops_who_sends_half_a_request_or_reads_nothing) {
    FastcgiClient half(socket), silent(socket), lying(socket);
    half.sendRaw(FastcgiClient::records({"GET", "/status", "", {}}).substr(0, 20));
    lying.sendRaw(std::string(64, '\xff'));
    CPPUNIT_ASSERT_EQUAL(200, page(socket, "/status").status);  // meanwhile
    CPPUNIT_ASSERT(!half.read().complete);
    CPPUNIT_ASSERT(!silent.read().complete);
    CPPUNIT_ASSERT(!lying.read().complete);
}

SPEC(StatusPage, survives_a_client_that_leaves_in_the_middle) {
    for (int i = 0; i < 50; ++i) {
        FastcgiClient client(socket);
        client.send({"GET", "/metrics", "", {}});
        client.close();
    }
    CPPUNIT_ASSERT_EQUAL(200, page(socket, "/metrics").status);
}

SPEC(StatusPage, moves_with_a_reload_that_says_so) {
    const std::string file = manager.installation().configFile(),
                      other = manager.installation().dir().file("run/else.sock");
    manager.installation().dir().write("aiproject.properties", readFile(file) + "\nstatus.socket = " + other + "\n");
    CPPUNIT_ASSERT_EQUAL(0, manager.command("reload").code);
    CPPUNIT_ASSERT_EQUAL(200, page(other, "/status").status);
    CPPUNIT_ASSERT_THROW(page(socket, "/status"), std::runtime_error);
}

SPEC(StatusPage, stays_where_it_is_and_the_reload_says_so_where_it_cannot_move) {
    const std::string file = manager.installation().configFile(), before = readFile(file);
    manager.installation().dir().write("aiproject.properties", before + "\nstatus.socket = /proc/no/such/folder\n");
    const Finished said = manager.command("reload");
    CPPUNIT_ASSERT_EQUAL_MESSAGE(said.output, 1, said.code);
    CPPUNIT_ASSERT_MESSAGE(said.output, said.output.find("status.socket stays where it was") != std::string::npos);
    CPPUNIT_ASSERT_EQUAL(std::string("done in part"), json()->getObject("reload")->getValue<std::string>("state"));
    manager.installation().dir().write("aiproject.properties", before);
    CPPUNIT_ASSERT_EQUAL(0, manager.command("reload").code);
    CPPUNIT_ASSERT_EQUAL(200, page(socket, "/status").status);
}

SPEC(StatusPage, cannot_have_the_socket_of_the_manager) {
    const Installation wrong;
    wrong.dir().write("aiproject.properties", readFile(wrong.configFile()) +
                                                  "\nstatus.socket = " + wrong.dir().file("run/manager.sock") + "\n");
    const Finished said = runToEnd({programPath(), {"check", "-c", wrong.configFile()}});
    CPPUNIT_ASSERT_EQUAL(1, said.code);
    CPPUNIT_ASSERT_MESSAGE(said.output, said.output.find("is the manager's own") != std::string::npos);
}

SPEC(StatusPage, cannot_have_the_socket_of_a_pool) {
    const Installation wrong;
    wrong.dir().write("aiproject.properties", readFile(wrong.configFile()) + "\npool.status.processes = 1\n");
    const Finished said = runToEnd({programPath(), {"check", "-c", wrong.configFile()}});
    CPPUNIT_ASSERT_EQUAL(1, said.code);
    CPPUNIT_ASSERT_MESSAGE(said.output, said.output.find("pool.status.socket") != std::string::npos &&
                                            said.output.find("is status.socket as well") != std::string::npos);
}
