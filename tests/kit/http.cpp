// Questions over HTTP with the kit, against servers that keep the rules and that do not: blocking and followed.
#include "base/sanitized.h"
#include "kit/http_call.h"
#include "kit/raw_http_server.h"
#include "support/eventually.h"
#include "support/no_descriptors.h"
#include "support/spec.h"

#include <string>
#include <thread>
#include <vector>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

constexpr Way kBothWays[] = {Way::blocks, Way::follows};
const std::string kOk = "HTTP/1.1 200 OK\r\n";

std::string counted(const std::string& body, const std::string& status = "200 OK", const std::string& lines = {}) {
    return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + lines + "\r\n" + body;
}

struct KitHttp : CppUnit::TestCase {
    static void assertSays(const std::string& text, const std::string& part) {
        CPPUNIT_ASSERT_MESSAGE("'" + part + "' is not in: " + text, text.find(part) != std::string::npos);
    }
    // Both ways, of a server that says this and hangs up.
    static void expect(const std::vector<std::string>& pieces, ModelStatus status, const std::string& body,
                       const std::string& reason = {}) {
        for (const Way way : kBothWays) {
            const RawHttpServer server({pieces});
            HttpCall call(serviceAt(server.url()), way);
            const ModelStatus ended = call.run();
            CPPUNIT_ASSERT_EQUAL_MESSAGE(call.reply.explanation(), int(status), int(ended));
            CPPUNIT_ASSERT_EQUAL(body, call.reply.content());
            assertSays(call.reply.explanation(), reason);
        }
    }
};

}  // namespace

SPEC(KitHttp, asks_as_the_question_says) {
    const RawHttpServer server({{counted("yes")}});
    HttpCall call(serviceAt(server.url()));
    call.request.request.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    call.request.request.tracestate = "a=b";
    call.model.question.path = "/chat";
    call.model.question.headers = {{"Authorization", "Bearer k"}};
    call.model.question.body = "{\"a\":1}";
    CPPUNIT_ASSERT(call.run() == ModelStatus::ok);
    CPPUNIT_ASSERT_EQUAL("yes"s, call.reply.content());
    const std::string question = server.question();
    assertSays(question, "POST /v1/chat HTTP/1.1\r\nHost: " + server.authority() + "\r\n");
    for (const char* line :
         {"\r\nAuthorization: Bearer k\r\n", "\r\nContent-Type: application/json\r\n", "\r\nContent-Length: 7\r\n",
          "\r\ntracestate: a=b\r\n", "\r\ntraceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n"})
        assertSays(question, line);
    CPPUNIT_ASSERT((std::vector<Stage>{Stage::connect, Stage::asked} == call.reply.stages));
}

SPEC(KitHttp, lets_no_header_break_out_of_its_line) {
    const RawHttpServer server({{counted("yes")}});
    for (const auto& header :
         {std::pair<std::string, std::string>{"A", "b\r\nC: d"}, {"A: b", "c"}, {"", "x"}, {"A", "b\0"s}}) {
        HttpCall call(serviceAt(server.url()));
        call.model.question.headers = {header};
        CPPUNIT_ASSERT(call.run() == ModelStatus::failed);
        assertSays(call.reply.explanation(), "line break");
    }
    CPPUNIT_ASSERT_EQUAL(""s, server.question());
}

SPEC(KitHttp, puts_url_and_path_together) {
    const auto target = [](const std::string& base, const std::string& path) {
        const RawHttpServer server({{counted("yes")}});
        HttpCall call(serviceAt(server.url(base)));
        call.model.question.path = path;
        CPPUNIT_ASSERT(call.run() == ModelStatus::ok);
        const std::string question = server.question();
        return question.substr(5, question.find(" HTTP/1.1") - 5);  // behind "POST "
    };
    CPPUNIT_ASSERT_EQUAL("/openai/chat?api-version=1"s, target("/openai?api-version=1", "/chat"));
    CPPUNIT_ASSERT_EQUAL("/openai/chat?api-version=1&a=b"s, target("/openai/?api-version=1", "/chat?a=b"));
    CPPUNIT_ASSERT_EQUAL("/v1?a=b"s, target("/v1", "?a=b"));
    CPPUNIT_ASSERT_EQUAL("/v1/chat"s, target("/v1", "chat"));
    CPPUNIT_ASSERT_EQUAL("/chat"s, target("", "chat"));
    CPPUNIT_ASSERT_EQUAL("/v1/?a=b"s, target("/v1/?a=b", ""));
}

SPEC(KitHttp, sends_no_question_that_breaks_out_of_its_line) {
    const RawHttpServer server({{counted("yes")}});
    const auto expectRefused = [&](const std::string& method, const std::string& path, const std::string& reason) {
        HttpCall call(serviceAt(server.url()));
        call.model.question.method = method;
        call.model.question.path = path;
        CPPUNIT_ASSERT(call.run() == ModelStatus::failed);
        assertSays(call.reply.explanation(), reason);
    };
    for (const std::string& method : {""s, "GET /"s, "GET\r\nA: b"s, "GET\t"s, "GET\0"s, "G:"s})
        expectRefused(method, "/chat", "the method of the question");
    for (const std::string& path : {"/a b"s, "/a\tb"s, "/a\r\nb"s, "/a\0b"s, "/a#b"s, "/\xC3\xA9"s})
        expectRefused("POST", path, "the path of the question");
    CPPUNIT_ASSERT_EQUAL(""s, server.question());
}

SPEC(KitHttp, knows_the_status_of_a_refusal_that_is_compressed) {
    for (const Way way : kBothWays) {
        const RawHttpServer server(
            {{counted("\x1F\x8Bxyz", "429 Slow", "Retry-After: 5\r\nContent-Encoding: gzip\r\n")}});
        HttpCall call(serviceAt(server.url()), way);
        CPPUNIT_ASSERT_EQUAL(int(ModelStatus::busy), int(call.run()));
        CPPUNIT_ASSERT_EQUAL(std::uint32_t(5'000), call.reply.retryMs);
        CPPUNIT_ASSERT_EQUAL("HTTP 429: the upstream's limit of requests or tokens is reached"s,
                             call.reply.explanation());
    }
}

SPEC(KitHttp, repeats_no_secret_however_an_answer_fails) {
    for (const Way way : kBothWays) {
        const RawHttpServer server({{counted("x", "200 OK", "Content-Encoding: sk-secret-of-many-letters\r\n")}});
        const auto service = serviceAt(server.url());
        service->secrets.add("sk-secret-of-many-letters");
        HttpCall call(service, way);
        CPPUNIT_ASSERT(call.run() == ModelStatus::failed);
        assertSays(call.reply.explanation(), "[secret]");
        CPPUNIT_ASSERT(call.reply.explanation().find("sk-") == std::string::npos);
    }
}

SPEC(KitHttp, has_an_empty_head_where_none_came) {
    const RawHttpServer server({{"HTTP/1.1 2"}});
    testing::Question question = testing::Question::text("?");
    testing::Reply reply;
    http::Call call(serviceAt(server.url()), question.complete(), reply);
    CPPUNIT_ASSERT(call.ask({}) && !call.answered());
    CPPUNIT_ASSERT_EQUAL(0, call.head().status);
    CPPUNIT_ASSERT(call.head().field("Retry-After").empty());
}

SPEC(KitHttp, reads_every_framing_of_a_body) {
    expect({counted("hello")}, ModelStatus::ok, "hello");
    expect({kOk + "\r\n", "hel", "lo"}, ModelStatus::ok, "hello");
    expect({kOk + "Transfer-Encoding: chunked\r\n\r\n5\r\nhel", "lo\r\n", "0\r\n", "\r\n"}, ModelStatus::ok, "hello");
    expect({"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n", counted("hello")},
           ModelStatus::ok, "hello");
    expect({"HTTP/1.1 204 No\r\n\r\n"}, ModelStatus::ok, "");
    expect({"\r\n" + counted("", "201 Made")}, ModelStatus::ok, "");
}

SPEC(KitHttp, takes_an_answer_however_it_is_cut) {
    const std::string whole =
        kOk + "Transfer-Encoding: chunked\r\nX: y\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nT: u\r\n\r\n";
    for (std::size_t cut = 1; cut < whole.size(); ++cut)
        for (const Way way : kBothWays) {
            const RawHttpServer server({{whole.substr(0, cut), whole.substr(cut)}});
            HttpCall call(serviceAt(server.url()), way);
            CPPUNIT_ASSERT(call.run() == ModelStatus::ok);
            CPPUNIT_ASSERT_EQUAL("hello world"s, call.reply.content());
        }
}

SPEC(KitHttp, never_takes_a_cut_answer_for_a_whole_one) {
    for (const std::string& whole :
         {kOk + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", counted("hello")})
        for (std::size_t size = 0; size < whole.size(); ++size)
            for (const Way way : kBothWays) {
                const RawHttpServer server({{whole.substr(0, size)}});
                HttpCall call(serviceAt(server.url()), way);
                CPPUNIT_ASSERT_EQUAL_MESSAGE(whole.substr(0, size), int(ModelStatus::unavailable), int(call.run()));
                assertSays(call.reply.explanation(), "the upstream ended the connection");
            }
}

SPEC(KitHttp, refuses_what_breaks_the_rules) {
    const std::string chunked = kOk + "Transfer-Encoding: chunked\r\n\r\n";
    expect({"SSH-2.0-OpenSSH\r\n\r\n"}, ModelStatus::failed, "", "is not HTTP/1.1");
    expect({kOk + "A: " + std::string(70'000, 'x')}, ModelStatus::failed, "", "more than 64 KiB");
    expect({kOk + "no colon\r\n\r\n"}, ModelStatus::failed, "", "head that cannot be read");
    expect({kOk + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello"}, ModelStatus::failed, "", "two lengths");
    expect({kOk + "Content-Length: -5\r\n\r\nhello"}, ModelStatus::failed, "", "negative length");
    expect({kOk + "Content-Length: 99999999999999999999\r\n\r\nhello"}, ModelStatus::failed, "", "cannot be read");
    expect({chunked + "x\r\n"}, ModelStatus::failed, "", "chunk whose size cannot be read");
    expect({chunked + "ffffffffffffffff\r\n"}, ModelStatus::failed, "", "chunk whose size cannot be read");
    expect({chunked + "2\r\nhello\r\n"}, ModelStatus::failed, "he", "longer than it says");
    expect({kOk + "Transfer-Encoding: gzip\r\n\r\nx"}, ModelStatus::failed, "", "was not asked for: gzip");
    expect({counted("x", "200 OK", "Content-Encoding: br\r\n")}, ModelStatus::failed, "", "compressed (br)");
    expect({"HTTP/1.1 101 Yes\r\n\r\n"}, ModelStatus::failed, "", "changes the protocol");
}

SPEC(KitHttp, makes_a_status_of_the_hosts_of_one_of_http) {
    const std::vector<std::pair<std::string, ModelStatus>> meanings = {
        {"400 Bad", ModelStatus::badInput},        {"401 No", ModelStatus::misconfigured},
        {"402 Pay", ModelStatus::quotaSpent},      {"403 No", ModelStatus::misconfigured},
        {"404 Where", ModelStatus::misconfigured}, {"413 Large", ModelStatus::inputTooLarge},
        {"429 Slow", ModelStatus::busy},           {"500 Oh", ModelStatus::unavailable},
        {"503 Busy", ModelStatus::busy},           {"302 Away", ModelStatus::misconfigured},
        {"529 Busy", ModelStatus::busy},           {"499 Odd", ModelStatus::badInput}};
    for (const auto& [status, meant] : meanings)
        expect({counted(R"({"error":{"message":"so it is"}})", status)}, meant, "", "HTTP " + status.substr(0, 3));
    expect({counted(R"({"error":{"message":"so it is"}})", "500 Oh")}, ModelStatus::unavailable, "",
           "it said: so it is");
    expect({counted("<html>\nfrom a proxy", "502 Oh")}, ModelStatus::unavailable, "", "it said: <html> from a proxy");
    expect({"HTTP/1.1 502 Oh\r\nContent-Length: 50\r\n\r\ncut short"}, ModelStatus::unavailable, "",
           "it said: cut short");
}

SPEC(KitHttp, tells_the_client_and_the_host_what_they_can_use) {
    for (const Way way : kBothWays) {
        const RawHttpServer server(
            {{counted(R"({"detail":"key sk-secret-of-many-letters, 5 s"})", "429 Slow", "Retry-After: 5\r\n")}});
        const auto service = serviceAt(server.url());
        service->secrets.add("sk-secret-of-many-letters");
        HttpCall call(service, way);
        CPPUNIT_ASSERT(call.run() == ModelStatus::busy);
        CPPUNIT_ASSERT_EQUAL(std::uint32_t(5'000), call.reply.retryMs);
        assertSays(call.reply.explanation(), "limit of requests or tokens");
        CPPUNIT_ASSERT(call.reply.explanation().find("sk-secret") == std::string::npos);
        const RawHttpServer strict({{counted(R"({"error":"too hot"})", "400 Bad", "Retry-After: 5\r\n")}});
        HttpCall refused(serviceAt(strict.url()), way);
        CPPUNIT_ASSERT(refused.run() == ModelStatus::badInput);
        CPPUNIT_ASSERT_EQUAL("the model does not take this request: too hot"s, refused.reply.advice);
        CPPUNIT_ASSERT_EQUAL(std::uint32_t(0), refused.reply.retryMs);
    }
}

SPEC(KitHttp, reads_a_refusal_without_end_only_at_its_beginning) {
    for (const Way way : kBothWays) {
        ServerScript script{{"HTTP/1.1 500 Oh\r\n\r\n"}, false};
        for (int i = 0; i < 80; ++i) script.pieces.emplace_back(1024, 'x');
        const RawHttpServer server(script);
        HttpCall call(serviceAt(server.url()), way);
        CPPUNIT_ASSERT(call.run() == ModelStatus::unavailable);
        ASSERT_EVENTUALLY(server.clientHasGone());
    }
}

SPEC(KitHttp, ends_when_the_client_leaves) {
    for (const Way way : kBothWays) {
        const RawHttpServer server({{kOk + "\r\n", "hello"}, false});
        HttpCall call(serviceAt(server.url()), way);
        std::thread client([&] {
            eventually([&] { return server.hasSaidAll(); });
            call.reply.end(Stop::clientLeft);
        });
        const ModelStatus status = call.run();
        client.join();
        CPPUNIT_ASSERT(status == ModelStatus::stopped);
        ASSERT_EVENTUALLY(server.clientHasGone());
    }
    const RawHttpServer server({{counted("hello")}, false});
    HttpCall call(serviceAt(server.url()));
    call.reply.refuseFrom(1);
    CPPUNIT_ASSERT(call.run() == ModelStatus::stopped);
}

SPEC(KitHttp, is_over_when_its_time_is) {
    const RawHttpServer silent({{}, false});
    HttpCall first(serviceAt(silent.url()));
    first.request.request.timeouts.firstFrameMs = 20;
    CPPUNIT_ASSERT(first.run() == ModelStatus::timedOut);
    assertSays(first.reply.explanation(),
               "no answer from " + silent.authority() + " within 20 ms (timeout.first_frame_ms)");
    // Bytes of a head are no answer: they do not begin the time anew.
    const RawHttpServer slow({{kOk, "A: b\r\n"}, false});
    HttpCall head(serviceAt(slow.url()));
    head.request.request.timeouts.firstFrameMs = 20;
    CPPUNIT_ASSERT(head.run() == ModelStatus::timedOut);
    const RawHttpServer stuck({{kOk + "\r\nhello"}, false});
    HttpCall idle(serviceAt(stuck.url()));
    idle.request.request.timeouts.idleFrameMs = 20;
    CPPUNIT_ASSERT(idle.run() == ModelStatus::timedOut);
    CPPUNIT_ASSERT_EQUAL("hello"s, idle.reply.content());
    assertSays(idle.reply.explanation(), "timeout.idle_frame_ms");
    HttpCall total(serviceAt(stuck.url()));
    total.reply.end(Stop::totalExpired);
    CPPUNIT_ASSERT(total.run() == ModelStatus::timedOut);
    assertSays(total.reply.explanation(), "timeout.total_ms");
}

SPEC(KitHttp, gives_a_connection_up_that_nobody_takes) {
    const FullServer full;
    HttpCall call(serviceAt("http://127.0.0.1:" + std::to_string(full.port()) + "/"));
    call.request.request.timeouts.connectMs = 50;
    CPPUNIT_ASSERT(call.run() == ModelStatus::timedOut);
    assertSays(call.reply.explanation(), "(timeout.connect_ms); it was in: TCP connect");
    HttpCall left(serviceAt("http://127.0.0.1:" + std::to_string(full.port()) + "/"));
    left.reply.end(Stop::clientLeft);
    CPPUNIT_ASSERT(left.run() == ModelStatus::stopped);
}

SPEC(KitHttp, tries_every_address_and_says_what_was_wrong) {
    std::uint16_t port = 0;
    {
        const SilentServer gone;
        port = gone.port();
    }
    HttpCall call(serviceAt("http://localhost:" + std::to_string(port) + "/"));
    CPPUNIT_ASSERT(call.run() == ModelStatus::unavailable);
    assertSays(call.reply.explanation(), "cannot connect to localhost");
    HttpCall nameless(serviceAt("http://no-such-host.invalid/", {"", false}));
    CPPUNIT_ASSERT(nameless.run() == ModelStatus::unavailable);
    assertSays(nameless.reply.explanation(), "name cannot be resolved");
    const RawHttpServer server({{counted("hello")}});  // on 127.0.0.1 alone
    HttpCall other(serviceAt("http://localhost:" + server.authority().substr(10) + "/"));
    CPPUNIT_ASSERT(other.run() == ModelStatus::ok);
}

SPEC(KitHttp, hears_the_answer_to_a_question_that_was_not_taken) {
    ServerScript deaf{{counted("too much", "413 Large")}, true, false};
    deaf.resets = true;
    const RawHttpServer server(deaf);
    HttpCall call(serviceAt(server.url()));
    call.model.question.body = std::string(32UL * 1024 * 1024, 'x');
    const ModelStatus status = call.run();
    // Its answer may be lost with the connection that it reset.
    CPPUNIT_ASSERT_MESSAGE(call.reply.explanation(),
                           status == ModelStatus::inputTooLarge || status == ModelStatus::unavailable);
    if (status == ModelStatus::unavailable) assertSays(call.reply.explanation(), "the question could not be sent");
}

SPEC(KitHttp, knows_urls) {
    std::string fault;
    const auto url = http::urlOf("https://[::1]:8443/v1?x=y", fault);
    CPPUNIT_ASSERT(url && url->isTls && url->isLoopback() && url->isAddress());
    CPPUNIT_ASSERT_EQUAL("[::1]:8443"s, url->authority());
    CPPUNIT_ASSERT_EQUAL("/v1?x=y"s, url->path);
    CPPUNIT_ASSERT_EQUAL("example.org"s, http::urlOf("https://example.org", fault)->authority());
    CPPUNIT_ASSERT_EQUAL(""s, fault);
    for (const char* wrong : {"", "example.org", "ftp://x", "https://", "https://:80", "https://a b/", "https://u@h/",
                              "https://h:0/", "https://h:66000/", "https://h:8x/", "https://h/#f", "https://[::1/",
                              "https://[::1]x/", "https://h\xC3\xA9/"}) {
        fault.clear();
        CPPUNIT_ASSERT_MESSAGE(wrong, !http::urlOf(wrong, fault));
        CPPUNIT_ASSERT_MESSAGE(wrong, !fault.empty());
    }
    CPPUNIT_ASSERT(!http::Service::make("http://example.org/", {}, fault));
    assertSays(fault, "in the clear");
    CPPUNIT_ASSERT(http::Service::make("http://example.org/", {"", false}, fault));
}

SPEC(KitHttp, blames_no_upstream_where_no_descriptor_is_left) {
    if (kIsSanitized) return;  // to check an object's type they need a pipe, and take its lack for a wrong object
    for (const char* host : {"127.0.0.1", "no-such-host.invalid"}) {
        HttpCall call(serviceAt("http://"s + host + ":9/", {"", false}));
        const NoDescriptors none;
        CPPUNIT_ASSERT_EQUAL_MESSAGE(call.reply.explanation(), int(ModelStatus::busy), int(call.run()));
        assertSays(call.reply.explanation(), "no descriptor is left");
    }
}

SPEC(KitHttp, reads_how_long_to_wait) {
    using http::retryAfterMs;
    CPPUNIT_ASSERT_EQUAL(std::uint32_t(1'500), retryAfterMs("1.5", ""));
    CPPUNIT_ASSERT_EQUAL(std::uint32_t(20), retryAfterMs("7", "20"));
    CPPUNIT_ASSERT_EQUAL(std::uint32_t(86'400'000), retryAfterMs("1e99", ""));
    constexpr std::time_t then = 784'111'777;
    CPPUNIT_ASSERT_EQUAL(std::uint32_t(7'000), retryAfterMs("Sun, 06 Nov 1994 08:49:37 GMT", "", then - 7));
    for (const char* none :
         {"", "soon", "-5", "nan", "inf", "Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Xyz 2094 08:49:37 GMT",
          "Sun, 06 anF 2094 08:49:37 GMT", "Sun, 06 Nov 20x4 08:49:37 GMT", "Sun, 32 Nov 2094 08:49:37 GMT",
          "Sun, 06 Nov 2094 24:49:37 GMT", "Sun, 06 Nov 2094 08:60:37 GMT", "Sun, 06 Nov 2094 08:49:61 GMT"})
        CPPUNIT_ASSERT_EQUAL_MESSAGE(none, std::uint32_t(0), retryAfterMs(none, "", then + 7));
}
