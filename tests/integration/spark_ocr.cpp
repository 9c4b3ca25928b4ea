// spark_ocr, loaded from its .so, against the simulated upstream.
#include "support/iflytek_calls.h"
#include "support/spec.h"

#include <list>

using namespace aiproject;
using namespace aiproject::test;
using upstream::Fault;
using upstream::FaultKind;

namespace {

std::string photo(std::size_t bytes) { return "\xFF\xD8\xFF\xE0" + std::string(bytes - 4, 'j'); }

struct SparkOcr : CppUnit::TestCase {
    upstream::Simulator simulator;
    PluginUnderTest plugin{"spark_ocr", settingsFor(simulator.recognitionUrl())};

    Outcome askWith(const Fault& fault, const Timeouts& timeouts = kPatientTimeouts) {
        return test::askWith(fault, simulator, plugin, Question::picture(photo(1000)), timeouts);
    }
    static std::string textOf(const Outcome& outcome) {
        std::string text;
        for (const auto& frame : outcome.frames) text += frame;
        return text;
    }
};

}  // namespace

SPEC(SparkOcr, says_the_text_in_a_picture) {
    const Outcome outcome = plugin.ask(Question::picture(photo(1000)));
    expect(outcome, ModelStatus::ok, "");
    CPPUNIT_ASSERT_MESSAGE(textOf(outcome), has(textOf(outcome), "Invoice 2026/11\\n一张1000字节的图片。"));
    CPPUNIT_ASSERT(!outcome.upstreamId.empty());
    expectAllEnded(simulator);
    const auto call = simulator.calls().at(0);
    CPPUNIT_ASSERT_EQUAL(std::string(), call.violation);
    CPPUNIT_ASSERT(call.service == upstream::Service::textRecognition && call.answered);
}

SPEC(SparkOcr, reads_png_as_well) {
    expect(plugin.ask(Question::picture("\x89PNG\r\n\x1A\n" + std::string(1000, 'p'))), ModelStatus::ok, "");
    CPPUNIT_ASSERT(has(simulator.calls().at(0).request, R"("encoding":"png")"));
    CPPUNIT_ASSERT_EQUAL(std::string(), simulator.calls().at(0).violation);
}

SPEC(SparkOcr, has_an_empty_answer_to_a_picture_without_text) {
    const Outcome outcome = plugin.ask(Question::picture(photo(50)));
    expect(outcome, ModelStatus::ok, "");
    CPPUNIT_ASSERT_EQUAL(std::string(), simulator.calls().at(0).violation);
}

SPEC(SparkOcr, sends_a_picture_of_the_largest_size) {
    expect(plugin.ask(Question::picture(photo(3UL * 1024 * 1024))), ModelStatus::ok, "");
    CPPUNIT_ASSERT_EQUAL(std::string(), simulator.calls().at(0).violation);
}

SPEC(SparkOcr, refuses_what_the_upstream_would_before_it_connects) {
    const Outcome large = plugin.ask(Question::picture(photo(3UL * 1024 * 1024 + 1)));
    expect(large, ModelStatus::inputTooLarge, "3.1 MB");
    CPPUNIT_ASSERT_EQUAL(std::string("the picture has 3.1 MB; the picture model takes at most 3 MB"), large.advice);
    const Outcome gif = plugin.ask(Question::picture("GIF89a and more"));
    expect(gif, ModelStatus::badInput, "PNG");
    CPPUNIT_ASSERT_EQUAL(std::string("the picture is neither JPEG nor PNG"), gif.advice);
    CPPUNIT_ASSERT_EQUAL(0, simulator.connections());
}

SPEC(SparkOcr, asks_again_on_the_connection_that_has_answered) {
    for (int i = 0; i < 3; ++i) expect(plugin.ask(Question::picture(photo(1000))), ModelStatus::ok, "");
    CPPUNIT_ASSERT_EQUAL(1, simulator.connections());
    CPPUNIT_ASSERT_EQUAL(std::size_t(3), simulator.calls().size());
}

SPEC(SparkOcr, gives_each_error_its_status) {
    expect(askWith(faultOf(FaultKind::errorFrame, 11201, "licc limit")), ModelStatus::quotaSpent, "11201: licc limit");
    expect(askWith(faultOf(FaultKind::errorFrame, 11202)), ModelStatus::busy, "11202");
    const Outcome unreadable = askWith(faultOf(FaultKind::errorFrame, 10043));
    expect(unreadable, ModelStatus::badInput, "10043");
    CPPUNIT_ASSERT_EQUAL(std::string("the picture could not be read"), unreadable.advice);
    // With another status of HTTP as well.
    expect(askWith(faultOf(FaultKind::httpStatus, 400, R"({"header":{"code":10313,"message":"invalid appid"}})")),
           ModelStatus::misconfigured, "10313");
}

SPEC(SparkOcr, is_refused_with_a_foreign_app_id) {
    Written written = settingsFor(simulator.recognitionUrl());
    written["app_id"] = "another";
    PluginUnderTest foreign("spark_ocr", written);
    expect(foreign.ask(Question::picture(photo(1000))), ModelStatus::misconfigured, "10313");
    written["app_id"] = upstream::Options().appId;
    written["api_secret"] = "anothersecretanothersecret";
    PluginUnderTest stranger("spark_ocr", written);
    expect(stranger.ask(Question::picture(photo(1000))), ModelStatus::misconfigured, "check api_secret");
}

SPEC(SparkOcr, reports_faults_of_the_connection) {
    expect(askWith(faultOf(FaultKind::refuseConnect)), ModelStatus::unavailable, "upstream");
    expect(askWith(faultOf(FaultKind::httpStatus, 503)), ModelStatus::unavailable, "HTTP 503");
    expect(askWith(faultOf(FaultKind::httpStatus, 429)), ModelStatus::busy, "HTTP 429");
    expect(askWith(faultOf(FaultKind::httpStatus, 404)), ModelStatus::misconfigured, "check url");
    expect(askWith(faultOf(FaultKind::httpStatus, 302)), ModelStatus::misconfigured, "check url");
    expect(askWith(faultOf(FaultKind::wrongSignature)), ModelStatus::misconfigured, "api_secret");
    expect(askWith(faultOf(FaultKind::hangBeforeUpgrade), kShortFirstFrame), ModelStatus::timedOut,
           "timeout.first_frame_ms");
    expect(askWith(faultOf(FaultKind::hangBeforeFrame), kShortFirstFrame), ModelStatus::timedOut,
           "timeout.first_frame_ms");
    expect(askWith(faultOf(FaultKind::hangMidAnswer), kShortFirstFrame), ModelStatus::timedOut,
           "timeout.first_frame_ms");
    expect(askWith(faultOf(FaultKind::dropMidAnswer)), ModelStatus::unavailable, "in the middle of its answer");
    expect(askWith(faultOf(FaultKind::dropBeforeFrame)), ModelStatus::unavailable, "upstream");
}

SPEC(SparkOcr, asks_once_more_by_the_upstreams_clock) {
    Fault skewed = faultOf(FaultKind::skewedClock);
    skewed.times = 1;
    expect(askWith(skewed), ModelStatus::ok, "");
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), simulator.calls().size());
    expect(askWith(faultOf(FaultKind::skewedClock)), ModelStatus::misconfigured, "clock");
    CPPUNIT_ASSERT_EQUAL(std::size_t(4), simulator.calls().size());
}

SPEC(SparkOcr, asks_once_more_where_a_kept_connection_was_dead) {
    Fault closing = faultOf(FaultKind::speakUnasked);
    closing.times = 1;
    expect(askWith(closing), ModelStatus::ok, "");
    expect(askWith(faultOf(FaultKind::none)), ModelStatus::ok, "");
    CPPUNIT_ASSERT_EQUAL(2, simulator.connections());
}

SPEC(SparkOcr, refuses_what_is_no_answer) {
    for (const auto kind :
         {FaultKind::malformedJson, FaultKind::notJsonObject, FaultKind::hugeFrame, FaultKind::gzipped})
        expect(askWith(faultOf(kind)), ModelStatus::failed, "upstream");
    // Cut, but with a proper end of HTTP.
    for (const int byte : {0, 1, 20, 60, 200})
        expect(askWith(faultOf(FaultKind::endAtByte, byte)), ModelStatus::failed, "upstream");
}

SPEC(SparkOcr, takes_answers_however_they_are_cut) {
    for (const auto& fault : {faultOf(FaultKind::fragmented), faultOf(FaultKind::pingFlood),
                              pausing(FaultKind::dripping, 0), pausing(FaultKind::slow, 50)})
        expect(askWith(fault), ModelStatus::ok, "");
}

SPEC(SparkOcr, ends_the_upstream_call_when_the_client_leaves) {
    simulator.setFault(faultOf(FaultKind::hangBeforeFrame));
    expectStoppedAt([&](CallInProgress&) { return simulator.calls().size() == 1; }, "the client has left", plugin,
                    Question::picture(photo(1000)));
    expectAllEnded(simulator);
}

SPEC(SparkOcr, serves_two_hundred_calls_at_once) {
    std::list<CallInProgress> calls;
    const Question question = Question::picture(photo(20'000));
    for (int i = 0; i < 200; ++i) calls.emplace_back(plugin, question, Timeouts{60'000, 60'000, 60'000, 120'000});
    for (auto& call : calls) expect(call.finished(), ModelStatus::ok, "");
    expectAllEnded(simulator);
}

SPEC(SparkOcr, refuses_urls_that_would_send_keys_in_the_clear) {
    PluginUnderTest open("spark_ocr", settingsFor("http://api.xf-yun.com/v1/private/hh_ocr_recognize_doc"));
    CPPUNIT_ASSERT_MESSAGE(open.findings(), !open.isUsable() && has(open.findings(), "use https://"));
    PluginUnderTest socket("spark_ocr", settingsFor("wss://api.xf-yun.com/v1/private/hh_ocr_recognize_doc"));
    CPPUNIT_ASSERT_MESSAGE(socket.findings(), !socket.isUsable() && has(socket.findings(), "must begin with https://"));
}
