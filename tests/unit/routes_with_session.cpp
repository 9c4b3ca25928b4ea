// /v1/* by the session of a browser, as the console's playground asks.
#include "support/spec.h"
#include "unit/browser_client.h"
#include "unit/host_fixture.h"

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

struct Playground : AdminSite {
    const std::string question = R"({"model":"echo","messages":[{"role":"user","content":"Hello"}]})";

    static void assertOpenAiFault(int status, const std::string& code, const ScriptedExchange& answer) {
        assertStatus(status, answer);
        CPPUNIT_ASSERT_EQUAL(code, answer.json()->getObject("error")->getValue<std::string>("code"));
    }
};

SPEC(Playground, asks_models_by_the_cookie_and_its_user_pays) {
    site.sql("UPDATE users SET tokens = 1000 WHERE name = 'ben'");
    const auto answer = benBrowser.post("/v1/chat/completions", question);
    assertStatus(200, answer);
    assertSays(answer.text(), "Hello");
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1),
                         site.number("SELECT COUNT(*) FROM ledger WHERE user_name = 'ben' AND key_id = 0"));
    CPPUNIT_ASSERT(site.number("SELECT tokens FROM users WHERE name = 'ben'") < 1000);
    const auto models = benBrowser.get("/v1/models");
    assertStatus(200, models);
    assertSays(models.text(), R"("id":"echo")");
    assertStatus(200, benBrowser.get("/v1/models/echo"));
    assertStatus(200, benBrowser.get("/models/echo"));  // as all forms of these paths
}

SPEC(Playground, answers_no_other_site_not_even_a_list) {
    for (const auto& [method, path] : {std::pair{"POST"s, "/v1/chat/completions"s}, std::pair{"GET"s, "/v1/models"s},
                                       std::pair{"POST"s, "/v1/audio/speech"s}, std::pair{"POST"s, "/v1/embeddings"s},
                                       std::pair{"POST"s, "/v1/audio/transcriptions"s}}) {
        for (const char* fetchSite : {"cross-site", "same-site", "none", ""}) {
            ScriptedExchange exchange = benBrowser.request(method, path, question);
            exchange.sent.fetchSite = fetchSite;
            exchange.sent.origin = "https://evil.example";
            assertOpenAiFault(403, "cross_site", site.serve(exchange));
        }
    }
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), site.number("SELECT COUNT(*) FROM ledger"));
}

SPEC(Playground, takes_a_form_with_a_recording) {
    ScriptedExchange exchange = benBrowser.request(
        "POST", "/v1/audio/transcriptions",
        "--x\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\necho\r\n--x\r\nContent-Disposition: form-data; "
        "name=\"file\"; filename=\"a.pcm\"\r\n\r\n" +
            std::string(640, 'p') + "\r\n--x--\r\n");
    exchange.sent.contentType = "multipart/form-data; boundary=x";
    assertStatus(200, site.serve(exchange));
}

SPEC(Playground, ends_with_the_session) {
    assertStatus(200, benBrowser.ask("DELETE", "/admin/session"));
    assertOpenAiFault(401, "invalid_api_key", benBrowser.post("/v1/chat/completions", question));
    assertOpenAiFault(401, "invalid_api_key", benBrowser.get("/v1/models"));
}

SPEC(Playground, prefers_the_key_that_a_page_sends) {
    const std::string key = ann.post("/admin/me/keys").json()->getValue<std::string>("key");
    ScriptedExchange exchange = benBrowser.request("POST", "/v1/chat/completions", question);
    exchange.sent.authorization = "Bearer " + key;
    exchange.sent.fetchSite = "cross-site";  // a key is no cookie
    assertStatus(200, site.serve(exchange));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), site.number("SELECT COUNT(*) FROM ledger WHERE user_name = 'ann'"));
    exchange = benBrowser.request("POST", "/v1/chat/completions", question);
    exchange.sent.authorization = "Bearer wrong";
    assertOpenAiFault(401, "invalid_api_key", site.serve(exchange));
}

SPEC(Playground, leaves_the_documented_paths_as_they_are) {
    ScriptedExchange exchange = benBrowser.request("POST", "/textModel/chat", R"({"dialog":[]})");
    assertRefused(site.serve(exchange), "APP_QUERY_METHOD_ERROR");
    assertStatus(401, benBrowser.get("/auth/keys"));
}

}  // namespace
