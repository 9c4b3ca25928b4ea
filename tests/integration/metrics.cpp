// What /metrics counts is what clients were answered, whatever becomes of workers, generations and pools.
#include "support/eventually.h"
#include "support/gated_model.h"
#include "support/manager_under_test.h"
#include "support/plugin_folder.h"
#include "support/scrape.h"
#include "support/spec.h"
#include "support/text.h"

#include <signal.h>
#include <sys/socket.h>

#include <memory>
#include <thread>
#include <vector>

using namespace aiproject::test;

namespace {

const std::string kRequests = "aiproject_requests_total";

std::string requestsOf(const std::string& route, const std::string& code) {
    return kRequests + "{route=\"" + route + "\",code=\"" + code + "\"}";
}

struct CountedRequests : CppUnit::TestCase {
    const PluginFolder plugins{{{"echo", pluginFolder()}, {"scripted", badPluginFolder()}}};
    GatedModel gated;
    ManagerUnderTest manager{gated.addedTo({{"plugins.dir", plugins.path()},
                                            {"pool.model.processes", "2"},
                                            {"pool.third.processes", "1"},
                                            {"model.counted.plugin", "scripted"},
                                            {"model.counted.script", "delta one|usage 12"},
                                            {"model.dials.plugin", "scripted"},
                                            {"model.dials.script", "stage 0|stage 3|delta one|usage 12"},
                                            {"model.late.plugin", "scripted"},
                                            {"model.late.script", "status timedOut"},
                                            {"model.broken.plugin", "scripted"},
                                            {"model.broken.script", "delta one|status failed"}})};
    const std::string uuid = manager.newUser("alice");

    Scrape metrics() const { return scrape(manager.socket("status")); }
    void chat(const std::string& model, int times, const std::string& pool = "model") const {
        for (int i = 0; i < times; ++i)
            ask(manager.socket(pool), jsonRequest("/models/" + model + "/chat", textBody(uuid, "alice", "hi")));
    }
    void load() const {
        chat("counted", 5);
        chat("late", 3);
        chat("broken", 2);
        chat("nowhere", 4);
        ask(manager.socket("model"), {"GET", "/no/such/path", "", {}});
        ask(manager.socket("model"), {"GET", "/models/echo/chat", "", {}});
        ask(manager.socket("model"), jsonRequest("/models/echo/chat", textBody("wrong", "alice", "hi")));
    }
    // After `times` of load(): a request is counted when its client has its answer, or right after that.
    bool isCounted(int times) const {
        const Scrape now = metrics();
        const std::string chat = "/models/{model}/chat";
        return now[requestsOf(chat, "0")] == 5 * times && now[requestsOf(chat, "MODEL_TIMEOUT")] == 3 * times &&
               now[requestsOf(chat, "MODEL_ERROR")] == 2 * times &&
               now[requestsOf(chat, "APP_NOT_FOUND_ERROR")] == 4 * times &&
               now[requestsOf("none", "APP_NOT_FOUND_ERROR")] == times &&
               now[requestsOf(chat, "APP_QUERY_METHOD_ERROR")] == times &&
               now[requestsOf(chat, "USER_NOT_FOUND")] == times &&
               now["aiproject_request_duration_seconds_count{route=\"" + chat + "\"}"] == 16 * times;
    }
    std::string labelsOf(const std::string& model) const {
        return "gen_ai_operation_name=\"chat\",gen_ai_provider_name=\"scripted\",gen_ai_request_model=\"" + model +
               "\"";
    }
};

}  // namespace

SPEC(CountedRequests, are_those_that_clients_saw_also_after_a_reload_and_a_death) {
    load();
    ASSERT_EVENTUALLY(isCounted(1));
    CPPUNIT_ASSERT_EQUAL(0, manager.command("reload").code);
    CPPUNIT_ASSERT(isCounted(1));
    load();
    ASSERT_EVENTUALLY(isCounted(2));
    const auto before = manager.workers("model");
    for (const pid_t worker : before) kill(worker, SIGKILL);
    ASSERT_EVENTUALLY(manager.workers("model").size() == 2 && manager.workers("model") != before);
    CPPUNIT_ASSERT(isCounted(2));
    load();
    ASSERT_EVENTUALLY(isCounted(3));
    const Scrape now = metrics();
    CPPUNIT_ASSERT_EQUAL(2.0, now["aiproject_worker_deaths_total{pool=\"model\"}"]);
    CPPUNIT_ASSERT_EQUAL(1.0, now["aiproject_reloads_total{outcome=\"done\"}"]);
    CPPUNIT_ASSERT_EQUAL(2.0, now["aiproject_generation"]);
}

SPEC(CountedRequests, of_models_have_their_times_tokens_and_ends) {
    load();
    ASSERT_EVENTUALLY(isCounted(1));
    const Scrape now = metrics();
    const std::string duration = "gen_ai_client_operation_duration_seconds_count";
    CPPUNIT_ASSERT_EQUAL(5.0, now[duration + "{" + labelsOf("counted") + "}"]);
    CPPUNIT_ASSERT_EQUAL(3.0, now[duration + "{" + labelsOf("late") + ",error_type=\"timeout\"}"]);
    CPPUNIT_ASSERT_EQUAL(2.0, now[duration + "{" + labelsOf("broken") + ",error_type=\"error\"}"]);
    CPPUNIT_ASSERT_EQUAL(10.0, now.sum(duration));
    const std::string first = "gen_ai_client_operation_time_to_first_chunk_seconds_count";
    CPPUNIT_ASSERT_EQUAL(0.0, now.sum(first));  // none of them was a stream
    const double tokens = now.sum("aiproject_tokens_total", labelsOf("counted"));
    CPPUNIT_ASSERT_EQUAL(60.0, tokens);  // what the model told
    CPPUNIT_ASSERT_EQUAL(tokens, now.sum("gen_ai_client_token_usage_sum", labelsOf("counted")));
    for (const std::string model : {"counted", "broken"})
        ask(manager.socket("model"), jsonRequest("/models/" + model + "/stream", textBody(uuid, "alice", "hi")));
    ASSERT_EVENTUALLY(metrics().sum("aiproject_tokens_total", labelsOf("broken")) > 0);  // estimated
    CPPUNIT_ASSERT_EQUAL(0.0, metrics().sum("gen_ai_client_token_usage_sum", labelsOf("broken")));
    ASSERT_EVENTUALLY(metrics()[first + "{" + labelsOf("counted") + "}"] == 1);
    const std::string connections = "aiproject_model_connections_total";
    chat("dials", 2);
    ASSERT_EVENTUALLY(metrics()[connections + "{" + labelsOf("dials") + "}"] == 2);
    CPPUNIT_ASSERT_EQUAL(2.0, metrics().sum(connections));
}

SPEC(CountedRequests, stay_when_a_reload_removes_their_pool) {
    chat("counted", 6, "third");
    ASSERT_EVENTUALLY(metrics()[requestsOf("/models/{model}/chat", "0")] == 6);
    const double starts = metrics()["aiproject_worker_starts_total{pool=\"third\"}"];
    const std::string file = manager.installation().configFile();
    std::string text = readFile(file);
    const std::string line = "pool.third.processes = 1";
    const auto at = text.find(line);
    CPPUNIT_ASSERT_MESSAGE(text, at != std::string::npos);
    text.erase(at, line.size());
    manager.installation().dir().write("aiproject.properties", text);
    CPPUNIT_ASSERT_EQUAL(0, manager.command("reload").code);
    ASSERT_EVENTUALLY(manager.status()->getArray("pools")->size() == 3);
    const Scrape now = metrics();
    CPPUNIT_ASSERT_EQUAL(6.0, now[requestsOf("/models/{model}/chat", "0")]);
    CPPUNIT_ASSERT_EQUAL(starts, now["aiproject_worker_starts_total{pool=\"third\"}"]);
    CPPUNIT_ASSERT(!now.has("aiproject_threads{pool=\"third\"}"));
}

SPEC(CountedRequests, lose_none_of_two_workers_and_many_clients_at_once) {
    constexpr int clients = 6, each = 20;
    std::vector<std::thread> threads;
    threads.reserve(clients);
    for (int i = 0; i < clients; ++i) threads.emplace_back([&] { chat("counted", each); });
    for (std::thread& thread : threads) thread.join();
    ASSERT_EVENTUALLY(metrics()[requestsOf("/models/{model}/chat", "0")] == clients * each);
    CPPUNIT_ASSERT_EQUAL(double(clients * each),
                         metrics()["gen_ai_client_operation_duration_seconds_count{" + labelsOf("counted") + "}"]);
}

SPEC(CountedRequests, in_progress_are_gauges_that_go_back) {
    const auto stream = gated.stream(manager.socket("model"), uuid);
    const std::string calls = "aiproject_calls_in_progress{pool=\"model\"}";
    CPPUNIT_ASSERT_EQUAL(1.0, metrics()[calls]);
    CPPUNIT_ASSERT_EQUAL(2.0, metrics()["aiproject_workers{pool=\"model\",state=\"ready\"}"]);
    for (const pid_t worker : manager.workers("model")) kill(worker, SIGKILL);
    ASSERT_EVENTUALLY(metrics()[calls] == 0);
}

SPEC(CountedRequests, that_found_no_room_are_refused_and_counted) {
    manager.installation();  // the pool of this test is its own:
    const ManagerUnderTest small(
        gated.addedTo({{"plugins.dir", plugins.path()},
                       {"pool.model.processes", "1"},
                       {"pool.model.threads", "1"},
                       {"pool.model.queue_ms", atOurPace(std::chrono::seconds(1), std::chrono::seconds(60))}}));
    const std::string user = small.newUser("alice");
    const auto busy = gated.stream(small.socket("model"), user);
    const auto now = [&] { return scrape(small.socket("status")); };
    const auto late = [&] { return now()["aiproject_queue_refused_total{reason=\"late\"}"]; };
    const double before = late();  // a slow machine may have refused that stream first
    const auto answer = ask(small.socket("model"), jsonRequest("/models/echo/chat", textBody(user, "alice", "hi")));
    CPPUNIT_ASSERT_MESSAGE(answer.body, answer.body.find("MODEL_BUSY") != std::string::npos);
    ASSERT_EVENTUALLY(late() > before);
    ASSERT_EVENTUALLY(now()[requestsOf("/models/{model}/chat", "MODEL_BUSY")] == 1);
    gated.open();
    CPPUNIT_ASSERT(GatedModel::isWhole(busy->read()));
}
