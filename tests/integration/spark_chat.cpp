// spark_chat, loaded from its .so, against the simulated upstream: answers, each fault, TLS, and
// clients that leave.
#include "support/environment_variable.h"
#include "support/iflytek_calls.h"
#include "support/silent_server.h"
#include "support/spec.h"
#include "support/temp_dir.h"
#include "upstream/simulator.h"

#include <Poco/Crypto/X509Certificate.h>
#include <openssl/x509.h>

#include <iomanip>
#include <list>
#include <sstream>

using namespace aiproject;
using namespace aiproject::test;
using upstream::Fault;
using upstream::FaultKind;

namespace {

Question hello() { return Question::text("你好，请介绍一下世界"); }

struct SparkChat : CppUnit::TestCase {
    upstream::Simulator simulator;
    PluginUnderTest plugin{"spark_chat", settingsFor(simulator.url("/v3.5/chat"))};

    Outcome askWith(const Fault& fault, const Timeouts& timeouts = kPatientTimeouts) {
        return test::askWith(fault, simulator, plugin, hello(), timeouts);
    }
    template <class Moment>
    void expectStoppedAt(Moment&& moment, const std::string& explanation) {
        test::expectStoppedAt(moment, explanation, plugin, hello());
        expectAllEnded(simulator);
    }
};

struct SparkChatTls : CppUnit::TestCase {
    TempDir dir;

    upstream::Options options(const std::string& certificateName = "localhost") const {
        upstream::Options options;
        options.transport = upstream::Transport::tls;
        options.caDirectory = dir.path() / ("ca-" + certificateName);
        options.certificateName = certificateName;
        std::filesystem::create_directories(options.caDirectory);
        return options;
    }
    static Written trusting(const std::string& url, const std::string& caFile) {
        Written written = settingsFor(url);
        written["tls.ca_file"] = caFile;
        return written;
    }
    // As update-ca-certificates makes it: the name is what OpenSSL looks for when it meets this issuer.
    std::string folderWith(const std::string& caFile) const {
        const Poco::Crypto::X509Certificate authority(caFile);
        std::ostringstream name;
        name << std::hex << std::setw(8) << std::setfill('0')
             << X509_NAME_hash_ex(X509_get_subject_name(authority.certificate()), nullptr, nullptr, nullptr) << ".0";
        const auto folder = dir.path() / "system-cas";
        std::filesystem::create_directories(folder);
        std::filesystem::copy_file(caFile, folder / name.str());
        return folder;
    }
};

}  // namespace

SPEC(SparkChat, answers_frame_by_frame_as_the_upstream_does) {
    const Outcome outcome = plugin.ask(hello());
    expect(outcome, ModelStatus::ok, "");
    CPPUNIT_ASSERT_EQUAL(std::size_t(6), outcome.frames.size());
    CPPUNIT_ASSERT(has(outcome.frames.back(), "total_tokens"));
    CPPUNIT_ASSERT(outcome.usage.total > 0 && outcome.usage.total == outcome.usage.prompt + outcome.usage.completion);
    CPPUNIT_ASSERT(!outcome.upstreamId.empty() && has(outcome.frames.back(), outcome.upstreamId));

    expectAllEnded(simulator);
    const auto call = simulator.calls().at(0);
    CPPUNIT_ASSERT_EQUAL(std::string(), call.violation);
    CPPUNIT_ASSERT_EQUAL(1000, call.closeCode);
    CPPUNIT_ASSERT(has(call.request, R"("domain":"generalv3.5")") && has(call.request, R"("enable":false)"));
}

SPEC(SparkChat, speaks_to_every_version_as_it_wants) {
    for (const char* path : {"/v1.1/chat", "/v2.1/chat", "/v3.1/chat", "/chat/pro-128k", "/chat/max-32k", "/v4.0/chat",
                             "/v1/x1", "/v1/reasoner-x1-preview", "/x2", "/v1.1/chat_kjwx", "/v1.1/chat_multilang"}) {
        PluginUnderTest version("spark_chat", settingsFor(simulator.url(path)));
        const auto question = Question::dialog({{"system", "简短。"}, {"user", "问"}});
        const Outcome outcome = version.ask(question);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(path, std::string(), outcome.explanation);
        CPPUNIT_ASSERT_MESSAGE(path, outcome.status == ModelStatus::ok);
    }
}

SPEC(SparkChat, asks_no_dialog_that_the_upstream_forbids) {
    using Roles = std::vector<const char*>;
    for (const char* path : {"/v1.1/chat", "/v3.5/chat", "/v4.0/chat", "/v1/x1"}) {
        PluginUnderTest version("spark_chat", settingsFor(simulator.url(path)));
        for (const Roles& roles :
             {Roles{"user", "assistant", "system", "user"}, Roles{"system", "system", "user"},
              Roles{"user", "system", "user"}, Roles{"system", "user", "system", "user"}, Roles{"user", "user"},
              Roles{"user", "assistant", "assistant", "user"}, Roles{"user", "assistant", "user", "system", "user"}}) {
            std::vector<std::pair<std::string, std::string>> turns;
            for (const char* role : roles) turns.emplace_back(role, "x");
            const Outcome outcome = version.ask(Question::dialog(turns));
            CPPUNIT_ASSERT_EQUAL_MESSAGE(path, std::string(), outcome.explanation);
            CPPUNIT_ASSERT_MESSAGE(path, outcome.status == ModelStatus::ok);
        }
    }
    const int connections = simulator.connections();
    const Outcome refused = plugin.ask(Question::dialog({{"assistant", "Hello!"}, {"user", "x"}}));
    expect(refused, ModelStatus::badInput, "dialog[0] is the assistant's");
    CPPUNIT_ASSERT_EQUAL(connections, simulator.connections());
}

SPEC(SparkChat, asks_with_the_clients_sampling_values_within_the_versions_limits) {
    Question question = hello();
    question.sampling.temperature = {0.25, 1};
    question.sampling.maxTokens = {100, 1};
    expect(plugin.ask(question), ModelStatus::ok, "");
    const std::string asked = simulator.calls().back().request;
    CPPUNIT_ASSERT_MESSAGE(asked, has(asked, R"("temperature":0.25,"top_k":4,"max_tokens":100)"));

    question.sampling.temperature.value = 1.5;
    const Outcome refused = plugin.ask(question);
    expect(refused, ModelStatus::badInput, "temperature is 1.5");
    CPPUNIT_ASSERT_EQUAL(std::string("temperature is 1.5; this model takes 0 to 1"), refused.advice);
    CPPUNIT_ASSERT_EQUAL(1, simulator.connections());
    PluginUnderTest x1("spark_chat", settingsFor(simulator.url("/v1/x1")));
    expect(x1.ask(question), ModelStatus::ok, "");
}

SPEC(SparkChat, reports_a_connection_that_is_refused) {
    expect(askWith(faultOf(FaultKind::refuseConnect)), ModelStatus::unavailable, "handshake");
    Written written = settingsFor("ws://localhost:1/v3.5/chat");
    PluginUnderTest nobody("spark_chat", written);
    expect(nobody.ask(hello()), ModelStatus::unavailable, "127.0.0.1:1: ");
}

SPEC(SparkChat, reports_an_upstream_that_never_upgrades) {
    expect(askWith(faultOf(FaultKind::hangBeforeUpgrade), kShortConnect), ModelStatus::timedOut,
           "within 1500 ms (timeout.connect_ms); it was in: WebSocket upgrade");
}

SPEC(SparkChat, reports_what_a_refused_handshake_means) {
    expect(askWith(faultOf(FaultKind::httpStatus, 500)), ModelStatus::unavailable, "HTTP 500");
    expect(askWith(faultOf(FaultKind::httpStatus, 429)), ModelStatus::busy, "HTTP 429");
    expect(askWith(faultOf(FaultKind::httpStatus, 404, "not found")), ModelStatus::misconfigured, "url");
    expect(askWith(faultOf(FaultKind::httpStatus, 403, "Your IP address is not allowed")), ModelStatus::misconfigured,
           "whitelist");
    expect(askWith(faultOf(FaultKind::wrongSignature)), ModelStatus::misconfigured, "check api_secret");
    Written written = settingsFor(simulator.url("/v3.5/chat"));
    written["api_secret"] = "another";
    simulator.setFault({});
    PluginUnderTest stranger("spark_chat", written);
    expect(stranger.ask(hello()), ModelStatus::misconfigured, "check api_secret");
}

SPEC(SparkChat, signs_once_more_by_the_upstreams_clock) {
    Fault fault = faultOf(FaultKind::skewedClock);
    fault.times = 1;
    expect(askWith(fault), ModelStatus::ok, "clock");
    CPPUNIT_ASSERT_EQUAL(2, simulator.connections());
    expect(askWith(faultOf(FaultKind::skewedClock)), ModelStatus::misconfigured, "clock");
    CPPUNIT_ASSERT_EQUAL(4, simulator.connections());
}

SPEC(SparkChat, reports_an_upstream_that_says_nothing) {
    expect(askWith(faultOf(FaultKind::hangBeforeFrame), kShortFirstFrame), ModelStatus::timedOut,
           "within 300 ms (timeout.first_frame_ms)");
}

SPEC(SparkChat, reports_an_upstream_that_falls_silent) {
    const Outcome outcome = askWith(faultOf(FaultKind::hangMidAnswer), kShortIdleFrame);
    expect(outcome, ModelStatus::timedOut, "within 1500 ms (timeout.idle_frame_ms)");
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), outcome.frames.size());
}

SPEC(SparkChat, reports_an_upstream_that_goes_on_for_too_long) {
    expect(askWith(pausing(FaultKind::slow, 200), {20'000, 20'000, 20'000, 500}), ModelStatus::timedOut,
           "within 500 ms (timeout.total_ms)");
}

SPEC(SparkChat, is_not_kept_waiting_by_drops_of_bytes) {
    expect(askWith(pausing(FaultKind::dripping, 20), kShortFirstFrame), ModelStatus::timedOut,
           "timeout.first_frame_ms");
}

SPEC(SparkChat, reports_an_upstream_that_breaks_off) {
    expect(askWith(faultOf(FaultKind::dropMidAnswer)), ModelStatus::unavailable, "upstream");
    expect(askWith(faultOf(FaultKind::closeMidAnswer, 1011, "engine")), ModelStatus::unavailable, "code 1011 (engine)");
    expect(askWith(faultOf(FaultKind::closeMidAnswer, 1000)), ModelStatus::unavailable, "code 1000");
}

SPEC(SparkChat, gives_each_error_its_status) {
    expect(askWith(faultOf(FaultKind::errorFrame, 11202, "AppIdQpsOverFlowError")), ModelStatus::busy,
           "AppIdQpsOverFlowError");
    expect(askWith(faultOf(FaultKind::errorFrame, 11200, "AppIdNoAuthError")), ModelStatus::quotaSpent, "11200");
    expect(askWith(faultOf(FaultKind::errorFrame, 10313, "")), ModelStatus::misconfigured, "app_id does not belong");
    const Outcome refused = askWith(faultOf(FaultKind::errorMidAnswer, 10014, "你好"));
    expect(refused, ModelStatus::contentRefused, "10014");
    CPPUNIT_ASSERT(!has(refused.explanation, "你好") && !refused.upstreamId.empty());
}

SPEC(SparkChat, delivers_an_answer_that_only_looks_sensitive_at_its_end) {
    const Outcome outcome = askWith(faultOf(FaultKind::sensitiveAtEnd));
    expect(outcome, ModelStatus::ok, "10019");
    CPPUNIT_ASSERT_EQUAL(std::size_t(7), outcome.frames.size());  // the error's text and the end are two
    CPPUNIT_ASSERT(has(outcome.frames.back(), "total_tokens") && outcome.usage.total > 0);
}

SPEC(SparkChat, refuses_what_is_no_answer) {
    expect(askWith(faultOf(FaultKind::malformedJson)), ModelStatus::failed, "not a JSON object");
    expect(askWith(faultOf(FaultKind::notJsonObject)), ModelStatus::failed, "not a JSON object");
    expect(askWith(faultOf(FaultKind::hugeFrame)), ModelStatus::failed, "larger than 1048576 bytes");
    expect(askWith(faultOf(FaultKind::binaryFrame)), ModelStatus::failed, "binary");
}

SPEC(SparkChat, takes_answers_in_unusual_frames) {
    expect(askWith(faultOf(FaultKind::fragmented)), ModelStatus::ok, "");
    CPPUNIT_ASSERT_EQUAL(6, simulator.calls().back().pongs);
    expect(askWith(faultOf(FaultKind::pingFlood)), ModelStatus::ok, "");
    CPPUNIT_ASSERT_EQUAL(1200, simulator.calls().back().pongs);
    expect(askWith(faultOf(FaultKind::emptyFrames)), ModelStatus::ok, "");
}

SPEC(SparkChat, ends_the_upstream_call_when_nobody_takes_the_answer) {
    CallInProgress call(plugin, hello());
    call.host.takeNoMore();
    CPPUNIT_ASSERT(call.finished().status == ModelStatus::stopped || call.finished().status == ModelStatus::ok);
    expectAllEnded(simulator);
}

SPEC(SparkChat, ends_the_upstream_call_when_the_client_leaves_before_the_upgrade) {
    simulator.setFault(faultOf(FaultKind::hangBeforeUpgrade));
    expectStoppedAt([&](CallInProgress&) { return !simulator.calls().empty(); }, "WebSocket upgrade");
}

SPEC(SparkChat, ends_the_upstream_call_when_the_client_leaves_before_the_first_frame) {
    simulator.setFault(faultOf(FaultKind::hangBeforeFrame));
    expectStoppedAt(
        [&](CallInProgress&) { return !simulator.calls().empty() && !simulator.calls()[0].request.empty(); },
        "the client has left");
}

SPEC(SparkChat, ends_the_upstream_call_when_the_client_leaves_in_mid_answer) {
    simulator.setFault(faultOf(FaultKind::hangMidAnswer));
    expectStoppedAt([](CallInProgress& call) { return call.host.delivered() == 2; }, "the client has left");
}

SPEC(SparkChat, gives_up_when_the_client_leaves_while_tcp_connects) {
    const FullServer server;
    PluginUnderTest stuck("spark_chat", settingsFor("ws://127.0.0.1:" + std::to_string(server.port()) + "/v3.5/chat"));
    CallInProgress call(stuck, hello());
    call.host.leave();
    expect(call.finished(), ModelStatus::stopped, "TCP connect");
    expect(stuck.ask(hello(), kShortConnect), ModelStatus::timedOut,
           "within 1500 ms (timeout.connect_ms); it was in: TCP connect");
}

SPEC(SparkChat, gives_up_when_the_client_leaves_in_the_tls_handshake) {
    SilentServer server;
    PluginUnderTest stuck("spark_chat", settingsFor("wss://127.0.0.1:" + std::to_string(server.port()) + "/v3.5/chat"));
    CallInProgress call(stuck, hello());
    ASSERT_EVENTUALLY(server.hasHello());
    call.host.leave();
    expect(call.finished(), ModelStatus::stopped, "TLS handshake");
    expect(stuck.ask(hello(), kShortConnect), ModelStatus::timedOut, "it was in: TLS handshake");
}

SPEC(SparkChat, serves_two_hundred_calls_at_once) {
    std::list<CallInProgress> calls;
    for (int i = 0; i < 200; ++i) calls.emplace_back(plugin, hello(), Timeouts{60'000, 60'000, 60'000, 120'000});
    for (auto& call : calls) expect(call.finished(), ModelStatus::ok, "");
    expectAllEnded(simulator);
    CPPUNIT_ASSERT_EQUAL(200, simulator.connections());
}

SPEC(SparkChatTls, answers_when_the_authority_is_known) {
    const upstream::Simulator simulator(options());
    PluginUnderTest plugin("spark_chat", trusting(simulator.url("/v3.5/chat"), simulator.caFile()));
    const Outcome outcome = plugin.ask(hello());
    expect(outcome, ModelStatus::ok, "");
    CPPUNIT_ASSERT_EQUAL(std::size_t(6), outcome.frames.size());
    ASSERT_EVENTUALLY(simulator.calls().at(0).ended);
    CPPUNIT_ASSERT_EQUAL(1000, simulator.calls().at(0).closeCode);
}

SPEC(SparkChatTls, refuses_an_unknown_authority) {
    const upstream::Simulator simulator(options());
    const upstream::Simulator other(options("other.example"));
    PluginUnderTest foreign("spark_chat", trusting(simulator.url("/v3.5/chat"), other.caFile()));
    expect(foreign.ask(hello()), ModelStatus::misconfigured, "cannot be verified by tls.ca_file " + other.caFile());
    PluginUnderTest publicOnly("spark_chat", settingsFor(simulator.url("/v3.5/chat")));
    expect(publicOnly.ask(hello()), ModelStatus::misconfigured, "cannot be verified by the system's CAs");
    CPPUNIT_ASSERT(simulator.calls().empty());
}

SPEC(SparkChatTls, believes_the_folder_of_the_systems_authorities) {
    const upstream::Simulator simulator(options());
    const EnvironmentVariable folder("SSL_CERT_DIR", folderWith(simulator.caFile()));
    PluginUnderTest plugin("spark_chat", settingsFor(simulator.url("/v3.5/chat")));
    expect(plugin.ask(hello()), ModelStatus::ok, "");
}

SPEC(SparkChatTls, refuses_a_certificate_of_another_host) {
    const upstream::Simulator simulator(options("other.example"));
    PluginUnderTest plugin("spark_chat", trusting(simulator.url("/v3.5/chat"), simulator.caFile()));
    expect(plugin.ask(hello()), ModelStatus::misconfigured, "for another host name");
    CPPUNIT_ASSERT(simulator.calls().empty());
}

SPEC(SparkChatTls, believes_subject_alternative_names_only_and_by_their_kind) {
    const std::pair<const char*, const char*> certificates[] = {
        {"", "localhost"},                        // a common name alone, RFC 9525
        {"DNS:other.example", "localhost"},       // likewise
        {"DNS:127.0.0.1", "127.0.0.1"},           // a DNS name that reads like an address
        {"IP:127.0.0.2", "127.0.0.1"},            //
        {"DNS:local*", "localhost"},              // a part of a label, RFC 9525
        {"URI:https://localhost/", "localhost"},  //
        {"IP:127.0.0.1", "localhost"}};
    for (const auto& [names, host] : certificates) {
        upstream::Options known = options();
        known.certificateName = host;
        known.certificateAltNames = names;
        const upstream::Simulator simulator(known);
        const std::string url = "wss://" + std::string(host) + ":" + std::to_string(simulator.port()) + "/v3.5/chat";
        PluginUnderTest plugin("spark_chat", trusting(url, simulator.caFile()));
        expect(plugin.ask(hello()), ModelStatus::misconfigured, "for another host name");
        CPPUNIT_ASSERT_MESSAGE(names, simulator.calls().empty());
    }
    const upstream::Simulator simulator(options());
    const std::string url = "wss://127.0.0.1:" + std::to_string(simulator.port()) + "/v3.5/chat";
    PluginUnderTest plugin("spark_chat", trusting(url, simulator.caFile()));
    expect(plugin.ask(hello()), ModelStatus::ok, "");
}

SPEC(SparkChatTls, believes_anybody_when_told_to) {
    const upstream::Simulator simulator(options("other.example"));
    Written written = settingsFor(simulator.url("/v3.5/chat"));
    written["tls.verify"] = "none";
    PluginUnderTest plugin("spark_chat", written);
    CPPUNIT_ASSERT(has(plugin.findings(), "model.spark_chat.tls.verify"));
    expect(plugin.ask(hello()), ModelStatus::ok, "");
}

SPEC(SparkChatTls, reports_faults_as_without_tls) {
    upstream::Simulator simulator(options());
    PluginUnderTest plugin("spark_chat", trusting(simulator.url("/v3.5/chat"), simulator.caFile()));
    const auto askWith = [&](const Fault& fault, const Timeouts& timeouts = kPatientTimeouts) {
        simulator.setFault(fault);
        return plugin.ask(hello(), timeouts);
    };
    expect(askWith(faultOf(FaultKind::refuseConnect)), ModelStatus::unavailable, "TLS");
    expect(askWith(faultOf(FaultKind::hangBeforeFrame), kShortFirstFrame), ModelStatus::timedOut,
           "timeout.first_frame_ms");
    expect(askWith(faultOf(FaultKind::hangMidAnswer), kShortIdleFrame), ModelStatus::timedOut, "timeout.idle_frame_ms");
    expect(askWith(faultOf(FaultKind::dropMidAnswer)), ModelStatus::unavailable, "upstream");
    expect(askWith(faultOf(FaultKind::wrongSignature)), ModelStatus::misconfigured, "api_secret");
    expect(askWith(faultOf(FaultKind::pingFlood)), ModelStatus::ok, "");
    expect(askWith(faultOf(FaultKind::hugeFrame)), ModelStatus::failed, "larger");
    expect(askWith(pausing(FaultKind::dripping, 20), kShortFirstFrame), ModelStatus::timedOut,
           "timeout.first_frame_ms");
}

SPEC(SparkChatTls, serves_many_calls_at_once) {
    const upstream::Simulator simulator(options());
    PluginUnderTest plugin("spark_chat", trusting(simulator.url("/v3.5/chat"), simulator.caFile()));
    std::list<CallInProgress> calls;
    for (int i = 0; i < 50; ++i) calls.emplace_back(plugin, hello(), Timeouts{60'000, 60'000, 60'000, 120'000});
    for (auto& call : calls) expect(call.finished(), ModelStatus::ok, "");
}
