// Comments in the silence of a stream.
#include "support/eventually.h"
#include "support/spec.h"
#include "support/temp_dir.h"
#include "unit/expect.h"
#include "unit/openai_client.h"

#include <fstream>
#include <string>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

const std::string kComment = ": keep-alive\n\n";

struct Comments : OpenAiClient {
    static Site::Change silent(const std::string& script, std::chrono::milliseconds firstFrame = 1s) {
        return [=](Config& config) {
            answering(script)(config);
            config.timeouts.comment = 1ms;
            config.timeouts.firstFrame = firstFrame;
        };
    }
    static ScriptedExchange streaming(const Site& site) {
        ScriptedExchange exchange("POST", kChat, asking(R"(,"stream":true)"));
        exchange.sent.authorization = "Bearer " + site.ann.uuid;
        return exchange;
    }
};

SPEC(Comments, tell_a_client_again_and_again_that_its_stream_lives) {
    const Site site(silent("follow|hang 1", kPatience));
    ScriptedExchange exchange = streaming(site);
    exchange.takesWrites = 3;
    site.serve(exchange);
    CPPUNIT_ASSERT_EQUAL(kComment + kComment + kComment, exchange.text());
    CPPUNIT_ASSERT_EQUAL("text/event-stream; charset=utf-8"s, exchange.head->contentType);
    assertSays(site.lastLogLine(), "code=CLIENT_LEFT");
}

SPEC(Comments, are_followed_by_an_error_when_nothing_comes_after_all) {
    const Site site(silent("follow|hang 1"));
    ScriptedExchange exchange = streaming(site);
    site.serve(exchange);
    CPPUNIT_ASSERT_EQUAL(kComment, exchange.writes.front());
    assertSays(exchange.writes.back(), R"(data: {"error":{"message":)");
    assertSays(exchange.writes.back(), R"("code":"timeout")");
    CPPUNIT_ASSERT_EQUAL(std::string::npos, exchange.text().find("[DONE]"));
}

SPEC(Comments, come_while_a_model_blocks_and_its_answer_follows_them) {
    const TempDir dir;
    const std::string awaited = dir.file("awaited");
    const Site site(silent("await " + awaited + "|delta Hi", kPatience));
    ScriptedExchange exchange = streaming(site);
    exchange.onWrite = [&] { std::ofstream{awaited}; };
    site.serve(exchange);
    CPPUNIT_ASSERT_EQUAL(kComment, exchange.writes.front());
    CPPUNIT_ASSERT_EQUAL(1, exchange.starts);
    CPPUNIT_ASSERT_EQUAL("text/event-stream; charset=utf-8"s, exchange.head->contentType);
    const std::string all = exchange.text();
    CPPUNIT_ASSERT_MESSAGE(all, all.find(R"("content":"Hi")") != std::string::npos);
    CPPUNIT_ASSERT_MESSAGE(all, all.find("data: [DONE]") != std::string::npos);
}

SPEC(Comments, before_a_model_that_blocks_and_fails_make_its_error_an_event) {
    const TempDir dir;
    const std::string awaited = dir.file("awaited");
    for (const std::string& script : {"await " + awaited + "|status failed", "hang 3000|delta x"s}) {
        const Site site(silent(script));
        ScriptedExchange exchange = streaming(site);
        exchange.onWrite = [&] { std::ofstream{awaited}; };
        site.serve(exchange);
        CPPUNIT_ASSERT_EQUAL(kComment, exchange.writes.front());
        assertSays(exchange.writes.back(), R"(data: {"error":{"message":)");
        CPPUNIT_ASSERT_EQUAL(200, exchange.head->status);
        CPPUNIT_ASSERT_EQUAL(1, exchange.starts);
    }
    const Site quick([](Config& config) {
        silent("status failed")(config);
        config.timeouts.comment = 1h;
    });
    assertFault(post(quick, asking(R"(,"stream":true)")), 502, "null");
}

SPEC(Comments, do_not_come_to_clients_of_the_documented_dialect) {
    const Site site(silent("follow|hang 1"));
    const Site blocking(silent("hang 300|delta x"));
    for (const Site* each : {&site, &blocking}) {
        ScriptedExchange exchange("POST", "/models/m/stream", questionOf(each->ann, "Hello"));
        exchange.sent.accept = "text/event-stream";
        each->serve(exchange);
        CPPUNIT_ASSERT_EQUAL(504, exchange.head->status);
    }
}

}  // namespace
