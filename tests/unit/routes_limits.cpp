// What a client is told when it asks too often, and what the log says of attempts.
#include "support/spec.h"
#include "unit/expect.h"
#include "unit/host_fixture.h"
#include "unit/site.h"

#include <string>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

struct Limits : CppUnit::TestCase {
    Site site{[](Config& config) {
        config.limits.userCallsPerMinute = 2;
        config.models["shaky"] = playing("fails 1 unavailable|delta Hi");
        config.models["down"] = playing("status unavailable");
        config.retry.backoff = std::chrono::milliseconds(1);
    }};
    const SignIn ben = site.registered("ben");

    ScriptedExchange ask(const SignIn& signIn, const std::string& path = "/textModel/chat") const {
        return site.post(path, questionOf(signIn, "Hello"));
    }
    ScriptedExchange speak(const std::string& address) const {
        ScriptedExchange exchange("POST", "/voiceModel/chat", "\1\2\3\4");
        exchange.sent.remoteAddress = address;
        site.serve(exchange);
        return exchange;
    }
    void spend(const SignIn& signIn) const {
        for (int i = 0; i < 2; ++i) assertSucceeded(ask(signIn));
    }
};

SPEC(Limits, tell_a_user_when_to_come_back) {
    spend(site.ann);
    const ScriptedExchange refused = ask(site.ann);
    assertRefused(refused, "TOO_MANY_REQUESTS");
    const int wait = refused.json()->getValue<int>("retry_after");
    CPPUNIT_ASSERT(wait >= 1 && wait <= 30);
    CPPUNIT_ASSERT_EQUAL(""s, refused.header("Retry-After"));
    assertRefused(ask(site.ann, "/textModel/stream"), "TOO_MANY_REQUESTS");
    assertSucceeded(ask(ben));
}

SPEC(Limits, are_semantic_where_the_status_is) {
    spend(site.ann);
    const ScriptedExchange refused = ask(site.ann, "/models/echo/chat");
    CPPUNIT_ASSERT_EQUAL(429, refused.head->status);
    CPPUNIT_ASSERT_EQUAL(std::to_string(refused.json()->getValue<int>("retry_after")), refused.header("Retry-After"));
}

SPEC(Limits, are_the_addresss_without_an_account) {
    for (int i = 0; i < 2; ++i) assertSucceeded(speak("192.0.2.1"));
    assertRefused(speak("192.0.2.1"), "TOO_MANY_REQUESTS");
    assertSucceeded(speak("192.0.2.2"));
}

SPEC(Limits, come_after_the_quota) {
    site.sql("UPDATE users SET tokens = 0");
    for (int i = 0; i < 5; ++i) assertRefused(ask(site.ann), "TOKEN_NOT_ENOUGH");
    site.sql("UPDATE users SET tokens = -1");
    spend(site.ann);
}

SPEC(Limits, count_calls_that_failed_in_a_model) {
    for (int i = 0; i < 2; ++i) CPPUNIT_ASSERT_EQUAL(502, ask(site.ann, "/models/down/chat").head->status);
    assertSays(site.lastLogLine(), " attempts=2 reason=");
    assertRefused(ask(site.ann), "TOO_MANY_REQUESTS");
}

SPEC(Limits, let_the_log_say_how_often_a_model_was_asked) {
    CPPUNIT_ASSERT_EQUAL(200, ask(site.ann, "/models/shaky/chat").head->status);
    assertSays(site.lastLogLine(), " attempts=2");
    ask(site.ann, "/models/shaky/chat");
    assertSilentOf(site.lastLogLine(), "attempts=");
}

}  // namespace
