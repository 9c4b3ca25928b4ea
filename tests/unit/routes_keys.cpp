// /auth/keys: users make, list and revoke their own.
#include "support/eventually.h"
#include "support/joining_threads.h"
#include "support/spec.h"
#include "unit/expect.h"
#include "unit/host_fixture.h"
#include "unit/site.h"

#include <Poco/JSON/Array.h>

#include <string>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

struct KeyRoutes : CppUnit::TestCase {
    Site site;

    ScriptedExchange as(const SignIn& who, const std::string& path, const std::string& more = {}) const {
        return site.post(path, R"({"uuid":")" + who.uuid + R"(","username":")" + who.user.name + R"(")" + more + "}");
    }
    Poco::JSON::Object::Ptr made(const std::string& more = {}) const {
        return assertSucceeded(as(site.ann, "/auth/keys", more));
    }
    Poco::JSON::Array::Ptr listed() const {
        ScriptedExchange exchange("GET", "/auth/keys");
        exchange.sent.uuid = site.ann.uuid;
        exchange.sent.username = "ann";
        return assertSucceeded(site.serve(exchange))->getArray("keys");
    }
    static void assertFailed(const ScriptedExchange& answer, int status) {
        CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.text(), status, answer.head->status);
    }
};

SPEC(KeyRoutes, make_a_key_and_list_it_without_its_secret) {
    const auto key = made(R"(,"name":"laptop","models":["echo"],"ends":"2999-12-31","tokens":500,"refill":"day")");
    CPPUNIT_ASSERT_EQUAL(std::size_t(51), key->getValue<std::string>("key").size());
    const auto shown = listed()->getObject(0);
    CPPUNIT_ASSERT_EQUAL(key->getValue<int>("id"), shown->getValue<int>("id"));
    CPPUNIT_ASSERT_EQUAL("laptop"s, shown->getValue<std::string>("name"));
    CPPUNIT_ASSERT_EQUAL("3000-01-01T00:00:00Z"s, shown->getValue<std::string>("ends"));
    CPPUNIT_ASSERT_EQUAL(500, shown->getValue<int>("tokens"));
    CPPUNIT_ASSERT(!shown->has("key") && shown->isNull("lastUsed"));
}

SPEC(KeyRoutes, make_one_of_nothing_but_the_user) {
    const auto key = made(R"(,"name":null,"models":null,"tokens":null)");
    CPPUNIT_ASSERT_EQUAL(-1, key->getValue<int>("tokens"));
    CPPUNIT_ASSERT(key->isNull("ends"));
}

SPEC(KeyRoutes, refuse_wrong_terms) {
    for (const char* wrong :
         {R"(,"tokens":"5")", R"(,"tokens":1.5)", R"(,"tokens":-2)", R"(,"models":"echo")", R"(,"models":[1])",
          R"(,"models":["a b"])", R"(,"ends":"soon")", R"(,"ends":"2001-01-01")", R"(,"ends":5)", R"(,"refill":"week")",
          R"(,"refill":"day")", R"(,"name":[])"})
        assertFailed(as(site.ann, "/auth/keys", wrong), 400);
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), listed()->size());
}

SPEC(KeyRoutes, refuse_models_that_nobody_has_and_say_which_there_are) {
    const ScriptedExchange answer = as(site.ann, "/auth/keys", R"(,"models":["echo","ecko"])");
    assertFailed(answer, 400);
    assertSays(answer.text(), "there is no model or alias 'ecko'; did you mean echo? There are: ");
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), listed()->size());
}

SPEC(KeyRoutes, let_a_key_use_what_its_aliases_lead_to) {
    const Site other([](Config& config) {
        config.models["m"] = playing("delta Hello");
        config.routes.aliases = {"a/b=m", "echo=m", "gone=nothing"};
    });
    const auto keyFor = [&](const std::string& model) {
        return "Bearer " +
               assertSucceeded(other.post("/auth/keys", R"({"uuid":")" + other.ann.uuid +
                                                            R"(","username":"ann","models":[")" + model + "\"]}"))
                   ->getValue<std::string>("key");
    };
    const auto statusOf = [&](const std::string& key, const std::string& model) {
        ScriptedExchange exchange("POST", "/v1/chat/completions",
                                  R"({"messages":[{"role":"user","content":"x"}],"model":")" + model + "\"}");
        exchange.sent.contentType = "application/json";
        exchange.sent.authorization = key;
        return other.serve(exchange).head->status;
    };
    const std::string byAlias = keyFor("a/b"), byModel = keyFor("m"), hidden = keyFor("echo"), gone = keyFor("gone");
    for (const std::string& key : {byAlias, byModel})
        CPPUNIT_ASSERT(statusOf(key, "a/b") == 200 && statusOf(key, "m") == 200 && statusOf(key, "echo") == 403);
    // A model comes before an alias of its name, as in a request.
    CPPUNIT_ASSERT(statusOf(hidden, "echo") == 200 && statusOf(hidden, "m") == 403);
    CPPUNIT_ASSERT_EQUAL(403, statusOf(gone, "m"));
    ScriptedExchange models("GET", "/v1/models");
    models.sent.authorization = byAlias;
    const std::string list = other.serve(models).text();
    assertSays(list, R"("id":"m")");
    assertSays(list, R"("id":"a/b")");
    CPPUNIT_ASSERT(list.find(R"("id":"echo")") == std::string::npos);
}

SPEC(KeyRoutes, end_the_stream_of_a_key_that_is_revoked_with_words_about_it) {
    Site other([](Config& config) { config.models["m"] = playing("follow|delta Hello|hang 3600000"); });
    const auto key = assertSucceeded(
        other.post("/auth/keys", R"({"uuid":")" + other.ann.uuid + R"(","username":"ann","models":["m"]})"));
    ScriptedExchange exchange("POST", "/v1/chat/completions",
                              R"({"messages":[{"role":"user","content":"x"}],"model":"m","stream":true})");
    exchange.sent.contentType = "application/json";
    exchange.sent.authorization = "Bearer " + key->getValue<std::string>("key");
    {
        JoiningThreads threads;
        threads.add([&] { other.serve(exchange); });
        ASSERT_EVENTUALLY(other.followed().count() == 1);
        other.calls().revoke(other.calls().owners().at(0));
    }
    assertSays(exchange.text(), R"("message":"the API key is revoked or has expired)");
    assertSays(exchange.text(), R"("code":"invalid_api_key")");
}

SPEC(KeyRoutes, refuse_who_is_nobody) {
    SignIn wrong = site.ann;
    wrong.uuid = "00000000-0000-0000-0000-000000000000";
    for (const char* path : {"/auth/keys", "/auth/keys/revoke"}) assertFailed(as(wrong, path, R"(,"id":1)"), 401);
    assertFailed(site.get("/auth/keys"), 401);
}

SPEC(KeyRoutes, revoke_by_id_or_key_and_only_ones_own) {
    const SignIn ben = site.registered("ben");
    const auto first = made(), second = made();
    const std::string id = R"(,"id":)" + first->getValue<std::string>("id");
    assertFailed(as(ben, "/auth/keys/revoke", id), 404);
    assertSucceeded(as(site.ann, "/auth/keys/revoke", id));
    assertFailed(as(site.ann, "/auth/keys/revoke", id), 404);
    assertSucceeded(as(site.ann, "/auth/keys/revoke", R"(,"key":")" + second->getValue<std::string>("key") + R"(")"));
    assertFailed(as(site.ann, "/auth/keys/revoke"), 400);
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), listed()->size());
}

}  // namespace
