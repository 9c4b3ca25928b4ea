// A peer that is slow in one phase makes that phase the largest in the log's line of the request.
#include "support/eventually.h"
#include "support/gated_model.h"
#include "support/model_settings.h"
#include "support/plugin_folder.h"
#include "support/silent_server.h"
#include "support/spec.h"
#include "support/worker_under_test.h"
#include "upstream/simulator.h"

#include <Poco/Data/SQLite/Connector.h>
#include <Poco/Data/Session.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>

using namespace aiproject::test;
using namespace std::chrono_literals;
using namespace std::string_literals;
using aiproject::upstream::FaultKind;
using aiproject::upstream::Simulator;

namespace {

struct SlowLog : CppUnit::TestCase {
    Simulator simulator;
    std::unique_ptr<WorkerUnderTest> worker;
    std::string ann;

    void start(const Settings& more = {}) {
        Settings settings = settingsForAll(simulator);
        settings["log.slow_ms"] = "400";
        settings["retry.attempts"] = "1";
        settings["timeout.connect_ms"] = "1000";
        settings["model.gpt.plugin"] = "openai";
        settings["model.gpt.url"] = simulator.openAiUrl();
        settings["model.gpt.api_key"] = aiproject::upstream::Options().openAiKey;
        settings["model.gpt.model"] = "sim-chat";
        for (const auto& [key, value] : more) settings[key] = value;
        worker = std::make_unique<WorkerUnderTest>(settings);
        ann = worker->newUser("ann");
    }
    void ask(const std::string& path) const { worker->post(path, textBody(ann, "ann", "good morning, slow world")); }
    std::string slowLine() const {
        const std::string log = worker->log();
        const auto at = log.rfind(" slow id=");
        if (at == std::string::npos) return {};
        return log.substr(at, log.find('\n', at) - at);
    }
    void assertMost(const std::string& path, const std::string& phase) const {
        CPPUNIT_ASSERT_MESSAGE(worker->log(),
                               eventually([&] { return slowLine().find("path=" + path + " ") != std::string::npos; }));
        CPPUNIT_ASSERT_MESSAGE(slowLine(), slowLine().find(" most=" + phase + " ") != std::string::npos);
    }
};

SPEC(SlowLog, names_an_upstream_that_does_not_take_connections) {
    const FullServer full;
    start({{"model.spark_chat.url", "ws://127.0.0.1:" + std::to_string(full.port()) + "/v3.5/chat"}});
    ask("/textModel/stream");
    assertMost("/textModel/stream", "connect");
}

SPEC(SlowLog, names_a_tls_handshake_that_does_not_end) {
    const SilentServer silent;
    start({{"model.spark_chat.url", "wss://127.0.0.1:" + std::to_string(silent.port()) + "/v3.5/chat"}});
    ask("/textModel/stream");
    assertMost("/textModel/stream", "tls");
}

SPEC(SlowLog, names_an_upgrade_that_is_not_answered) {
    start();
    simulator.setFault({FaultKind::hangBeforeUpgrade, 0, "", {}});
    ask("/textModel/chat");
    assertMost("/textModel/chat", "upgrade");
}

SPEC(SlowLog, names_a_first_frame_that_is_late) {
    start();
    simulator.setFault({FaultKind::late, 0, "", 1s});
    ask("/models/gpt/stream");
    assertMost("/models/gpt/stream", "first_frame");
    CPPUNIT_ASSERT_MESSAGE(slowLine(), slowLine().find(" connect_ms=") != std::string::npos);
}

SPEC(SlowLog, names_frames_that_are_far_apart) {
    start();
    simulator.setFault({FaultKind::slow, 0, "", 200ms});
    ask("/textModel/stream");
    assertMost("/textModel/stream", "frames");
    for (const std::string word : {"body", "queue", "account", "reservation", "connect", "upgrade", "settle", "end"})
        CPPUNIT_ASSERT_MESSAGE(slowLine(), slowLine().find(" " + word + "_ms=") != std::string::npos);
}

SPEC(SlowLog, names_a_database_that_does_not_take_a_reservation) {
    start({{"auth.new_tokens", "1000000"}, {"database.timeout_ms", "30000"}});
    Poco::Data::SQLite::Connector::registerConnector();
    Poco::Data::Session lock("SQLite", worker->installation().dir().file("accounts.db"));
    lock << "BEGIN IMMEDIATE", Poco::Data::Keywords::now;
    FastcgiClient client(worker->socket());
    client.send(jsonRequest("/textModel/chat", textBody(ann, "ann", "hi")));
    std::this_thread::sleep_for(3s);
    lock << "COMMIT", Poco::Data::Keywords::now;
    CPPUNIT_ASSERT(client.read().complete);
    assertMost("/textModel/chat", "reservation");
}

SPEC(SlowLog, names_a_database_that_does_not_take_a_bill) {
    const PluginFolder plugins{{{"scripted", badPluginFolder()}}};
    const GatedModel gated;
    worker = std::make_unique<WorkerUnderTest>(gated.addedTo({{"plugins.dir", plugins.path()},
                                                              {"log.slow_ms", "400"},
                                                              {"database.timeout_ms", "30000"},
                                                              {"route.text", "gated"},
                                                              {"route.voice", ""},
                                                              {"route.picture", ""}}));
    const auto stream = gated.stream(worker->socket(), worker->newUser("alice"));
    Poco::Data::SQLite::Connector::registerConnector();
    Poco::Data::Session lock("SQLite", worker->installation().dir().file("accounts.db"));
    lock << "BEGIN IMMEDIATE", Poco::Data::Keywords::now;
    gated.open();
    std::this_thread::sleep_for(3s);
    lock << "COMMIT", Poco::Data::Keywords::now;
    CPPUNIT_ASSERT(stream->read().complete);
    assertMost("/models/gated/stream", "settle");
}

SPEC(SlowLog, names_a_web_server_that_sends_its_request_in_parts) {
    start();
    const std::string records = FastcgiClient::records(jsonRequest("/textModel/chat", textBody(ann, "ann", "hi")));
    FastcgiClient client(worker->socket());
    client.sendRaw(records.substr(0, records.size() - 9));
    std::this_thread::sleep_for(1s);
    client.sendRaw(records.substr(records.size() - 9));
    CPPUNIT_ASSERT(client.read().complete);
    assertMost("/textModel/chat", "body");
}

SPEC(SlowLog, names_a_client_that_reads_slowly) {
    const PluginFolder plugins{{{"follows", badPluginFolder()}}};
    worker = std::make_unique<WorkerUnderTest>(Settings{{"plugins.dir", plugins.path()},
                                                        {"log.slow_ms", "400"},
                                                        {"route.text", "long"},
                                                        {"route.voice", "long"},
                                                        {"route.picture", "long"},
                                                        {"model.long.plugin", "follows"},
                                                        {"model.long.pieces", "60"},
                                                        {"model.long.size", "20000"}});
    ann = worker->newUser("ann");
    FastcgiClient client(worker->socket());
    client.send(jsonRequest("/textModel/stream", textBody(ann, "ann", "hi")));
    CPPUNIT_ASSERT(client.readUntil("\"status\":"));
    std::this_thread::sleep_for(2s);
    CPPUNIT_ASSERT(client.read().complete);
    assertMost("/textModel/stream", "client");
}

}  // namespace
