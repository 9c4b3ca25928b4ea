// /textModel/chat, row by row of the contract.
#include "support/spec.h"
#include "unit/expect.h"
#include "unit/host_fixture.h"
#include "unit/site.h"

#include <Poco/JSON/Array.h>

#include <chrono>
#include <string>
#include <utility>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

struct TextRoute : CppUnit::TestCase {
    static ScriptedExchange chat(const Site& site, const std::string& content = "Hello") {
        return site.post("/textModel/chat", questionOf(site.ann, content));
    }
    static Site::Change answering(const std::string& script) {
        return [script](Config& config) {
            config.models["scripted_text"] = playing(script);
            config.routes.text = {"scripted_text"};
        };
    }
};

SPEC(TextRoute, answers_with_content_and_what_it_cost) {
    const Site site;
    const auto json = assertSucceeded(chat(site, "How are \"you\"? \u4f60\u597d\n"));
    CPPUNIT_ASSERT_EQUAL("How are \"you\"? \u4f60\u597d\n"s, json->getValue<std::string>("content"));
    CPPUNIT_ASSERT(json->get("consume_token").isInteger());
    CPPUNIT_ASSERT_EQUAL(4, json->getValue<int>("consume_token"));
}

SPEC(TextRoute, hands_the_model_the_dialog_and_who_asks) {
    const Site site(answering(
        "say kind|delta  |say turns|delta  |say request|delta  |say user|delta  |say dialect|delta  |say turn 0"));
    const auto json = assertSucceeded(chat(site, "Hi"));
    CPPUNIT_ASSERT_EQUAL("1 1 request-1 " + site.ann.user.tag + " documented user: Hi",
                         json->getValue<std::string>("content"));
    assertSilentOf(site.ann.user.tag, site.ann.uuid);
}

SPEC(TextRoute, takes_frames_of_the_model_as_well) {
    const Site site(answering(R"(frame {"header":{"code":0},"payload":{"choices":{"text":[{"content":"Hel"}]}}})"
                              R"(|usage 43|frame {"header":{"code":0,"status":2},"payload":{"choices":)"
                              R"({"text":[{"content":"lo"}]}}})"));
    const auto json = assertSucceeded(chat(site));
    CPPUNIT_ASSERT_EQUAL("Hello"s, json->getValue<std::string>("content"));
    CPPUNIT_ASSERT_EQUAL(43, json->getValue<int>("consume_token"));
}

SPEC(TextRoute, refuses_a_uuid_that_is_not_the_users) {
    Site site;
    SignIn ben = site.registered("ben");
    std::swap(ben.uuid, site.ann.uuid);
    assertRefused(chat(site), "USER_NOT_FOUND");
    for (const std::string& uuid : {""s, "x"s, "00000000-0000-0000-0000-000000000000"s}) {
        site.ann.uuid = uuid;
        assertRefused(chat(site), "USER_NOT_FOUND");
    }
}

SPEC(TextRoute, refuses_a_uuid_with_something_behind_it) {
    Site site;
    site.ann.uuid += R"(\u0000x)";
    assertRefused(chat(site), "USER_NOT_FOUND");
}

SPEC(TextRoute, asks_for_the_user_in_the_body_and_not_in_the_headers) {
    const Site site;
    const ScriptedExchange answer =
        site.post("/textModel/chat", R"({"dialog":[{"role":"user","content":"Hi"}]})", site.ann);
    assertRefused(answer, "APP_QUERY_METHOD_ERROR");
}

SPEC(TextRoute, refuses_a_disabled_account) {
    Site site;
    site.sql("UPDATE users SET disabled = 1");
    assertRefused(chat(site), "PERMISSION_NOT_ALLOW");
}

SPEC(TextRoute, tells_every_failure_of_the_model_by_its_code) {
    const std::pair<std::string, std::string> rows[] = {{"unavailable", "MODEL_ERROR"},
                                                        {"failed", "MODEL_ERROR"},
                                                        {"misconfigured", "MODEL_ERROR"},
                                                        {"quotaSpent", "MODEL_ERROR"},
                                                        {"busy", "MODEL_BUSY"},
                                                        {"timedOut", "MODEL_TIMEOUT"},
                                                        {"contentRefused", "CONTENT_REFUSED"},
                                                        {"inputTooLarge", "BODY_TOO_LARGE"},
                                                        {"badInput", "APP_QUERY_METHOD_ERROR"}};
    for (const auto& [status, code] : rows) {
        const Site site(answering("explain key sk-123 at /srv/plugins|status " + status));
        const ScriptedExchange answer = chat(site);
        assertRefused(answer, code);
        assertSilentOf(answer.text(), "sk-123");
        assertSays(site.lastLogLine(), "sk-123");
    }
}

SPEC(TextRoute, says_when_a_busy_model_may_be_asked_again) {
    const Site site(answering("status busy"));
    CPPUNIT_ASSERT(chat(site).json()->get("retry_after").isInteger());
}

SPEC(TextRoute, fails_when_an_answer_breaks_off) {
    const Site site(answering("delta Hel|status unavailable"));
    assertRefused(chat(site), "MODEL_ERROR");
}

SPEC(TextRoute, fails_when_the_model_says_garbage) {
    const Site site(answering("delta \xff\xfe"));
    assertRefused(chat(site), "MODEL_ERROR");
    const Site frames(answering("frame not json"));
    assertRefused(chat(frames), "MODEL_ERROR");
}

SPEC(TextRoute, fails_when_an_answer_is_too_long) {
    const Site site([](Config& config) { config.limits.answerBytes = 1024; });
    assertRefused(chat(site, std::string(1025, 'x')), "MODEL_ERROR");
    assertSucceeded(chat(site, std::string(1024, 'x')));
}

SPEC(TextRoute, fails_when_the_model_takes_too_long) {
    const Site site([](Config& config) {
        answering("hang 3600000|status stopped")(config);
        config.timeouts.total = 1ms;
    });
    assertRefused(chat(site), "MODEL_TIMEOUT");
}

SPEC(TextRoute, asks_the_next_model_when_one_fails) {
    const Site site([](Config& config) {
        config.models["first"] = playing("status unavailable");
        config.routes.text = {"first", "echo"};
    });
    CPPUNIT_ASSERT_EQUAL("Hello"s, assertSucceeded(chat(site))->getValue<std::string>("content"));
    assertSays(site.lastLogLine(), "model=echo");
}

SPEC(TextRoute, says_so_when_no_model_is_set_up) {
    const Site site([](Config& config) { config.routes.text = {}; });
    assertRefused(chat(site), "MODEL_ERROR");
    assertSays(chat(site).text(), "no model is set up");
}

// The documented body has the credential in it.
SPEC(TextRoute, give_no_plugin_the_body_with_the_uuid) {
    Site site([](Config& config) {
        config.models["teller"] = playing("say dialect|delta :|say body");
        config.routes.text = {"teller"};
    });
    const auto answer = assertSucceeded(site.post("/textModel/chat", questionOf(site.ann, "Hi")));
    CPPUNIT_ASSERT_EQUAL(std::string("documented:"), answer->getValue<std::string>("content"));
}

}  // namespace
