// Comments in the silence of a stream.
#include "support/spec.h"
#include "unit/expect.h"
#include "unit/openai_client.h"

#include <string>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

const std::string kComment = ": keep-alive\n\n";

struct Comments : OpenAiClient {
    static Site::Change silent(const std::string& script) {
        return [script](Config& config) {
            answering(script)(config);
            config.timeouts.comment = 1ms;
            config.timeouts.firstFrame = 1s;
        };
    }
    static ScriptedExchange streaming(const Site& site) {
        ScriptedExchange exchange("POST", kChat, asking(R"(,"stream":true)"));
        exchange.sent.authorization = "Bearer " + site.ann.uuid;
        return exchange;
    }
};

SPEC(Comments, tell_a_client_again_and_again_that_its_stream_lives) {
    const Site site(silent("follow|hang 1"));
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

SPEC(Comments, do_not_come_to_clients_of_the_documented_dialect) {
    const Site site(silent("follow|hang 1"));
    ScriptedExchange exchange("POST", "/models/m/stream", questionOf(site.ann, "Hello"));
    exchange.sent.accept = "text/event-stream";
    site.serve(exchange);
    CPPUNIT_ASSERT_EQUAL(504, exchange.head->status);
}

}  // namespace
