// What nginx answers by itself: always the contract's envelope, never HTML.
#include "e2e/fake_pools.h"
#include "e2e/nginx_site.h"
#include "e2e/raw_http.h"
#include "support/spec.h"

#include <sstream>
#include <vector>

using namespace std::string_literals;

namespace aiproject::test {
namespace {

const std::vector<std::string> kDocumentedPaths{"/auth/register",    "/auth/login",      "/textModel/chat",
                                                "/textModel/stream", "/voiceModel/chat", "/PictureToTextModel/chat"};

std::string post(const std::string& path, const std::string& body = "{}") {
    return "POST " + path +
           " HTTP/1.1\r\nHost: site\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
}

// A request that announces a body and, as curl does, waits to be asked for it.
std::string announce(const std::string& path, std::uint64_t bytes) {
    return "POST " + path + " HTTP/1.1\r\nHost: site\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: " +
           std::to_string(bytes) + "\r\n\r\n";
}

std::string plain(const std::string& method, const std::string& path) {
    return method + " " + path + " HTTP/1.1\r\nHost: site\r\nConnection: close\r\n\r\n";
}

void assertEnvelope(const RawAnswer& answer, int status, const std::string& code) {
    CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.head, status, answer.status);
    CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.body, 0UL, answer.body.find("{\"code\":\"" + code + "\",\"msg\":\""));
    CPPUNIT_ASSERT_EQUAL("application/json; charset=utf-8"s, answer.header("Content-Type"));
    CPPUNIT_ASSERT_EQUAL("*"s, answer.header("Access-Control-Allow-Origin"));
    CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.head, 32UL, answer.header("X-Request-Id").size());
    CPPUNIT_ASSERT_MESSAGE(answer.body, answer.body.find('<') == std::string::npos);
}

// What nginx says where no worker has answered: it passes.
void assertBusy(const RawAnswer& answer, int status) {
    assertEnvelope(answer, status, "MODEL_BUSY");
    CPPUNIT_ASSERT_MESSAGE(answer.body, answer.body.find("\"retry_after\":1}") != std::string::npos);
    CPPUNIT_ASSERT_EQUAL(status == 200 ? ""s : "1"s, answer.header("Retry-After"));
    CPPUNIT_ASSERT_EQUAL(""s, answer.header("X-Accel-Redirect"));  // no business of one more nginx in front
}

}  // namespace

struct NginxErrors : CppUnit::TestCase {
    TempDir dir;

    NginxOptions options(ErrorStatus status = ErrorStatus::envelope) const {
        NginxOptions chosen;
        chosen.socketFolder = dir.path();
        chosen.errorStatus = status;
        return chosen;
    }
};

SPEC(NginxErrors, an_unknown_path_is_404_for_every_method) {
    const NginxSite site(options());
    for (const char* method : {"GET", "POST", "OPTIONS", "PUT", "DELETE"})
        assertEnvelope(askRaw(site.port(), plain(method, "/textModel/chats")), 404, "APP_NOT_FOUND_ERROR");
    for (const char* path : {"/", "/index.html", "/auth/", "/auth/login/", "/AUTH/login", "/healthz/",
                             "/.aiproject/error", "/.aiproject/error/400"})
        assertEnvelope(askRaw(site.port(), plain("GET", path)), 404, "APP_NOT_FOUND_ERROR");
}

SPEC(NginxErrors, a_dead_pool_is_200_with_an_envelope_on_documented_paths) {
    const NginxSite site(options());
    for (const std::string& path : kDocumentedPaths) assertBusy(askRaw(site.port(), post(path)), 200);
}

SPEC(NginxErrors, a_dead_pool_is_busy_on_all_other_paths) {
    const NginxSite site(options());
    for (const char* path : {"/auth/me", "/auth/password", "/auth/rotate", "/auth/redeem", "/healthz", "/healthz/live",
                             "/models/echo/chat"})
        assertBusy(askRaw(site.port(), post(path)), 503);
}

SPEC(NginxErrors, clients_of_openai_read_errors_in_their_shape) {
    const NginxSite site(options());
    const auto assertFault = [](const RawAnswer& answer, int status, const std::string& code) {
        CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.head, status, answer.status);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.body, 0UL, answer.body.find(R"({"error":{"message":")"));
        CPPUNIT_ASSERT_MESSAGE(answer.body,
                               answer.body.find(R"("param":null,"code":)" + code + "}}") != std::string::npos);
        CPPUNIT_ASSERT_EQUAL("application/json; charset=utf-8"s, answer.header("Content-Type"));
        CPPUNIT_ASSERT_EQUAL("*"s, answer.header("Access-Control-Allow-Origin"));
        CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.head, 32UL, answer.header("X-Request-Id").size());
    };
    for (const char* path :
         {"/v1", "/v1/", "/v1/responses", "/v1/chat", "/v1/audio/translations", "/v1/completions/"}) {
        const RawAnswer answer = askRaw(site.port(), post(path));
        assertFault(answer, 404, R"("unknown_url")");
        CPPUNIT_ASSERT_MESSAGE(answer.body, answer.body.find("POST /v1/chat/completions") != std::string::npos);
    }
    for (const std::string& path :
         {"/chat/completions"s, "/embeddings"s, "/audio/transcriptions"s, "/audio/speech"s, "/models"s, "/models/m"s})
        for (const std::string& whole : {"/v1" + path, "/v1" + path + "/", path, path + "/"}) {
            const RawAnswer busy = askRaw(site.port(), post(whole));
            assertFault(busy, 503, R"("server_is_overloaded")");
            CPPUNIT_ASSERT_EQUAL("1"s, busy.header("Retry-After"));
            assertFault(askRaw(site.port(), announce(whole, 100'000'000)), 413, R"("request_too_large")");
        }
}

// What is refused before a location is chosen, too.
SPEC(NginxErrors, clients_of_openai_read_what_is_no_request_in_their_shape) {
    const NginxSite site(options());
    const std::string large(40'000, 'x');
    const std::string withHeader = " HTTP/1.1\r\nHost: site\r\nAuthorization: Bearer " + large + "\r\n\r\n";
    const auto assertShape = [&site](const std::string& request, int status, const std::string& begin) {
        const RawAnswer answer = askRaw(site.port(), request);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.head, status, answer.status);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.body, 0UL, answer.body.find(begin));
    };
    const std::string openAi = R"({"error":{"message":")", admin = R"({"error":{"code":"invalid_value")";
    const std::string envelope = R"({"code":"APP_QUERY_METHOD_ERROR","msg":")";
    for (const auto& [path, shape] :
         {std::pair{"/v1/models"s, openAi}, std::pair{"/v1"s, openAi}, std::pair{"http://site/v1/models"s, openAi},
          std::pair{"/admin/users"s, admin}, std::pair{"/v10"s, envelope}, std::pair{"/auth/v1/"s, envelope}}) {
        assertShape("GET " + path + withHeader, 400, shape);
        assertShape(plain("GET", path + "?x=" + large), 414, shape);
        assertShape("GET " + path + "?x HTTP/1.1\r\n\r\n", 400, shape);  // without a host
    }
    assertShape(plain("GET", "/v1/models/%00"), 400, openAi);
    assertShape(plain("TRACE", "/v1/models"), 405, openAi);
    assertShape("GET /v1/models HTTP/9.9\r\nHost: site\r\n\r\n", 505, openAi);
    for (const auto& [path, methods] :
         {std::pair{"/v1/models"s, "GET, HEAD, OPTIONS"s}, std::pair{"/v1/models/a"s, "GET, HEAD, OPTIONS"s},
          std::pair{"/v1/models/a/b"s, "GET, HEAD, OPTIONS"s}, std::pair{"/v1/chat/completions"s, "POST, OPTIONS"s},
          std::pair{"/auth/me"s, "GET, HEAD, POST, DELETE, OPTIONS"s}})
        CPPUNIT_ASSERT_EQUAL(methods, askRaw(site.port(), plain("TRACE", path)).header("Allow"));
    CPPUNIT_ASSERT_EQUAL(""s, askRaw(site.port(), plain("GET", "/v1/none")).header("Allow"));
}

SPEC(NginxErrors, administration_reads_errors_in_its_shape_and_is_shown_in_no_frame) {
    const NginxSite site(options());
    const auto assertFault = [](const RawAnswer& answer, int status, const std::string& code) {
        CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.head, status, answer.status);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.body, 0UL,
                                     answer.body.find(R"({"error":{"code":")" + code + R"(","message":")"));
        CPPUNIT_ASSERT_EQUAL("application/json; charset=utf-8"s, answer.header("Content-Type"));
        CPPUNIT_ASSERT_EQUAL("no-store"s, answer.header("Cache-Control"));
    };
    for (const char* path : {"/admin/session", "/admin/users", "/admin/users/5/grant", "/admin/models", "/admin/"}) {
        assertFault(askRaw(site.port(), post(path)), 503, "busy");
        assertFault(askRaw(site.port(), announce(path, 80 * 1024 + 1)), 413, "too_large");
    }
    NginxOptions slow = options();
    slow.authRate = "1r/m";
    const NginxSite limited(slow);
    for (int i = 0; i <= 30; ++i)  // who asks who is signed in is no login
        for (const char* method : {"GET", "DELETE"})
            assertFault(askRaw(limited.port(), plain(method, "/admin/session")), 503, "busy");
    for (int i = 0; i <= 20; ++i) assertFault(askRaw(limited.port(), post("/admin/session")), 503, "busy");
    assertFault(askRaw(limited.port(), post("/admin/session")), 429, "too_many_requests");
    assertFault(askRaw(limited.port(), post("/admin/users")), 503, "busy");
    AnsweringPool auth(dir.file("auth.sock"), "Content-Type: application/json\r\n\r\n{}");
    const RawAnswer answer = askRaw(site.port(), plain("GET", "/admin/users"));
    for (const auto& [name, value] :
         {std::pair{"X-Content-Type-Options"s, "nosniff"s}, std::pair{"Referrer-Policy"s, "no-referrer"s},
          std::pair{"Content-Security-Policy"s, "default-src 'none'; frame-ancestors 'none'"s},
          std::pair{"Cross-Origin-Resource-Policy"s, "same-origin"s}})
        CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.head, value, answer.header(name));
    CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.head, 32UL, answer.header("X-Request-Id").size());
}

SPEC(NginxErrors, semantic_keeps_the_status_on_documented_paths) {
    const NginxSite site(options(ErrorStatus::semantic));
    for (const std::string& path : kDocumentedPaths) {
        assertBusy(askRaw(site.port(), post(path)), 503);
        assertEnvelope(askRaw(site.port(), announce(path, 100'000'000)), 413, "BODY_TOO_LARGE");
    }
}

SPEC(NginxErrors, each_path_has_its_own_body_limit) {
    const NginxSite site(options());
    const std::uint64_t mebi = 1024UL * 1024;
    const std::vector<std::pair<std::string, std::uint64_t>> limits{
        {"/auth/login", 64 * 1024},      {"/auth/register", 64 * 1024},   {"/textModel/chat", 4 * mebi},
        {"/textModel/stream", 4 * mebi}, {"/voiceModel/chat", 17 * mebi}, {"/PictureToTextModel/chat", 17 * mebi}};
    for (const auto& [path, limit] : limits) {
        assertEnvelope(askRaw(site.port(), announce(path, limit + 1)), 200, "BODY_TOO_LARGE");
        assertBusy(askRaw(site.port(), post(path, std::string(limit, ' '))), 200);
    }
    for (const char* path : {"/auth/me", "/auth/password", "/auth/rotate", "/auth/redeem"})
        assertEnvelope(askRaw(site.port(), announce(path, 64 * 1024 + 1)), 413, "BODY_TOO_LARGE");
    assertEnvelope(askRaw(site.port(), announce("/models/echo/chat", 17 * mebi + 1)), 413, "BODY_TOO_LARGE");
}

SPEC(NginxErrors, a_chunked_body_meets_the_same_limit) {
    const NginxSite site(options());
    const std::string chunk = "10000\r\n" + std::string(0x10000, ' ') + "\r\n";
    assertEnvelope(askRaw(site.port(), "POST /auth/login HTTP/1.1\r\nHost: site\r\nTransfer-Encoding: chunked\r\n\r\n" +
                                           chunk + chunk + "0\r\n\r\n"),
                   200, "BODY_TOO_LARGE");
}

SPEC(NginxErrors, what_is_no_request_is_answered_in_json_too) {
    const NginxSite site(options());
    const std::vector<std::string> refused{
        "GARBAGE\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        "GET /a%00b HTTP/1.1\r\nHost: site\r\n\r\n",
        "GET /../x HTTP/1.1\r\nHost: site\r\n\r\n",
        "POST /auth/login HTTP/1.1\r\nHost: site\r\nContent-Length: many\r\n\r\n",
        "POST /auth/login HTTP/1.1\r\nHost: site\r\nX: " + std::string(10'000, 'x') + "\r\n\r\n",
    };
    for (const std::string& request : refused)
        assertEnvelope(askRaw(site.port(), request), 400, "APP_QUERY_METHOD_ERROR");
    assertEnvelope(askRaw(site.port(), plain("GET", "/" + std::string(10'000, 'x'))), 414, "APP_QUERY_METHOD_ERROR");
    assertEnvelope(askRaw(site.port(), plain("TRACE", "/healthz")), 405, "APP_QUERY_METHOD_ERROR");
    assertEnvelope(askRaw(site.port(), "GET / HTTP/9.9\r\nHost: site\r\n\r\n"), 505, "APP_QUERY_METHOD_ERROR");
    assertEnvelope(askRaw(site.port(), "POST /auth/login HTTP/1.1\r\nHost: site\r\nTransfer-Encoding: gzip\r\n\r\n"),
                   501, "APP_QUERY_METHOD_ERROR");
}

SPEC(NginxErrors, a_broken_chunk_on_a_documented_path_is_an_envelope) {
    const NginxSite site(options());
    assertEnvelope(
        askRaw(site.port(), "POST /textModel/chat HTTP/1.1\r\nHost: site\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
        200, "APP_QUERY_METHOD_ERROR");
}

SPEC(NginxErrors, many_logins_of_one_address_are_429_and_preflights_are_not_counted) {
    NginxOptions slow = options(ErrorStatus::semantic);
    slow.authRate = "1r/m";
    slow.authBurst = 2;
    const NginxSite site(slow);
    for (int i = 0; i < 10; ++i) assertBusy(askRaw(site.port(), plain("OPTIONS", "/auth/login")), 503);
    for (int i = 0; i < 3; ++i) assertBusy(askRaw(site.port(), post("/auth/login")), 503);
    const RawAnswer refused = askRaw(site.port(), post("/auth/register"));
    assertEnvelope(refused, 429, "TOO_MANY_REQUESTS");
    CPPUNIT_ASSERT_MESSAGE(refused.body, refused.body.find("\"retry_after\":1}") != std::string::npos);
    CPPUNIT_ASSERT_EQUAL("1"s, refused.header("Retry-After"));
    assertBusy(askRaw(site.port(), post("/textModel/chat")), 503);
}

SPEC(NginxErrors, registrations_of_one_address_have_a_rate_of_their_own) {
    NginxOptions slow = options(ErrorStatus::semantic);
    slow.registerRate = "1r/m";
    const NginxSite site(slow);
    for (int i = 0; i < 10; ++i) assertBusy(askRaw(site.port(), plain("OPTIONS", "/auth/register")), 503);
    for (int i = 0; i <= 20; ++i) assertBusy(askRaw(site.port(), post("/auth/register")), 503);
    const RawAnswer refused = askRaw(site.port(), post("/auth/register"));
    assertEnvelope(refused, 429, "TOO_MANY_REQUESTS");
    CPPUNIT_ASSERT_EQUAL("no-store"s, refused.header("Cache-Control"));
    for (const char* path : {"/auth/login", "/auth/me", "/auth/password"})
        assertBusy(askRaw(site.port(), post(path)), 503);
}

SPEC(NginxErrors, an_IPv6_customer_is_counted_by_the_56_and_48_as_well) {
    NginxOptions behind = options(ErrorStatus::semantic);
    behind.locations = "set_real_ip_from 127.0.0.1; real_ip_header X-Forwarded-For;";
    const NginxSite site(behind);
    const auto statusFrom = [&](const std::string& address) {
        return askRaw(site.port(),
                      "POST /auth/register HTTP/1.1\r\nHost: site\r\nConnection: close\r\nX-Forwarded-For: " + address +
                          "\r\nContent-Length: 2\r\n\r\n{}")
            .status;
    };
    // 256 networks of one /56, then as many of one /48, each four times: more than a burst has room for.
    for (const int step : {1, 256}) {
        const std::string prefix = step == 1 ? "2001:db8:1:" : "2001:db8:2:";
        bool isRefused = false;
        for (int i = 0; i < 256 && !isRefused; ++i) {
            for (int repeat = 0; repeat < 4 && !isRefused; ++repeat) {
                std::ostringstream group;
                group << std::hex << i * step;
                isRefused = statusFrom(prefix + group.str() + "::" + std::to_string(repeat + 1)) == 429;
            }
        }
        CPPUNIT_ASSERT_MESSAGE(prefix, isRefused);
    }
    CPPUNIT_ASSERT_EQUAL(503, statusFrom("2001:db8:3:1::1"));
    CPPUNIT_ASSERT_EQUAL(503, statusFrom("2001:db8:1:ff00::1"));  // another /56 of a /48 with room
}

SPEC(NginxErrors, a_full_backlog_is_answered_at_once) {
    SilentPool pool(dir.file("model.sock"));
    pool.fillBacklog();
    const NginxSite site(options());
    assertBusy(askRaw(site.port(), post("/models/echo/chat")), 503);
}

SPEC(NginxErrors, a_worker_that_dies_is_not_asked_again) {
    SilentPool pool(dir.file("model.sock"));
    const NginxSite site(options());
    RawClient client(site.port());
    client.send(post("/textModel/chat"));
    ASSERT_EVENTUALLY(pool.dropOne());
    assertBusy(client.answer(), 200);
    CPPUNIT_ASSERT(!pool.dropOne());
}

SPEC(NginxErrors, the_access_log_has_the_request_id_and_no_query) {
    const NginxSite site(options());
    const RawAnswer answer = askRaw(site.port(), post("/auth/login?uuid=secret"));
    const std::string expected = answer.header("X-Request-Id") + " \"POST /auth/login\" 200 ";
    ASSERT_EVENTUALLY(readFile(site.accessLog()).find(expected) != std::string::npos);
    CPPUNIT_ASSERT(readFile(site.accessLog()).find("secret") == std::string::npos);
}

}  // namespace aiproject::test
