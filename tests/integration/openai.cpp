// The plugin openai, loaded from its .so, against the simulated service: answers, each fault, kept connections, TLS,
// and clients that leave.
#include "support/iflytek_calls.h"
#include "support/silent_server.h"
#include "support/spec.h"
#include "support/temp_dir.h"
#include "upstream/simulator.h"

#include <string>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;
using upstream::Fault;
using upstream::FaultKind;

namespace {

Written openAiAt(const std::string& url, const std::string& model = "sim-chat", const std::string& kind = "text") {
    return {{"url", url}, {"api_key", upstream::Options().openAiKey}, {"model", model}, {"kind", kind}};
}

Question helloToOpenAi() { return Question::dialog({{"system", "be kind"}, {"user", "你好，请介绍一下世界"}}); }

struct OpenAiPlugin : CppUnit::TestCase {
    upstream::Simulator simulator;
    PluginUnderTest plugin{"openai", openAiAt(simulator.openAiUrl())};

    Outcome askUnder(const Fault& fault, const Timeouts& timeouts = kPatientTimeouts) {
        simulator.setFault(fault);
        return plugin.ask(helloToOpenAi(), timeouts);
    }
    void expectUnder(const Fault& fault, ModelStatus status, const std::string& part,
                     const Timeouts& timeouts = kPatientTimeouts) {
        expectOutcome(askUnder(fault, timeouts), status, part);
    }
    static void expectOutcome(const Outcome& outcome, ModelStatus status, const std::string& part) {
        expect(outcome, status, part);
        CPPUNIT_ASSERT_MESSAGE(outcome.explanation, !has(outcome.explanation, upstream::Options().openAiKey));
    }
    static std::string textOf(const Outcome& outcome) {
        std::string text;
        for (const std::string& frame : outcome.frames) {
            const auto at = frame.find(R"("content":")");
            if (at != std::string::npos) text += frame.substr(at + 11, frame.find('"', at + 11) - at - 11);
        }
        return text;
    }
    void expectNoViolation() const {
        for (const auto& call : simulator.calls()) CPPUNIT_ASSERT_EQUAL(std::string(), call.violation);
    }
};

}  // namespace

SPEC(OpenAiPlugin, streams_an_answer_and_its_usage) {
    const Outcome outcome = plugin.ask(helloToOpenAi());
    expectOutcome(outcome, ModelStatus::ok, "");
    CPPUNIT_ASSERT_EQUAL("你好，请介绍一下世界"s, textOf(outcome));
    CPPUNIT_ASSERT(outcome.usage.prompt > 0 && outcome.usage.completion == 10);
    CPPUNIT_ASSERT_EQUAL(outcome.usage.prompt + outcome.usage.completion, outcome.usage.total);
    CPPUNIT_ASSERT(!outcome.upstreamId.empty());
    expectNoViolation();
}

SPEC(OpenAiPlugin, keeps_its_connection) {
    for (int i = 0; i < 5; ++i) {
        expectOutcome(plugin.ask(helloToOpenAi()), ModelStatus::ok, "");
        expectAllEnded(simulator);  // a connection on which the end of an answer is still to come is not waited for
    }
    CPPUNIT_ASSERT_EQUAL(1, simulator.connections());
    CPPUNIT_ASSERT_EQUAL(std::size_t(5), simulator.calls().size());
    Written none = openAiAt(simulator.openAiUrl());
    none["warm_connections"] = "0";
    PluginUnderTest other("openai", none);
    for (int i = 0; i < 2; ++i) expectOutcome(other.ask(helloToOpenAi()), ModelStatus::ok, "");
    CPPUNIT_ASSERT_EQUAL(3, simulator.connections());
}

SPEC(OpenAiPlugin, asks_anew_where_a_kept_connection_was_ended) {
    Fault once = faultOf(FaultKind::closeIdle);
    for (const FaultKind kind : {FaultKind::closeIdle, FaultKind::speakUnasked}) {
        once.kind = kind;
        simulator.setFault(once);
        const int before = simulator.connections();
        for (int i = 0; i < 5; ++i) expectOutcome(plugin.ask(helloToOpenAi()), ModelStatus::ok, "");
        CPPUNIT_ASSERT(simulator.connections() > before + 1);
    }
}

SPEC(OpenAiPlugin, breaks_when_the_answer_was_cut_and_never_hands_on_a_silent_half) {
    Fault cut = faultOf(FaultKind::cutAtByte);
    for (const FaultKind kind : {FaultKind::cutAtByte, FaultKind::endAtByte}) {
        cut.kind = kind;
        int whole = 0, broken = 0;
        for (cut.code = 0; cut.code < 2'400; cut.code += 7) {
            const Outcome outcome = askUnder(cut);
            if (outcome.status == ModelStatus::ok) {
                ++whole;
                CPPUNIT_ASSERT_EQUAL("你好，请介绍一下世界"s, textOf(outcome));
            } else {
                ++broken;
                CPPUNIT_ASSERT_MESSAGE(outcome.explanation, outcome.status == ModelStatus::unavailable ||
                                                                outcome.status == ModelStatus::failed);
            }
        }
        CPPUNIT_ASSERT(whole > 0 && broken > whole);
    }
}

SPEC(OpenAiPlugin, reads_tolerantly) {
    for (const FaultKind kind :
         {FaultKind::noUsage, FaultKind::usageTwice, FaultKind::noFinish, FaultKind::noDone, FaultKind::looseLines,
          FaultKind::emptyFrames, FaultKind::fragmented, FaultKind::pingFlood}) {
        const Outcome outcome = askUnder(faultOf(kind));
        expectOutcome(outcome, ModelStatus::ok, "");
        CPPUNIT_ASSERT_EQUAL_MESSAGE(std::to_string(int(kind)), "你好，请介绍一下世界"s, textOf(outcome));
        CPPUNIT_ASSERT_EQUAL(kind == FaultKind::noUsage ? 0L : 10L, long(outcome.usage.completion));
    }
    expectUnder(pausing(FaultKind::slow, 30), ModelStatus::ok, "");
    expectUnder(pausing(FaultKind::dripping, 0), ModelStatus::ok, "");
}

SPEC(OpenAiPlugin, says_what_a_refusal_means) {
    Fault refusal = faultOf(FaultKind::httpStatus, 429, R"({"error":{"message":"slow down","type":"requests"}})");
    refusal.header = "Retry-After: 20";
    expectUnder(refusal, ModelStatus::busy, "try again after: 20");
    expectUnder(faultOf(FaultKind::httpStatus, 402), ModelStatus::quotaSpent, "HTTP 402");
    expectUnder(faultOf(FaultKind::httpStatus, 503), ModelStatus::busy, "HTTP 503");
    expectUnder(faultOf(FaultKind::httpStatus, 500, "<html>Oops"), ModelStatus::unavailable, "<html>Oops");
    expectUnder(faultOf(FaultKind::httpStatus, 200, "<html>Hello"), ModelStatus::failed, "a page");
    Fault moved = faultOf(FaultKind::httpStatus, 307);
    moved.header = "Location: http://127.0.0.1:1/v1";
    expectUnder(moved, ModelStatus::misconfigured, "redirects");
    expectUnder(faultOf(FaultKind::errorFrame), ModelStatus::unavailable, "it said: simulated fault");
    expectUnder(faultOf(FaultKind::errorMidAnswer), ModelStatus::unavailable, "it said: simulated fault");
    expectUnder(faultOf(FaultKind::gzipped), ModelStatus::failed, "compressed (gzip)");
    expectUnder(faultOf(FaultKind::malformedJson), ModelStatus::failed, "");
    expectUnder(faultOf(FaultKind::hugeFrame), ModelStatus::failed, "more than 1 MiB");
    simulator.setFault({});
    Written wrongKey = openAiAt(simulator.openAiUrl());
    wrongKey["api_key"] = "sk-somebody-elses-key-000000";
    PluginUnderTest stranger("openai", wrongKey);
    const Outcome refused = stranger.ask(helloToOpenAi());
    expectOutcome(refused, ModelStatus::misconfigured, "HTTP 401");
    CPPUNIT_ASSERT_MESSAGE(refused.explanation, !has(refused.explanation, "sk-somebody"));
    PluginUnderTest unknown("openai", openAiAt(simulator.openAiUrl(), "no-such-model"));
    expectOutcome(unknown.ask(helloToOpenAi()), ModelStatus::misconfigured, "setting model");
}

SPEC(OpenAiPlugin, ends_by_its_times_and_with_its_client) {
    expectUnder(faultOf(FaultKind::hangBeforeUpgrade), ModelStatus::timedOut, "first_frame_ms", kShortFirstFrame);
    expectUnder(faultOf(FaultKind::hangBeforeFrame), ModelStatus::timedOut, "first_frame_ms", kShortFirstFrame);
    expectUnder(faultOf(FaultKind::hangMidAnswer), ModelStatus::timedOut, "idle_frame_ms", kShortIdleFrame);
    simulator.setFault(faultOf(FaultKind::hangMidAnswer));
    expectStoppedAt([](CallInProgress& call) { return call.host.delivered() > 0; }, "", plugin, helloToOpenAi());
    expectAllEnded(simulator);
    PluginUnderTest nobody("openai", openAiAt("http://127.0.0.1:1/v1"));
    expectOutcome(nobody.ask(helloToOpenAi()), ModelStatus::unavailable, "127.0.0.1:1: ");
}

SPEC(OpenAiPlugin, speaks_tls) {
    const TempDir dir;
    upstream::Options options;
    options.transport = upstream::Transport::tls;
    options.caDirectory = dir.path();
    const upstream::Simulator secured(options);
    Written written = openAiAt(secured.openAiUrl());
    PluginUnderTest distrusting("openai", written);
    expectOutcome(distrusting.ask(helloToOpenAi()), ModelStatus::misconfigured, "cannot be verified");
    written["tls.ca_file"] = secured.caFile();
    PluginUnderTest trusting("openai", written);
    for (int i = 0; i < 3; ++i) {
        expectOutcome(trusting.ask(helloToOpenAi()), ModelStatus::ok, "");
        expectAllEnded(secured);
    }
    CPPUNIT_ASSERT_EQUAL(2, secured.connections());
}

SPEC(OpenAiPlugin, asks_each_dialect_as_it_wants) {
    for (const auto& [dialect, model] :
         {std::pair("openai", "sim-reasoner"), {"vllm", "sim-thinker"}, {"ollama", "sim-thinker"}}) {
        Written written = openAiAt(simulator.openAiUrl(), model);
        written["dialect"] = dialect;
        written["max_tokens"] = "100";
        PluginUnderTest reasoner("openai", written);
        const Outcome outcome = reasoner.ask(helloToOpenAi());
        expectOutcome(outcome, ModelStatus::ok, "");
        std::string all;
        for (const std::string& frame : outcome.frames) all += frame;
        CPPUNIT_ASSERT_MESSAGE(all, has(all, "reasoning_content"));
    }
    expectNoViolation();
}

SPEC(OpenAiPlugin, has_a_recording_written_down) {
    PluginUnderTest voice("openai", openAiAt(simulator.openAiUrl(), "whisper-1", "voice"));
    const std::string pcm(32'000, 'p');
    const Outcome outcome = voice.ask(Question::voice(pcm));
    expectOutcome(outcome, ModelStatus::ok, "");
    CPPUNIT_ASSERT_EQUAL(upstream::transcriptOf(pcm.size()), outcome.text);
    expectNoViolation();
}

SPEC(OpenAiPlugin, has_a_picture_looked_at) {
    PluginUnderTest picture("openai", openAiAt(simulator.openAiUrl(), "sim-vision", "picture"));
    const Outcome outcome = picture.ask(Question::picture("\xFF\xD8\xFF jpeg"));
    expectOutcome(outcome, ModelStatus::ok, "");
    CPPUNIT_ASSERT(!textOf(outcome).empty());
    expectNoViolation();
}

SPEC(OpenAiPlugin, refuses_settings_that_cannot_work) {
    const auto findings = [](const Written& written) { return PluginUnderTest("openai", written).findings(); };
    CPPUNIT_ASSERT(has(findings({}), "model.openai.model = ..."));
    for (const auto& [name, value, part] :
         {std::tuple("url", "ws://localhost/v1", "must begin with https:// (or http://"),
          {"url", "http://example.com/v1", "plain http:// would send keys"},
          {"url", "https://h/v1?a=b", "without user, query and fragment"},
          {"api_key", "two words", "visible ASCII"},
          {"headers", "no colon", "Name: value"},
          {"headers", "X-A: b\r\nX-C: d", "Name: value"},
          {"dialect", "klingon", "is not openai or"}}) {
        Written written = openAiAt("http://127.0.0.1:1/v1");
        written[name] = value;
        CPPUNIT_ASSERT_MESSAGE(findings(written), has(findings(written), part));
    }
    Written written = openAiAt("http://127.0.0.1:1/v1");
    written["api_key"] = "";
    CPPUNIT_ASSERT_EQUAL(""s, findings(written));  // a server on loopback
    written["url"] = "";
    CPPUNIT_ASSERT(has(findings(written), "api_key: is not set"));
    written["kind"] = "picture";
    written["question"] = "";
    CPPUNIT_ASSERT(has(findings(written), "must not be empty"));
}
