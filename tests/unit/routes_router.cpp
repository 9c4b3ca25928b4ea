// What all routes share: method, body limit, access, preflight, envelope or status, and the log line.
#include "support/spec.h"
#include "unit/expect.h"
#include "unit/host_fixture.h"
#include "unit/site.h"

#include <Poco/JSON/Array.h>

#include <chrono>
#include <string>
#include <vector>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

const std::vector<std::string> kDocumented{"/auth/register",    "/auth/login",      "/textModel/chat",
                                           "/textModel/stream", "/voiceModel/chat", "/PictureToTextModel/chat"};

struct RequestRouter : CppUnit::TestCase {
    static ScriptedExchange send(const Site& site, const std::string& method, const std::string& path,
                                 const std::string& body = {}) {
        ScriptedExchange exchange(method, path, body);
        site.serve(exchange);
        return exchange;
    }
    static void assertFailed(const ScriptedExchange& answer, int status, const std::string& code) {
        CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.text(), status, answer.head->status);
        CPPUNIT_ASSERT_EQUAL(code, answer.json()->getValue<std::string>("code"));
    }
    static void semantic(Config& config) { config.httpStatus = HttpStatus::semantic; }
};

SPEC(RequestRouter, answers_an_unknown_path_with_404_and_an_envelope) {
    const Site site;
    for (const std::string& path : {"/"s, ""s, "/textModel/chat/"s, "/auth"s, "/\n\"<script>"s})
        for (const std::string& method : {"GET"s, "POST"s, "OPTIONS"s, "BREW"s})
            assertFailed(send(site, method, path), 404, "APP_NOT_FOUND_ERROR");
}

SPEC(RequestRouter, refuses_a_wrong_method_and_reads_no_body_for_it) {
    const Site site;
    for (const std::string& path : kDocumented)
        for (const std::string& method : {"GET"s, "PUT"s, "DELETE"s, "HEAD"s, "post"s, ""s}) {
            const ScriptedExchange answer = send(site, method, path, "{}");
            assertRefused(answer, "APP_QUERY_METHOD_ERROR");
            CPPUNIT_ASSERT(!answer.bodyLimit);
        }
    assertFailed(send(site, "POST", "/healthz"), 405, "APP_QUERY_METHOD_ERROR");
    for (const std::string& path : {"/auth/password"s, "/auth/rotate"s, "/auth/redeem"s})
        assertFailed(send(site, "GET", path), 405, "APP_QUERY_METHOD_ERROR");
    assertFailed(send(site, "DELETE", "/auth/me"), 405, "APP_QUERY_METHOD_ERROR");
}

SPEC(RequestRouter, says_which_methods_a_path_takes_instead) {
    const Site site;
    const auto allowed = [&site](const char* method, const char* path) {
        return send(site, method, path).header("Allow");
    };
    CPPUNIT_ASSERT_EQUAL("GET, HEAD, OPTIONS"s, allowed("POST", "/healthz"));
    CPPUNIT_ASSERT_EQUAL("GET, HEAD, POST, OPTIONS"s, allowed("DELETE", "/auth/me"));
    CPPUNIT_ASSERT_EQUAL("POST, OPTIONS"s, allowed("GET", "/textModel/chat"));
    CPPUNIT_ASSERT_EQUAL("POST, OPTIONS"s, allowed("GET", "/v1/chat/completions"));
    CPPUNIT_ASSERT_EQUAL("GET, HEAD, OPTIONS"s, allowed("PUT", "/models/"));
    CPPUNIT_ASSERT_EQUAL("GET, HEAD, POST, DELETE, OPTIONS"s, allowed("PUT", "/admin/session"));
    CPPUNIT_ASSERT_EQUAL(""s, allowed("GET", "/v1/none"));
}

SPEC(RequestRouter, answers_a_preflight_on_every_path_that_exists) {
    const Site site;
    std::vector<std::string> paths = kDocumented;
    paths.insert(paths.end(), {"/models/echo/chat", "/auth/me", "/healthz"});
    for (const std::string& path : paths) {
        const ScriptedExchange answer = send(site, "OPTIONS", path);
        CPPUNIT_ASSERT_EQUAL(204, answer.head->status);
        CPPUNIT_ASSERT_EQUAL(""s, answer.text());
        CPPUNIT_ASSERT_EQUAL("content-type, uuid, username"s, answer.header("Access-Control-Allow-Headers"));
        assertSays(answer.header("Access-Control-Allow-Methods"), "POST");
    }
}

SPEC(RequestRouter, allows_a_browser_the_headers_it_wants_to_send) {
    const Site site;
    const auto allowed = [&](const std::string& wanted) {
        ScriptedExchange preflight("OPTIONS", "/textModel/chat");
        preflight.sent.headersToAllow = wanted;
        site.serve(preflight);
        return preflight.header("Access-Control-Allow-Headers");
    };
    CPPUNIT_ASSERT_EQUAL("authorization, X-Requested-With"s, allowed("authorization, X-Requested-With"));
    for (const std::string& wanted : {""s, "a\r\nSet-Cookie: b"s, "a;b"s, "\xc3\xa4"s, std::string(1'025, 'a')})
        CPPUNIT_ASSERT_EQUAL("content-type, uuid, username"s, allowed(wanted));
}

SPEC(RequestRouter, answers_200_on_the_documented_paths_whatever_went_wrong) {
    const Site site;
    for (const std::string& path : kDocumented) {
        ScriptedExchange cut("POST", path, "{}");
        cut.bodyIsCut = true;
        assertRefused(site.serve(cut), "APP_QUERY_METHOD_ERROR");
    }
}

SPEC(RequestRouter, answers_the_real_status_where_the_operator_wishes) {
    const Site site(&semantic);
    assertFailed(site.post("/auth/login", R"({"username":"ann","password":"wrong"})"), 401, "LOGIN_ERROR");
    assertFailed(site.post("/auth/login", "{"), 400, "APP_QUERY_METHOD_ERROR");
    assertFailed(site.get("/auth/login"), 405, "APP_QUERY_METHOD_ERROR");
    assertFailed(site.post("/voiceModel/chat", ""), 400, "GET_FILE_FAIL");
    assertFailed(site.post("/voiceModel/chat", "odd"), 415, "FILE_FORMAT_ILLEGAL");
    assertSucceeded(site.post("/textModel/chat", questionOf(site.ann, "Hi")));
}

SPEC(RequestRouter, reads_no_more_than_the_limit_of_the_path) {
    const Site site([](Config& config) {
        config.limits.textBodyBytes = 2'000;
        config.limits.mediaBodyBytes = 3'000;
    });
    for (const std::string& path : kDocumented) {
        const bool isMedia = path.find("/textModel") == std::string::npos && path.find("/auth") == std::string::npos;
        const ScriptedExchange answer = send(site, "POST", path, std::string(3'001, ' '));
        assertRefused(answer, "BODY_TOO_LARGE");
        CPPUNIT_ASSERT_EQUAL(std::uint64_t(isMedia ? 3'000 : 2'000), *answer.bodyLimit);
    }
}

SPEC(RequestRouter, lets_nobody_in_without_a_uuid_where_one_is_asked_for) {
    const Site site;
    for (const std::string& path : {"/textModel/chat"s, "/textModel/stream"s, "/PictureToTextModel/chat"s,
                                    "/models/echo/chat"s, "/models/echo/stream"s})
        for (const std::string& body :
             {R"({"dialog":[{"role":"user","content":"sesame"}]})"s, "\xff\xd8\xff sesame"s}) {
            const std::string answer = send(site, "POST", path, body).text();
            assertSilentOf(answer, "sesame");
            assertSilentOf(answer, "\"content\"");
        }
}

SPEC(RequestRouter, tells_a_client_of_a_full_worker_when_to_come_back) {
    const Site site;
    ScriptedExchange exchange("POST", "/textModel/chat", questionOf(site.ann, "Hi"));
    site.router().refuse(exchange, "no free thread");
    assertRefused(exchange, "MODEL_BUSY");
    CPPUNIT_ASSERT_EQUAL(1, exchange.json()->getValue<int>("retry_after"));
    CPPUNIT_ASSERT(!exchange.bodyLimit);
    assertSays(site.lastLogLine(), "code=MODEL_BUSY");
    assertSays(site.lastLogLine(), "reason=\"no free thread\"");
    assertSilentOf(exchange.text(), "thread");
}

SPEC(RequestRouter, says_nothing_of_our_own_faults_to_the_client) {
    Site site;
    site.sql("DROP TABLE users");
    const ScriptedExchange answer = site.post("/auth/login", R"({"username":"ann","password":"correct horse"})");
    assertRefused(answer, "APP_INTERNAL_ERROR");
    for (const std::string& word : {"users"s, "SQL"s, "table"s, "/"s})
        assertSilentOf(answer.json()->getValue<std::string>("msg"), word);
    assertSays(site.lastLogLine(), " E worker/");
    assertSays(site.lastLogLine(), "users");
}

SPEC(RequestRouter, tells_whether_it_is_ready) {
    Site site;
    const ScriptedExchange ready = site.get("/healthz");
    CPPUNIT_ASSERT_EQUAL(200, ready.head->status);
    CPPUNIT_ASSERT(ready.json()->getValue<bool>("live") && ready.json()->getValue<bool>("ready"));
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), ready.json()->getArray("reasons")->size());

    site.unreadiness = {"the database does not answer"};
    const ScriptedExchange unready = site.get("/healthz");
    CPPUNIT_ASSERT_EQUAL(503, unready.head->status);
    CPPUNIT_ASSERT(unready.json()->getValue<bool>("live") && !unready.json()->getValue<bool>("ready"));
    CPPUNIT_ASSERT_EQUAL("the database does not answer"s,
                         unready.json()->getArray("reasons")->getElement<std::string>(0));
    CPPUNIT_ASSERT_EQUAL(200, site.get("/healthz/live").head->status);
}

SPEC(RequestRouter, logs_only_probes_that_find_something) {
    Site site;
    const std::string before = site.log();
    site.get("/healthz");
    site.get("/healthz/live");
    CPPUNIT_ASSERT_EQUAL(before, site.log());
    send(site, "POST", "/healthz");
    assertSays(site.lastLogLine(), "code=APP_QUERY_METHOD_ERROR");
    site.unreadiness = {"the database does not answer"};
    site.get("/healthz");
    assertSays(site.lastLogLine(), "path=/healthz");
    assertSays(site.lastLogLine(), "the database does not answer");
}

SPEC(RequestRouter, logs_one_line_per_request_that_no_path_can_forge) {
    const Site site;
    const std::string before = site.log();
    send(site, "GET", "/x\n2026-01-01T00:00:00.000Z I worker/1 request id=forged code=0");
    const std::string line = site.log().substr(before.size());
    CPPUNIT_ASSERT_EQUAL(line.size() - 1, line.find('\n'));
    assertSays(line, R"(path="/x\x0a2026)");
    assertSays(line, "code=APP_NOT_FOUND_ERROR");
}

SPEC(RequestRouter, logs_who_asked_what_and_never_a_uuid_or_what_was_said) {
    const Site site;
    site.post("/textModel/chat", questionOf(site.ann, "my private words"));
    assertSays(site.lastLogLine(),
               "request id=request-1 from=192.0.2.1 code=0 user=ann method=POST path=/textModel/chat model=echo "
               "tokens=3 frames=3 ms=");
    site.post("/textModel/chat", R"({"uuid":")" + site.ann.uuid + R"(","username":"nobody","dialog":[]})");
    assertSays(site.lastLogLine(), "code=USER_NOT_FOUND");
    site.post("/textModel/chat", R"({"uuid":")" + site.ann.uuid + R"(",})");
    site.post("/PictureToTextModel/chat", "no picture", site.ann);
    assertSays(site.lastLogLine(), "code=FILE_FORMAT_ILLEGAL user=ann");
    assertSilentOf(site.log(), site.ann.uuid);
    assertSilentOf(site.log(), "private words");
}

}  // namespace
