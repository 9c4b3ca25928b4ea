// spark_iat, loaded from its .so, against the simulated upstream: both variants, the pace, the limits,
// each fault.
#include "support/iflytek_calls.h"
#include "support/spec.h"

#include <list>

using namespace aiproject;
using namespace aiproject::test;
using upstream::Fault;
using upstream::FaultKind;
using upstream::transcriptOf;

namespace {

constexpr std::size_t kBytesPerSecond = 32'000;

Question recording(std::size_t bytes = 2 * kBytesPerSecond) { return Question::voice(std::string(bytes, 'p')); }

struct SparkIat : CppUnit::TestCase {
    upstream::Simulator simulator;
    PluginUnderTest classic{"spark_iat", settingsFor(simulator.url("/v2/iat"))};
    PluginUnderTest large{"spark_iat", largeSettings()};

    Written largeSettings() const {
        Written written = settingsFor(simulator.url("/v1"));
        written["variant"] = "large";
        return written;
    }
    Outcome askWith(const Fault& fault, const Timeouts& timeouts = kPatientTimeouts) {
        return test::askWith(fault, simulator, classic, recording(), timeouts);
    }
    void expectTranscript(PluginUnderTest& plugin, std::size_t bytes) {
        const Outcome outcome = plugin.ask(recording(bytes));
        expect(outcome, ModelStatus::ok, "");
        CPPUNIT_ASSERT_EQUAL(transcriptOf(bytes), outcome.text);
        CPPUNIT_ASSERT(!outcome.upstreamId.empty() && outcome.frames.empty());
        expectAllEnded(simulator);
        CPPUNIT_ASSERT_EQUAL(std::string(), simulator.calls().back().violation);
        CPPUNIT_ASSERT_EQUAL(std::uint64_t(bytes), simulator.calls().back().audioBytes);
    }
};

}  // namespace

SPEC(SparkIat, writes_down_what_was_said) {
    expectTranscript(classic, 2 * kBytesPerSecond);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t(8000), simulator.calls().back().largestAudioFrame);
    CPPUNIT_ASSERT_EQUAL(1000, simulator.calls().back().closeCode);
}

SPEC(SparkIat, writes_down_what_the_large_model_heard) {
    expectTranscript(large, 2 * kBytesPerSecond);
    CPPUNIT_ASSERT(simulator.calls().back().service == upstream::Service::largeIat);
}

SPEC(SparkIat, takes_a_recording_smaller_than_one_frame) {
    expectTranscript(classic, 2);
    expectTranscript(large, 2);
}

SPEC(SparkIat, sends_pieces_of_the_size_that_was_set) {
    Written written = settingsFor(simulator.url("/v2/iat"));
    written["frame_bytes"] = "1280";
    written["dwa"] = "none";
    PluginUnderTest plugin("spark_iat", written);
    expectTranscript(plugin, 16'000);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t(1280), simulator.calls().back().largestAudioFrame);
    CPPUNIT_ASSERT(!has(simulator.calls().back().request, "dwa"));
}

SPEC(SparkIat, takes_recordings_of_8000_samples) {
    const Outcome outcome = classic.ask(Question::voice(std::string(16'000, 'p'), 8000));
    expect(outcome, ModelStatus::ok, "");
    CPPUNIT_ASSERT(has(simulator.calls().back().request, "audio/L16;rate=8000"));
}

SPEC(SparkIat, refuses_what_the_upstream_would_before_it_connects) {
    const Outcome longer = classic.ask(recording(75 * kBytesPerSecond));
    expect(longer, ModelStatus::inputTooLarge, "75 s");
    CPPUNIT_ASSERT_EQUAL(std::string("the recording is 75 s long; the voice model takes at most 60 s"), longer.advice);
    for (const char* odd : {"", "abc"}) {
        const Outcome outcome = classic.ask(Question::voice(odd));
        CPPUNIT_ASSERT(outcome.status == ModelStatus::badInput && !outcome.advice.empty());
    }
    CPPUNIT_ASSERT_EQUAL(0, simulator.connections());
}

SPEC(SparkIat, gives_each_error_its_status) {
    expect(askWith(faultOf(FaultKind::errorFrame, 10313)), ModelStatus::misconfigured, "app_id");
    expect(askWith(faultOf(FaultKind::errorFrame, 10014, "time out")), ModelStatus::unavailable, "time out");
    expect(askWith(faultOf(FaultKind::errorMidAnswer, 11203)), ModelStatus::quotaSpent, "expired");
    const Outcome decoding = askWith(faultOf(FaultKind::errorFrame, 10043));
    expect(decoding, ModelStatus::badInput, "10043");
    CPPUNIT_ASSERT(has(decoding.advice, "PCM"));
}

SPEC(SparkIat, stops_sending_at_the_first_error) {
    simulator.setFault(faultOf(FaultKind::errorFrame, 11202));
    const Outcome outcome = classic.ask(recording(50 * kBytesPerSecond));
    expect(outcome, ModelStatus::busy, "11202");
    expectAllEnded(simulator);
    CPPUNIT_ASSERT(simulator.calls().back().audioFrames < 200);
}

SPEC(SparkIat, waits_for_the_end_of_the_audio_before_it_expects_anything) {
    // 2.4 s of sending; a deadline for frames that counted from its begin would be over before it
    simulator.setFault(faultOf(FaultKind::hangBeforeFrame));
    const Outcome outcome = classic.ask(recording(15 * kBytesPerSecond), {20'000, 1'500, 2'000, 60'000});
    expect(outcome, ModelStatus::timedOut, "timeout.first_frame_ms");
    expectAllEnded(simulator);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t(15 * kBytesPerSecond), simulator.calls().back().audioBytes);
}

SPEC(SparkIat, reports_faults_of_the_connection) {
    expect(askWith(faultOf(FaultKind::refuseConnect)), ModelStatus::unavailable, "handshake");
    expect(askWith(faultOf(FaultKind::httpStatus, 503)), ModelStatus::unavailable, "HTTP 503");
    expect(askWith(faultOf(FaultKind::wrongSignature)), ModelStatus::misconfigured, "api_secret");
    expect(askWith(faultOf(FaultKind::hangBeforeUpgrade), kShortConnect), ModelStatus::timedOut, "timeout.connect_ms");
    expect(askWith(faultOf(FaultKind::hangMidAnswer), kShortFirstFrame), ModelStatus::timedOut, "timeout.");
    expect(askWith(pausing(FaultKind::dripping, 20), kShortIdleFrame), ModelStatus::timedOut, "timeout.");
    expect(askWith(faultOf(FaultKind::dropMidAnswer)), ModelStatus::unavailable, "upstream");
    expect(askWith(faultOf(FaultKind::closeMidAnswer, 1011)), ModelStatus::unavailable, "");
}

SPEC(SparkIat, refuses_what_is_no_answer) {
    for (const auto kind :
         {FaultKind::malformedJson, FaultKind::notJsonObject, FaultKind::hugeFrame, FaultKind::binaryFrame})
        expect(askWith(faultOf(kind)), ModelStatus::failed, "upstream");
}

SPEC(SparkIat, takes_answers_in_unusual_frames) {
    for (const auto kind : {FaultKind::fragmented, FaultKind::pingFlood, FaultKind::emptyFrames}) {
        simulator.setFault(faultOf(kind));
        expectTranscript(classic, 2 * kBytesPerSecond);
        expectTranscript(large, 2 * kBytesPerSecond);
    }
}

SPEC(SparkIat, goes_on_sending_after_a_ping_that_nothing_follows) {
    simulator.setFault(faultOf(FaultKind::lonePing));
    Written written = settingsFor(simulator.url("/v2/iat"));
    written["dwa"] = "none";  // so that no guess follows the ping
    PluginUnderTest plugin("spark_iat", written);
    expectTranscript(plugin, 2 * kBytesPerSecond);
}

SPEC(SparkIat, ends_the_upstream_call_when_the_client_leaves_while_audio_goes_up) {
    expectStoppedAt([&](CallInProgress&) { return !simulator.calls().empty() && simulator.calls()[0].audioFrames > 2; },
                    "while audio was being sent", classic, recording(59 * kBytesPerSecond));
    expectAllEnded(simulator);
}

SPEC(SparkIat, ends_the_upstream_call_when_the_client_leaves_before_the_transcript) {
    simulator.setFault(faultOf(FaultKind::hangBeforeFrame));
    const auto bytes = kBytesPerSecond;
    expectStoppedAt(
        [&](CallInProgress&) { return !simulator.calls().empty() && simulator.calls()[0].audioBytes == bytes; }, "",
        classic, recording(bytes));
    expectAllEnded(simulator);
}

SPEC(SparkIat, serves_two_hundred_calls_at_once) {
    std::list<CallInProgress> calls;
    for (int i = 0; i < 200; ++i)
        calls.emplace_back(i % 2 ? classic : large, recording(kBytesPerSecond),
                           Timeouts{60'000, 60'000, 60'000, 120'000});
    for (auto& call : calls) {
        expect(call.finished(), ModelStatus::ok, "");
        CPPUNIT_ASSERT_EQUAL(transcriptOf(kBytesPerSecond), call.finished().text);
    }
    expectAllEnded(simulator);
}
