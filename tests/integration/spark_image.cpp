// spark_image, loaded from its .so, against the simulated upstream.
#include "support/iflytek_calls.h"
#include "support/spec.h"

#include <list>

using namespace aiproject;
using namespace aiproject::test;
using upstream::Fault;
using upstream::FaultKind;

namespace {

std::string jpeg(std::size_t bytes) { return "\xFF\xD8\xFF\xE0" + std::string(bytes - 4, 'j'); }

struct SparkImage : CppUnit::TestCase {
    upstream::Simulator simulator;
    PluginUnderTest plugin{"spark_image", settingsFor(simulator.url("/v2.1/image"))};

    Outcome askWith(const Fault& fault, const Timeouts& timeouts = kPatientTimeouts) {
        return test::askWith(fault, simulator, plugin, Question::picture(jpeg(1000)), timeouts);
    }
};

}  // namespace

SPEC(SparkImage, answers_frame_by_frame_as_the_upstream_does) {
    const Outcome outcome = plugin.ask(Question::picture(jpeg(1000)));
    expect(outcome, ModelStatus::ok, "");
    CPPUNIT_ASSERT(outcome.frames.size() == 6);
    CPPUNIT_ASSERT(outcome.usage.total > 0 && !outcome.upstreamId.empty());
    expectAllEnded(simulator);
    const auto call = simulator.calls().at(0);
    CPPUNIT_ASSERT_EQUAL(std::string(), call.violation);
    CPPUNIT_ASSERT(has(call.request, R"("domain":"imagev3")") && has(call.request, "图片"));
}

SPEC(SparkImage, sends_a_picture_of_the_largest_size) {
    expect(plugin.ask(Question::picture(jpeg(4UL * 1024 * 1024))), ModelStatus::ok, "");
    expectAllEnded(simulator);
    CPPUNIT_ASSERT_EQUAL(std::string(), simulator.calls().at(0).violation);
}

SPEC(SparkImage, refuses_what_the_upstream_would_before_it_connects) {
    const Outcome large = plugin.ask(Question::picture(jpeg(5UL * 1024 * 1024)));
    expect(large, ModelStatus::inputTooLarge, "5.0 MB");
    CPPUNIT_ASSERT_EQUAL(std::string("the picture has 5.0 MB; the picture model takes at most 4 MB"), large.advice);
    const Outcome png = plugin.ask(Question::picture("\x89PNG\r\n\x1A\n and more"));
    expect(png, ModelStatus::badInput, "JPEG");
    CPPUNIT_ASSERT(!png.advice.empty());
    CPPUNIT_ASSERT_EQUAL(0, simulator.connections());
}

SPEC(SparkImage, gives_each_error_its_status) {
    expect(askWith(faultOf(FaultKind::errorFrame, 10013, "refused words")), ModelStatus::contentRefused, "10013");
    expect(askWith(faultOf(FaultKind::errorMidAnswer, 10022)), ModelStatus::contentRefused, "10022");
    expect(askWith(faultOf(FaultKind::errorFrame, 10907)), ModelStatus::failed, "10907");
    const Outcome pixels = askWith(faultOf(FaultKind::errorFrame, 10041));
    expect(pixels, ModelStatus::badInput, "10041");
    CPPUNIT_ASSERT(has(pixels.advice, "pixels"));
}

SPEC(SparkImage, reports_faults_of_the_connection) {
    expect(askWith(faultOf(FaultKind::refuseConnect)), ModelStatus::unavailable, "handshake");
    expect(askWith(faultOf(FaultKind::httpStatus, 503)), ModelStatus::unavailable, "HTTP 503");
    expect(askWith(faultOf(FaultKind::wrongSignature)), ModelStatus::misconfigured, "api_secret");
    expect(askWith(faultOf(FaultKind::hangBeforeUpgrade), kShortConnect), ModelStatus::timedOut, "timeout.connect_ms");
    expect(askWith(faultOf(FaultKind::hangBeforeFrame), kShortFirstFrame), ModelStatus::timedOut,
           "timeout.first_frame_ms");
    expect(askWith(faultOf(FaultKind::hangMidAnswer), kShortIdleFrame), ModelStatus::timedOut, "timeout.idle_frame_ms");
    expect(askWith(pausing(FaultKind::dripping, 20), kShortFirstFrame), ModelStatus::timedOut,
           "timeout.first_frame_ms");
    expect(askWith(faultOf(FaultKind::dropMidAnswer)), ModelStatus::unavailable, "upstream");
    expect(askWith(faultOf(FaultKind::closeMidAnswer, 1011)), ModelStatus::unavailable, "code 1011");
}

SPEC(SparkImage, refuses_what_is_no_answer) {
    for (const auto kind :
         {FaultKind::malformedJson, FaultKind::notJsonObject, FaultKind::hugeFrame, FaultKind::binaryFrame})
        expect(askWith(faultOf(kind)), ModelStatus::failed, "upstream");
}

SPEC(SparkImage, takes_answers_in_unusual_frames) {
    for (const auto kind : {FaultKind::fragmented, FaultKind::pingFlood, FaultKind::emptyFrames})
        expect(askWith(faultOf(kind)), ModelStatus::ok, "");
    expect(askWith(faultOf(FaultKind::sensitiveAtEnd)), ModelStatus::ok, "10019");
}

SPEC(SparkImage, ends_the_upstream_call_when_the_client_leaves) {
    simulator.setFault(faultOf(FaultKind::hangMidAnswer));
    expectStoppedAt([](CallInProgress& call) { return call.host.delivered() == 2; }, "the client has left", plugin,
                    Question::picture(jpeg(1000)));
    expectAllEnded(simulator);
}

SPEC(SparkImage, is_not_held_by_an_upstream_that_does_not_read) {
    Written written = settingsFor(simulator.url("/v2.1/image"));
    simulator.setFault(faultOf(FaultKind::hangBeforeUpgrade));
    PluginUnderTest stuck("spark_image", written);
    expect(stuck.ask(Question::picture(jpeg(4UL * 1024 * 1024)), kShortConnect), ModelStatus::timedOut, "connect_ms");
    expectAllEnded(simulator);
}

SPEC(SparkImage, serves_two_hundred_calls_at_once) {
    std::list<CallInProgress> calls;
    const Question question = Question::picture(jpeg(20'000));
    for (int i = 0; i < 200; ++i) calls.emplace_back(plugin, question, Timeouts{60'000, 60'000, 60'000, 120'000});
    for (auto& call : calls) expect(call.finished(), ModelStatus::ok, "");
    expectAllEnded(simulator);
}
