// /v1/audio/transcriptions.
#include "support/spec.h"
#include "unit/expect.h"
#include "unit/openai_client.h"

#include <string>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

struct Transcriptions : OpenAiClient {
    static Fields in(const std::string& format, Fields more = {}) {
        more.emplace_back("model", "m");
        more.emplace_back("response_format", format);
        return more;
    }
};

SPEC(Transcriptions, come_in_the_format_that_was_asked_for) {
    const Site site([](Config& config) {
        answering("delta \"Hi\"")(config);
        config.routes.voice = {"m"};
    });
    const ScriptedExchange json = transcribe(site, {{"model", "whisper-1"}});
    CPPUNIT_ASSERT_EQUAL("\"Hi\""s, wordIn(json.json(), "text"));
    CPPUNIT_ASSERT_EQUAL(2.0, json.json()->getObject("usage")->getValue<double>("seconds"));
    const ScriptedExchange text = transcribe(site, in("text"));
    CPPUNIT_ASSERT_EQUAL("\"Hi\"\n"s, text.text());
    CPPUNIT_ASSERT_EQUAL("text/plain; charset=utf-8"s, text.head->contentType);
}

SPEC(Transcriptions, without_times_have_one_part_as_long_as_the_recording) {
    const Site site(answering("delta \"Hi\" & <bye> ---> \u4f60"));
    const auto verbose = transcribe(site, in("verbose_json", {{"language", "zh"}})).json();
    CPPUNIT_ASSERT_EQUAL(2.0, verbose->getValue<double>("duration"));
    CPPUNIT_ASSERT_EQUAL("zh"s, wordIn(verbose, "language"));
    CPPUNIT_ASSERT_EQUAL(2.0, verbose->getArray("segments")->getObject(0)->getValue<double>("end"));
    CPPUNIT_ASSERT_EQUAL("1\n00:00:00,000 --> 00:00:02,000\n\"Hi\" & <bye> -> \u4f60\n\n"s,
                         transcribe(site, in("srt")).text());
    const ScriptedExchange vtt = transcribe(site, in("vtt"));
    CPPUNIT_ASSERT_EQUAL("WEBVTT\n\n00:00:00.000 --> 00:00:02.000\n\"Hi\" &amp; &lt;bye&gt; ---&gt; \u4f60\n\n"s,
                         vtt.text());
    CPPUNIT_ASSERT_EQUAL("text/vtt; charset=utf-8"s, vtt.head->contentType);
}

SPEC(Transcriptions, have_the_times_that_the_model_tells) {
    const Site site(
        answering("spoken 0 1.2344  One\n\nline |spoken 3661.5 3662 \u4f60|spoken 4 5  |delta One line \u4f60"));
    CPPUNIT_ASSERT_EQUAL("1\n00:00:00,000 --> 00:00:01,234\nOne  line\n\n2\n01:01:01,500 --> 01:01:02,000\n\u4f60\n\n"s,
                         transcribe(site, in("srt")).text());
    const auto verbose = transcribe(site, in("verbose_json", {{"language", "zh"}})).json();
    CPPUNIT_ASSERT_EQUAL("One line \u4f60"s, wordIn(verbose, "text"));
    CPPUNIT_ASSERT_EQUAL("en"s, wordIn(verbose, "language"));
    CPPUNIT_ASSERT_EQUAL(std::size_t(3), verbose->getArray("segments")->size());
    CPPUNIT_ASSERT_EQUAL(1, verbose->getArray("segments")->getObject(1)->getValue<int>("id"));
    CPPUNIT_ASSERT_EQUAL(3661.5, verbose->getArray("segments")->getObject(1)->getValue<double>("start"));
}

SPEC(Transcriptions, of_silence_have_no_parts) {
    const Site site(answering("usage 1"));
    CPPUNIT_ASSERT_EQUAL(""s, transcribe(site, in("srt")).text());
    CPPUNIT_ASSERT_EQUAL("WEBVTT\n\n"s, transcribe(site, in("vtt")).text());
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), transcribe(site, in("verbose_json")).json()->getArray("segments")->size());
}

SPEC(Transcriptions, are_streamed_as_events) {
    Site site(answering("delta Hi |delta \"you\"|usage 7"));
    const ScriptedExchange answer = transcribe(site, {{"model", "m"}, {"stream", "true"}});
    CPPUNIT_ASSERT_EQUAL("text/event-stream; charset=utf-8"s, answer.head->contentType);
    const auto events = eventsOf(answer);
    CPPUNIT_ASSERT_EQUAL(std::size_t(3), events.size());
    CPPUNIT_ASSERT_EQUAL(R"({"type":"transcript.text.delta","delta":"Hi "})"s, events[0]);
    CPPUNIT_ASSERT_EQUAL(R"({"type":"transcript.text.delta","delta":"\"you\""})"s, events[1]);
    const auto done = objectIn(events[2]);
    CPPUNIT_ASSERT_EQUAL("transcript.text.done"s, wordIn(done, "type"));
    CPPUNIT_ASSERT_EQUAL("Hi \"you\""s, wordIn(done, "text"));
    CPPUNIT_ASSERT_EQUAL(7, done->getObject("usage")->getValue<int>("total_tokens"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(2), site.number("SELECT SUM(voice_seconds) FROM ledger"));
    const auto silent = eventsOf(transcribe(Site(answering("explain x")), {{"model", "m"}, {"stream", "True"}}));
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), silent.size());
    CPPUNIT_ASSERT_EQUAL("duration"s, wordIn(objectIn(silent[0])->getObject("usage"), "type"));
    CPPUNIT_ASSERT_EQUAL("Hi \"you\""s, wordIn(transcribe(site, {{"model", "m"}, {"stream", "false"}}).json(), "text"));
}

SPEC(Transcriptions, that_break_in_mid_stream_end_with_an_error) {
    const auto events =
        eventsOf(transcribe(Site(answering("delta Hi|status failed")), {{"model", "m"}, {"stream", "true"}}));
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), events.size());
    CPPUNIT_ASSERT(objectIn(events[1])->has("error"));
    const Site early(answering("status failed"));
    assertFault(transcribe(early, {{"model", "m"}, {"stream", "true"}}), 502, "null");
    const Site endless([](Config& config) {
        answering("delta 0123456789|delta 0123456789")(config);
        config.limits.answerBytes = 15;
    });
    const auto cut = eventsOf(transcribe(endless, {{"model", "m"}, {"stream", "true"}}));
    assertSays(wordIn(objectIn(cut.back())->getObject("error"), "message"), "the answer is too long");
}

SPEC(Transcriptions, hand_the_clients_wishes_to_the_model) {
    const auto asking = [](std::uint64_t abilities) {
        return Site(answering("say language|delta  |say prompt|delta  |say times|delta  |say temperature", abilities));
    };
    const Fields wishes{{"model", "m"}, {"language", "zh-CN"}, {"prompt", "Li Lei, \u97e9"}, {"temperature", "0.25"}};
    CPPUNIT_ASSERT_EQUAL("zh-CN Li Lei, \u97e9 0 0.250000"s,
                         wordIn(transcribe(asking(std::uint64_t(Ability::sampling)), wishes).json(), "text"));
    CPPUNIT_ASSERT_EQUAL("zh-CN Li Lei, \u97e9 0 0.000000"s, wordIn(transcribe(asking(0), wishes).json(), "text"));
    Fields timed = in("verbose_json", {{"timestamp_granularities[]", "segment"}, {"language", ""}});
    CPPUNIT_ASSERT_EQUAL("  1 0.000000"s, wordIn(transcribe(asking(0), timed).json(), "text"));
}

SPEC(Transcriptions, of_a_form_that_lacks_something_are_refused_with_its_name) {
    const Site site(answering("delta Hi"));
    assertFault(transcribe(site, {}), 400, "invalid_value", "model");
    assertFault(transcribe(site, {{"model", "m"}}, "", ""), 400, "invalid_value", "file");
    assertFault(transcribe(site, {{"model", "m"}}, "", "a.wav"), 400, "invalid_value", "file");
    assertFault(transcribe(site, {{"model", "m"}}, "\x1a\x45\xdf\xa3 webm", "a.webm"), 400, "invalid_value", "file");
    assertFault(transcribe(site, {{"model", "none"}}), 404, "model_not_found", "model");
    assertFault(send(site, "POST", kTranscriptions, "{}"), 400, "invalid_value", "file");
}

SPEC(Transcriptions, of_fields_that_are_wrong_are_refused_with_their_name) {
    const Site site(answering("delta Hi"));
    for (const auto& [field, value] : Fields{{"stream", "yes"},
                                             {"language", "a b"},
                                             {"language", std::string(36, 'a')},
                                             {"temperature", "1.5"},
                                             {"temperature", "-0.1"},
                                             {"temperature", "nan"},
                                             {"temperature", "0.5x"},
                                             {"model", "\xff"},
                                             {"prompt", "\xff"},
                                             {"language", "\xff"},
                                             {"response_format", "\xff"},
                                             {"prompt", std::string(16'385, 'a')},
                                             {"timestamp_granularities[]", "hour"}})
        assertFault(transcribe(site, {{"model", "m"}, {field, value}}), 400, "invalid_value", field);
    for (const auto& [field, value] :
         Fields{{"response_format", "diarized_json"}, {"timestamp_granularities[]", "word"}})
        assertFault(transcribe(site, {{"model", "m"}, {field, value}}), 400, "unsupported_parameter", field);
    for (const std::string& format : {"srt"s, "vtt"s, "verbose_json"s})
        assertFault(transcribe(site, in(format, {{"stream", "true"}})), 400, "unsupported_parameter",
                    "response_format");
}

SPEC(Transcriptions, overlook_what_no_model_here_can_do_and_empty_fields) {
    const Site site(answering("delta Hi"));
    const Fields fields{
        {"model", "m"}, {"include[]", "logprobs"}, {"chunking_strategy", "auto"},       {"user", "x"}, {"prompt", ""},
        {"stream", ""}, {"temperature", ""},       {"prompt", std::string(16'384, 'a')}};
    CPPUNIT_ASSERT_EQUAL("Hi"s, wordIn(transcribe(site, fields).json(), "text"));
}

}  // namespace
