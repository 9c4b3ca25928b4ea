// TLS of the kit's HTTP: certificates and host names are verified, and say what is wrong.
#include "kit/http_call.h"
#include "kit/raw_http_server.h"
#include "support/eventually.h"
#include "support/spec.h"
#include "support/temp_dir.h"
#include "upstream/certificate.h"

#include <csignal>
#include <string>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

struct KitTls : CppUnit::TestCase {
    TempDir dir;

    static void assertSays(const std::string& text, const std::string& part) {
        CPPUNIT_ASSERT_MESSAGE("'" + part + "' is not in: " + text, text.find(part) != std::string::npos);
    }
    static ServerScript script(const upstream::CertificateFiles& files, std::vector<std::string> pieces) {
        return {std::move(pieces), true, true, files.certificateFile, files.keyFile};
    }
    static std::string url(const RawHttpServer& server, const std::string& host) {
        return "https://" + server.authority(host) + "/v1";
    }
};

const std::string kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

}  // namespace

SPEC(KitTls, carries_a_call) {
    const auto files = upstream::makeCertificate(dir.path(), "localhost");
    for (const Way way : {Way::blocks, Way::follows})
        for (const char* host : {"localhost", "127.0.0.1"}) {
            const RawHttpServer server(script(files, {kAnswer.substr(0, 20), kAnswer.substr(20)}));
            HttpCall call(serviceAt(url(server, host), {files.caFile}), way);
            CPPUNIT_ASSERT_EQUAL_MESSAGE(call.reply.explanation(), int(ModelStatus::ok), int(call.run()));
            CPPUNIT_ASSERT_EQUAL("hello"s, call.reply.content());
            CPPUNIT_ASSERT((std::vector<Stage>{Stage::connect, Stage::tls, Stage::asked} == call.reply.stages));
        }
}

SPEC(KitTls, hands_on_all_of_a_record_that_is_larger_than_a_read) {
    const auto files = upstream::makeCertificate(dir.path(), "localhost");
    const std::string body(200'000, 'x');
    const RawHttpServer server(script(files, {"HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n" + body}));
    HttpCall call(serviceAt(url(server, "localhost"), {files.caFile}), Way::follows);
    CPPUNIT_ASSERT(call.run() == ModelStatus::ok);
    CPPUNIT_ASSERT_EQUAL(body.size(), call.reply.content().size());
}

SPEC(KitTls, refuses_another_hosts_certificate) {
    const auto files = upstream::makeCertificate(dir.path(), "other.example");
    const RawHttpServer server(script(files, {kAnswer}));
    HttpCall call(serviceAt(url(server, "localhost"), {files.caFile}));
    CPPUNIT_ASSERT(call.run() == ModelStatus::misconfigured);
    assertSays(call.reply.explanation(), "is for another host name");
    HttpCall address(serviceAt(url(server, "127.0.0.1"), {files.caFile}));
    CPPUNIT_ASSERT(address.run() == ModelStatus::misconfigured);
    CPPUNIT_ASSERT_EQUAL(""s, server.question());
}

SPEC(KitTls, refuses_a_name_that_is_only_the_common_one) {
    const auto files = upstream::makeCertificate(dir.path(), "localhost", "");
    const RawHttpServer server(script(files, {kAnswer}));
    HttpCall call(serviceAt(url(server, "localhost"), {files.caFile}));
    CPPUNIT_ASSERT(call.run() == ModelStatus::misconfigured);
}

SPEC(KitTls, refuses_an_issuer_that_nobody_knows) {
    const auto files = upstream::makeCertificate(dir.path(), "localhost");
    const RawHttpServer server(script(files, {kAnswer}));
    HttpCall call(serviceAt(url(server, "localhost")));
    CPPUNIT_ASSERT(call.run() == ModelStatus::misconfigured);
    assertSays(call.reply.explanation(), "cannot be verified: ");
    CPPUNIT_ASSERT_EQUAL(""s, server.question());
    HttpCall believing(serviceAt(url(server, "localhost"), {"", false}));
    CPPUNIT_ASSERT(believing.run() == ModelStatus::ok);
}

SPEC(KitTls, that_is_none_is_unavailable) {
    const RawHttpServer server({{"HTTP/1.1 400 This is TLS's port\r\n\r\n"}, true, false});
    HttpCall call(serviceAt(url(server, "localhost"), {"", false}));
    CPPUNIT_ASSERT(call.run() == ModelStatus::unavailable);
    assertSays(call.reply.explanation(), "the handshake with");
    const SilentServer silent;
    HttpCall late(serviceAt("https://127.0.0.1:" + std::to_string(silent.port()) + "/"));
    late.request.request.timeouts.connectMs = 1'500;  // a slow machine must be connected by then
    CPPUNIT_ASSERT(late.run() == ModelStatus::timedOut);
    assertSays(late.reply.explanation(), "it was in: TLS handshake");
}

// RFC 8446, 6.1: only an alert says that nothing was cut off.
SPEC(KitTls, whose_end_was_cut_is_no_end_of_an_answer) {
    const auto files = upstream::makeCertificate(dir.path(), "localhost");
    for (const Way way : {Way::blocks, Way::follows}) {
        ServerScript cut = script(files, {"HTTP/1.1 200 OK\r\n\r\nhello"});
        cut.saysGoodbye = false;
        const RawHttpServer server(cut);
        HttpCall call(serviceAt(url(server, "localhost"), {files.caFile}), way);
        CPPUNIT_ASSERT(call.run() == ModelStatus::unavailable);
        CPPUNIT_ASSERT_EQUAL("hello"s, call.reply.content());
    }
}

SPEC(KitTls, ends_no_program_whose_peer_has_gone) {
    const auto before = signal(SIGPIPE, SIG_IGN);  // also drops one that an earlier test has left pending
    signal(SIGPIPE, SIG_DFL);
    sigset_t pipe, mask;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_UNBLOCK, &pipe, &mask);
    const auto files = upstream::makeCertificate(dir.path(), "localhost");
    ServerScript deaf = script(files, {});
    deaf.readsQuestion = false;
    deaf.resets = true;
    const RawHttpServer server(deaf);
    HttpCall call(serviceAt(url(server, "localhost"), {files.caFile}));
    call.model.question.body = std::string(32UL * 1024 * 1024, 'x');
    const ModelStatus status = call.run();
    pthread_sigmask(SIG_SETMASK, &mask, nullptr);
    signal(SIGPIPE, before);
    CPPUNIT_ASSERT(status == ModelStatus::unavailable);
    assertSays(call.reply.explanation(), "the question could not be sent");
}

SPEC(KitTls, needs_a_ca_file_that_can_be_read) {
    std::string fault;
    CPPUNIT_ASSERT(!http::Service::make("https://example.org/", {dir.file("none.pem")}, fault));
    assertSays(fault, "cannot be read: " + dir.file("none.pem"));
}
