// What is billed, seen from outside: worker processes, upstreams that report, break, hang and lie, clients that leave,
// databases that are locked, workers that are killed.
#include "integration/administer.h"
#include "support/books.h"
#include "support/eventually.h"
#include "support/gated_model.h"
#include "support/manager_under_test.h"
#include "support/model_settings.h"
#include "support/plugin_folder.h"
#include "support/spec.h"
#include "upstream/simulator.h"

#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <signal.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

using namespace aiproject::test;
using aiproject::upstream::FaultKind;
using aiproject::upstream::Simulator;
using namespace std::chrono_literals;

namespace {

const std::string kWords = "twenty four characters!!";  // so many tokens, says the simulator

struct Bills : CppUnit::TestCase {
    const PluginFolder plugins{
        {{"echo", pluginFolder()}, {"spark_chat", pluginFolder()}, {"scripted", badPluginFolder()}}};
    Simulator upstream;
    std::unique_ptr<WorkerUnderTest> worker;
    std::unique_ptr<Books> books;
    std::string ann;

    void start(const Settings& more = {}) {
        Settings settings{{"plugins.dir", plugins.path()},
                          {"auth.new_tokens", Books::allowance()},
                          {"route.text", "spark_chat"},
                          {"retry.attempts", "1"}};
        leadTo(upstream.url("/v3.5/chat"), "spark_chat", settings);
        for (const auto& [key, value] : more) settings[key] = value;
        worker = std::make_unique<WorkerUnderTest>(settings);
        books = std::make_unique<Books>(worker->installation());
        ann = worker->newUser("ann");
    }
    void play(FaultKind kind, int pauseMs = 0) {
        aiproject::upstream::Fault fault;
        fault.kind = kind;
        fault.pause = std::chrono::milliseconds(pauseMs);
        upstream.setFault(fault);
    }
    FastcgiAnswer ask(const std::string& path) { return worker->post(path, textBody(ann, "ann", kWords)); }
    // Reads a frame, and goes.
    void leave() {
        FastcgiClient client(worker->socket());
        client.send(jsonRequest("/textModel/stream", textBody(ann, "ann", kWords)));
        CPPUNIT_ASSERT(client.readUntil("\n"));
        client.close();
    }
    void assertOneRow(const std::string& where) {
        ASSERT_EVENTUALLY(books->rows("1 = 1") == 1);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(where, std::int64_t(1), books->rows(where));
        books->assertAgree();
    }
};

}  // namespace

SPEC(Bills, of_a_model_with_several_accounts_are_its_own_and_one_that_is_refused_rests) {
    start({{"model.spark_chat.accounts", "wrong,right"},
           {"model.spark_chat.account.wrong.api_secret", "not-the-secret-of-this-account"}});
    for (int i = 0; i < 3; ++i) assertSays(ask("/textModel/chat").body, "\"code\":0");
    CPPUNIT_ASSERT_EQUAL(std::int64_t(3), books->rows("model = 'spark_chat' AND outcome = 'complete'"));
    const std::string rests =
        "model spark_chat/wrong: its upstream says misconfigured; the other accounts are asked for 600000 ms";
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), countOf(worker->log(), rests));
    books->assertAgree();
}

SPEC(Bills, are_what_the_upstream_reports_of_a_whole_answer) {
    start();
    const FastcgiAnswer chat = ask("/textModel/chat");
    CPPUNIT_ASSERT(chat.body.find("\"consume_token\":48") != std::string::npos);
    assertOneRow(
        "outcome = 'complete' AND basis = 'reported' AND tokens = 48 AND tokens_in = 24 AND tokens_out = 24"
        " AND charged_tokens = 48 AND upstream_id <> ''");
    CPPUNIT_ASSERT(ask("/textModel/stream").body.find("\"total_tokens\":48") != std::string::npos);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(2), books->rows("tokens = 48"));  // it is there when the last frame is
}

SPEC(Bills, are_nothing_for_an_upstream_that_fails_before_its_first_frame) {
    start();
    play(FaultKind::dropBeforeFrame);
    ask("/textModel/stream");
    assertOneRow("outcome = 'failed' AND basis = 'none' AND tokens = 0 AND charged_tokens = 0");
}

SPEC(Bills, are_an_estimate_for_an_upstream_that_breaks_or_hangs_after_it) {
    start({{"timeout.idle_frame_ms", "500"}});
    play(FaultKind::dropMidAnswer);
    ask("/textModel/stream");
    assertOneRow(
        "outcome = 'broken' AND basis = 'estimated' AND tokens > 0 AND tokens < 24 AND charged_tokens = tokens");
    play(FaultKind::hangMidAnswer);
    ask("/textModel/stream");
    CPPUNIT_ASSERT_EQUAL(std::int64_t(2), books->rows("outcome = 'broken' AND basis = 'estimated'"));
    books->assertAgree();
}

SPEC(Bills, are_an_estimate_for_an_upstream_that_lies) {
    start(
        {{"model.liar.plugin", "scripted"}, {"model.liar.script", "delta Hi|usage 99999999"}, {"route.text", "liar"}});
    ask("/textModel/chat");
    assertOneRow("outcome = 'complete' AND basis = 'estimated' AND tokens > 0 AND tokens < 24");
    CPPUNIT_ASSERT(worker->log().find("is not believed") != std::string::npos);
}

SPEC(Bills, are_an_estimate_of_what_was_delivered_to_a_client_that_left) {
    start();
    play(FaultKind::slow, 1'500);
    leave();
    assertOneRow("outcome = 'client_left' AND basis = 'estimated' AND tokens > 0 AND tokens < 24");
}

SPEC(Bills, are_what_the_upstream_reports_to_a_worker_that_drains) {
    start({{"billing.on_client_gone", "drain"}});
    play(FaultKind::slow, 1'500);
    leave();
    assertOneRow("outcome = 'client_left' AND basis = 'reported' AND tokens = 48 AND charged_tokens = 48");
}

SPEC(Bills, are_none_for_a_call_that_the_database_has_no_time_to_hold_and_it_may_come_back) {
    start({{"database.timeout_ms", atOurPace(300ms, 5s)}});
    books->locked([&] {
        const FastcgiAnswer documented = ask("/textModel/stream"), other = ask("/models/spark_chat/chat");
        for (const auto* answer : {&documented, &other}) {
            CPPUNIT_ASSERT_MESSAGE(answer->body, answer->body.find(R"("code":"MODEL_BUSY")") != std::string::npos);
            CPPUNIT_ASSERT_MESSAGE(answer->body, answer->body.find(R"("retry_after":2)") != std::string::npos);
        }
        CPPUNIT_ASSERT_EQUAL(200, documented.status);
        CPPUNIT_ASSERT_EQUAL(503, other.status);
        CPPUNIT_ASSERT_EQUAL(std::string("2"), other.headers.at("retry-after"));
    });
    CPPUNIT_ASSERT(worker->log().find("locked by another process for too long") != std::string::npos);
    // What has waited as well may keep the database for another moment.
    ASSERT_EVENTUALLY(ask("/textModel/chat").body.find("\"code\":0") != std::string::npos);
    assertOneRow("outcome = 'complete'");
}

namespace {

// A manager with one model worker, whose model answers when it may.
struct BillsOfTheDead : CppUnit::TestCase {
    const PluginFolder plugins{{{"echo", pluginFolder()}, {"scripted", badPluginFolder()}}};
    GatedModel gated;
    ManagerUnderTest manager{gated.addedTo(
        {{"plugins.dir", plugins.path()}, {"pool.model.processes", "1"}, {"auth.new_tokens", Books::allowance()}})};
    Books books{manager.installation()};
    const std::string ann = manager.newUser("ann");

    std::unique_ptr<FastcgiClient> stream() { return gated.stream(manager.socket("model"), ann, "ann"); }
};

}  // namespace

SPEC(BillsOfTheDead, are_the_question_and_what_was_passed_on_before_a_worker_was_killed) {
    const auto lost = stream();
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), books.number("SELECT COUNT(*) FROM reservations"));
    kill(manager.workers("model").at(0), SIGKILL);
    lost->read();
    ASSERT_EVENTUALLY(books.number("SELECT COUNT(*) FROM reservations") == 0);
    books.assertAgree();
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), books.rows("outcome = 'lost' AND basis = 'estimated' AND tokens_in > 0 AND"
                                                     " tokens_out > 0 AND charged_tokens = tokens_in + tokens_out"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), books.rows("1 = 1"));
}

SPEC(BillsOfTheDead, lose_nothing_when_the_database_is_locked_and_the_worker_killed) {
    constexpr std::size_t streams = 5;
    std::vector<std::unique_ptr<FastcgiClient>> clients(streams);
    for (auto& client : clients) client = stream();
    books.locked([&] {
        gated.open();
        for (auto& client : clients) CPPUNIT_ASSERT(client->read().complete);
        CPPUNIT_ASSERT_EQUAL(streams, books.spooled());
        kill(manager.workers("model").at(0), SIGKILL);
    });
    ASSERT_EVENTUALLY(books.rows("outcome = 'complete'") == std::int64_t(streams));
    ASSERT_EVENTUALLY(books.spooled() == 0);
    books.assertAgree();
}

SPEC(BillsOfTheDead, need_no_death_to_end_the_stream_of_a_disabled_user) {
    const auto running = stream();
    books.change("UPDATE users SET disabled = 1");
    const FastcgiAnswer answer = running->read();
    CPPUNIT_ASSERT(answer.complete && answer.body.find("\"code\":403") != std::string::npos);
    ASSERT_EVENTUALLY(books.rows("outcome = 'broken'") == 1);
    books.assertAgree();
}
