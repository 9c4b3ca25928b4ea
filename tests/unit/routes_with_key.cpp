// Calls that come with an API key, from the path to the ledger.
#include "support/eventually.h"
#include "support/spec.h"
#include "unit/expect.h"
#include "unit/host_fixture.h"
#include "unit/site.h"
#include "upkeep/housekeeping.h"

#include <string>
#include <thread>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

struct WithKey : CppUnit::TestCase {
    Site site{[](Config& config) {
        config.models["priced"] = playing("delta Hi|usage 43");
        config.models["endless"] = playing("delta Hi|hang 3600000|status stopped");
        config.log.level = LogLevel::debug;
    }};

    std::string made(const std::string& more = {}) const {
        const ScriptedExchange answer =
            site.post("/auth/keys", R"({"uuid":")" + site.ann.uuid + R"(","username":"ann")" + more + "}");
        return assertSucceeded(answer)->getValue<std::string>("key");
    }
    static ScriptedExchange question(const std::string& token, const std::string& model, const std::string& more = {}) {
        ScriptedExchange exchange(
            "POST", "/v1/chat/completions",
            R"({"model":")" + model + R"(","messages":[{"role":"user","content":"Hello"}])" + more + "}");
        exchange.sent.authorization = "Bearer " + token;
        return exchange;
    }
    void assertAnswers(int status, const std::string& token, const std::string& model = "priced",
                       const std::string& part = {}) const {
        ScriptedExchange exchange = question(token, model);
        site.serve(exchange);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(exchange.text(), status, exchange.head->status);
        assertSays(exchange.text(), part);
    }
};

SPEC(WithKey, are_in_the_ledger_with_it) {
    assertAnswers(200, made());
    assertAnswers(200, site.ann.uuid);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), site.number("SELECT COUNT(*) FROM ledger WHERE key_id = 1 AND tokens = 43"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), site.number("SELECT COUNT(*) FROM ledger WHERE key_id = 0"));
}

SPEC(WithKey, reach_the_models_that_it_names_alone) {
    const std::string key = made(R"(,"models":["echo"])");
    assertAnswers(200, key, "echo");
    assertAnswers(403, key, "priced", "model_not_allowed");
    ScriptedExchange list("GET", "/v1/models");
    list.sent.authorization = "Bearer " + key;
    site.serve(list);
    assertSays(list.text(), R"("echo")");
    assertSilentOf(list.text(), "priced");
}

SPEC(WithKey, are_refused_once_it_is_revoked_or_has_ended_or_is_spent) {
    for (const char* terms : {"", R"(,"tokens":1000)"}) {
        const std::string key = made(terms);
        for (int i = 0; i < 2; ++i) assertAnswers(200, key);
        site.sql("UPDATE api_keys SET ends_ms = 5");
        for (int i = 0; i < 2; ++i) assertAnswers(401, key, "priced", "invalid_api_key");
        site.sql("UPDATE api_keys SET ends_ms = 0");
        assertAnswers(200, key);
        site.sql("UPDATE api_keys SET revoked_ms = 5");
        for (int i = 0; i < 2; ++i) assertAnswers(401, key, "priced", "invalid_api_key");
    }
    const std::string key = made(R"(,"tokens":50)");
    for (int i = 0; i < 2; ++i) assertAnswers(200, key);
    assertAnswers(429, key, "priced", "insufficient_quota");
}

// Where something is reserved, that asks for the key as well.
SPEC(WithKey, look_for_it_once) {
    const std::string key = made(R"(,"tokens":1000)");
    assertAnswers(200, key);
    site.sql("UPDATE api_keys SET hash = 'nobody looks for it'");
    assertAnswers(200, key);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(86), site.number("SELECT tokens_used FROM api_keys"));
}

SPEC(WithKey, end_while_they_run_when_it_is_revoked) {
    ScriptedExchange stream = question(made(), "endless", R"(,"stream":true)");
    Log log{site.config().log, "housekeeping"};
    const Housekeeping housekeeping(
        site.database(), site.billing(), site.config(),
        {[this] { return site.calls().owners(); }, [this](const CallOwner& owner) { site.calls().revoke(owner); }}, log,
        {20ms, 20ms, 20ms, 20ms});
    std::thread caller([&] { site.serve(stream); });
    const bool hasBegun = eventually([&] { return site.calls().owners().size() == 1; });
    site.sql("UPDATE users SET epoch = epoch + 1");  // the uuid's end is not the key's
    site.sql("UPDATE api_keys SET revoked_ms = 5");
    caller.join();
    CPPUNIT_ASSERT(hasBegun);
    assertSays(stream.text(), R"("error")");
    assertSilentOf(stream.text(), "[DONE]");
    assertSays(site.log(), "user 1 with key 1 may no longer call");
}

}  // namespace
