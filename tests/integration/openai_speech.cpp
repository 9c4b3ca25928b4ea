// Speech of the plugin openai, loaded from its .so, against the simulated service.
#include "support/iflytek_calls.h"
#include "support/spec.h"

#include <string>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;
using upstream::FaultKind;

namespace {

constexpr const char* kSamples = "audio/L16;rate=24000";

struct OpenAiSpeech : CppUnit::TestCase {
    upstream::Simulator simulator;
    PluginUnderTest plugin{"openai",
                           {{"url", simulator.openAiUrl()},
                            {"api_key", upstream::Options().openAiKey},
                            {"model", "sim-speech"},
                            {"kind", "speech"}}};

    static std::string soundOf(const Outcome& outcome) {
        std::string all;
        for (const std::string& frame : outcome.frames) all += frame;
        return all;
    }
    void expectUnder(FaultKind kind, int code, ModelStatus status, const std::string& part) {
        simulator.setFault(faultOf(kind, code));
        expect(plugin.ask(Question::speech("Hello", kSamples)), status, part);
        expectAllEnded(simulator);
    }
};

}  // namespace

SPEC(OpenAiSpeech, comes_in_the_format_and_at_the_speed_that_were_asked_for) {
    Question question = Question::speech("Hello 世界", kSamples);
    question.request.voice = "nova";
    const Outcome samples = plugin.ask(question);
    expect(samples, ModelStatus::ok, "");
    CPPUNIT_ASSERT_EQUAL(std::size_t(8 * 4'800), soundOf(samples).size());
    CPPUNIT_ASSERT(!samples.upstreamId.empty());
    question = Question::speech("Hello 世界", kSamples);
    question.request.speed = {2, 1};
    question.request.prompt = "Speak \"calmly\"";
    const Outcome faster = plugin.ask(question);
    CPPUNIT_ASSERT_EQUAL(std::size_t(4 * 4'800), soundOf(faster).size());
    const std::string wav = soundOf(plugin.ask(Question::speech("Hello", "audio/wav")));
    CPPUNIT_ASSERT_EQUAL("RIFF"s, wav.substr(0, 4));
    CPPUNIT_ASSERT_EQUAL(std::size_t(44 + 5 * 4'800), wav.size());
    for (const auto& call : simulator.calls()) CPPUNIT_ASSERT_EQUAL(""s, call.violation);
    CPPUNIT_ASSERT(has(simulator.calls().at(0).request, R"("voice":"nova")"));
    CPPUNIT_ASSERT(has(simulator.calls().at(1).request, R"("voice":"alloy")"));
    CPPUNIT_ASSERT(!has(simulator.calls().at(0).request, "instructions"));
    CPPUNIT_ASSERT(has(simulator.calls().at(1).request, R"("instructions":"Speak \"calmly\"")"));
}

SPEC(OpenAiSpeech, asks_its_next_question_on_the_same_connection) {
    for (int i = 0; i < 3; ++i) {
        expect(plugin.ask(Question::speech("Hello", kSamples)), ModelStatus::ok, "");
        expectAllEnded(simulator);
    }
    CPPUNIT_ASSERT_EQUAL(1, simulator.connections());
}

SPEC(OpenAiSpeech, gives_each_error_its_status) {
    expectUnder(FaultKind::httpStatus, 429, ModelStatus::busy, "HTTP 429");
    expectUnder(FaultKind::httpStatus, 503, ModelStatus::busy, "HTTP 503");
    expectUnder(FaultKind::wrongSignature, 0, ModelStatus::misconfigured, "HTTP 401");
    expectUnder(FaultKind::dropMidAnswer, 0, ModelStatus::unavailable, "middle of its answer");
    simulator.setFault({});
    Question question = Question::speech("Hello", kSamples);
    question.request.voice = "nobody";
    const Outcome refused = plugin.ask(question);
    expect(refused, ModelStatus::badInput, "HTTP 400");
    CPPUNIT_ASSERT_MESSAGE(refused.advice, has(refused.advice, "voice"));
}
