// What a plugin says, as the client gets it: frame by frame or as one text.
#include "unit/reply_fixture.h"

#include "unit/expect.h"

#include <limits>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

SPEC(Reply, as_a_stream_passes_frames_byte_for_byte) {
    const std::string odd =
        "{ \"header\" : {\"code\":0},\"x\":\"\\u4f60\",\"y\":\"\u4f60\",\n"
        " \"payload\" : {\"choices\":{\"text\":[ ] } } , \"n\":1.50 }";
    const std::string last = lastWith(R"({ "total_tokens":7 })") + " ";
    CPPUNIT_ASSERT(passes(stream, odd));
    CPPUNIT_ASSERT(isLast(stream, last));
    stream.finish();
    CPPUNIT_ASSERT_EQUAL(odd, kept.frames.at(0));
    CPPUNIT_ASSERT_EQUAL(last, kept.frames.at(1));
}

SPEC(Reply, as_a_stream_flushes_each_frame_but_those_of_a_followed_stream) {
    CPPUNIT_ASSERT(passes(stream, frameSaying("a")));
    CPPUNIT_ASSERT(stream.text("b"));
    CPPUNIT_ASSERT_EQUAL(2, kept.flushes);
    stream.beFollowed();
    CPPUNIT_ASSERT(passes(stream, frameSaying("c")));
    CPPUNIT_ASSERT(stream.text("d"));
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), kept.frames.size());
    CPPUNIT_ASSERT(stream.flush());
    CPPUNIT_ASSERT(stream.flush());  // nothing waits
    CPPUNIT_ASSERT_EQUAL(3, kept.flushes);
    CPPUNIT_ASSERT_EQUAL(std::size_t(4), kept.frames.size());
}

SPEC(Reply, counts_a_frame_before_it_goes_out) {
    CPPUNIT_ASSERT(passes(stream, frameSaying("four of them, or so")));
    CPPUNIT_ASSERT_EQUAL(stream.report().answer.tokens(), kept.noted.at(0));
    CPPUNIT_ASSERT(stream.thought("and more"));
    CPPUNIT_ASSERT_EQUAL(stream.report().answer.tokens(), kept.noted.at(1));
    CPPUNIT_ASSERT(stream.text("and more again"));
    CPPUNIT_ASSERT_EQUAL(stream.report().answer.tokens(), kept.noted.at(2));
    CPPUNIT_ASSERT(kept.noted.at(0) > 0 && kept.noted.at(1) > kept.noted.at(0) && kept.noted.at(2) > kept.noted.at(1));
}

SPEC(Reply, has_not_counted_what_was_lost_with_a_client_between_two_flushes) {
    kept.takes = 1;
    CPPUNIT_ASSERT(stream.text("Hello"));
    const std::int64_t taken = stream.report().answer.tokens();
    stream.beFollowed();
    CPPUNIT_ASSERT(stream.text(" dear") && isLast(stream, lastWith("{}", R"({"content":" reader"})")));
    CPPUNIT_ASSERT(!stream.flush());
    CPPUNIT_ASSERT_EQUAL(taken, stream.report().answer.tokens());
    CPPUNIT_ASSERT_EQUAL(std::uint64_t(1), stream.report().frames);
    CPPUNIT_ASSERT(stream.report().isCut && stream.stop() == Stop::clientLeft);
}

SPEC(Reply, has_not_counted_what_a_client_that_left_did_not_take) {
    kept.takes = 0;
    CPPUNIT_ASSERT(!passes(stream, frameSaying("too late")));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), stream.report().answer.tokens());
}

SPEC(Reply, as_a_stream_makes_frames_of_pieces) {
    CPPUNIT_ASSERT(stream.text("Hello"));
    stream.upstreamId("up-1");
    CPPUNIT_ASSERT(stream.text(" you"));
    for (int i = 0; i < 2; ++i) {
        CPPUNIT_ASSERT_EQUAL(0, header(i)->getValue<int>("code"));
        CPPUNIT_ASSERT_EQUAL("Success"s, header(i)->getValue<std::string>("message"));
        CPPUNIT_ASSERT_EQUAL(i, header(i)->getValue<int>("status"));
        CPPUNIT_ASSERT_EQUAL(i, choices(i)->getValue<int>("status"));
        CPPUNIT_ASSERT_EQUAL(i, choices(i)->getValue<int>("seq"));
    }
    CPPUNIT_ASSERT_EQUAL("request-7"s, header(0)->getValue<std::string>("sid"));
    CPPUNIT_ASSERT_EQUAL("up-1"s, header(1)->getValue<std::string>("sid"));
    const auto words = choices(1)->getArray("text")->getObject(0);
    CPPUNIT_ASSERT_EQUAL(" you"s, words->getValue<std::string>("content"));
    CPPUNIT_ASSERT_EQUAL("assistant"s, words->getValue<std::string>("role"));
    CPPUNIT_ASSERT_EQUAL(0, words->getValue<int>("index"));
}

SPEC(Reply, as_a_stream_escapes_what_a_piece_or_id_has_in_it) {
    const std::string hostile = "\"},\n\r\t\\ \u4f60\U0001f600 \x01\x7f\0 end"s;
    stream.upstreamId("id\"\n");
    CPPUNIT_ASSERT(stream.text(hostile));
    CPPUNIT_ASSERT_EQUAL(hostile, contentOf(0));
    CPPUNIT_ASSERT_EQUAL("id\"\n"s, header(0)->getValue<std::string>("sid"));
    CPPUNIT_ASSERT(kept.frames.at(0).find('\n') == std::string::npos);
}

SPEC(Reply, as_a_stream_makes_frames_of_thoughts_that_the_originals_client_can_read) {
    CPPUNIT_ASSERT(stream.thought("hm"));
    CPPUNIT_ASSERT_EQUAL(""s, contentOf(0));
    CPPUNIT_ASSERT_EQUAL("hm"s, choices(0)->getArray("text")->getObject(0)->getValue<std::string>("reasoning_content"));
    CPPUNIT_ASSERT(stream.report().answer.tokens() > 0);
}

SPEC(Reply, as_a_stream_has_one_last_frame_only) {
    const std::string last = lastWith("{}");
    CPPUNIT_ASSERT(isLast(stream, last));
    CPPUNIT_ASSERT_EQUAL(int(Seen::over), int(seen(stream, frameSaying("more"))));
    CPPUNIT_ASSERT(!stream.text("more") && !stream.thought("more"));
    CPPUNIT_ASSERT_EQUAL(int(Seen::over), int(seen(stream, last)));
    CPPUNIT_ASSERT(kept.frames.empty());
    stream.finish();
    stream.finish();
    stream.finishBroken({ErrorKind::textModelFailed, 502, "broken"});
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), kept.frames.size());
}

SPEC(Reply, as_a_stream_that_broke_after_the_plugins_last_frame_has_ours) {
    CPPUNIT_ASSERT(isLast(stream, lastWith("{}")));
    stream.finishBroken({ErrorKind::textModelFailed, 502, "broken"});
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), kept.frames.size());
    CPPUNIT_ASSERT_EQUAL(502, header(0)->getValue<int>("code"));
}

SPEC(Reply, as_a_stream_makes_a_last_frame_anew_in_which_clients_would_miss_something) {
    const std::string words = R"("choices":{"status":2,"text":[{"content":"end"}]})";
    const std::string usage = R"("usage":{"text":{"total_tokens":14}})";
    for (const std::string& frame :
         {R"({"header":{"code":0,"status":0},"payload":{)" + words + "," + usage + "}}",
          R"({"header":{"code":0,"status":2},"payload":{)" + words + "}}",
          R"({"header":{"code":0,"status":2},"payload":{)" + usage + "}}", R"({"header":{"code":0,"status":2}})"s}) {
        CallWatch::Call other(watch, -1, 1h);
        KeptFrames frames;
        DocumentedWriter otherWriter(frames);
        StreamReply reply(frames, otherWriter, "request-7");
        reply.attach(other);
        CPPUNIT_ASSERT_MESSAGE(frame, isLast(reply, frame) && reply.report().hasLast);
        reply.finish();
        reply.detach();
        const auto last = objectIn(frames.frames.back());
        CPPUNIT_ASSERT_EQUAL_MESSAGE(frame, 2, last->getObject("header")->getValue<int>("status"));
        const auto counts = last->getObject("payload")->getObject("usage")->getObject("text");
        CPPUNIT_ASSERT_EQUAL_MESSAGE(frame, frame.find("14") == std::string::npos ? 0 : 14,
                                     counts->getValue<int>("total_tokens"));
        CPPUNIT_ASSERT_EQUAL_MESSAGE(frame, std::size_t(frame.find("end") == std::string::npos ? 1 : 2),
                                     frames.frames.size());
    }
}

SPEC(Reply, tells_the_plugin_what_it_saw_and_passes_no_error_and_nothing_without_words) {
    for (const char* frame : {R"({"header":{"code":10013,"message":"no","sid":"up-9"}})", "{}", R"({"header":{}})",
                              R"({"header":{"code":"0"},"payload":{"choices":{"text":[{"content":"a"}]}}})",
                              R"({"header":{"code":0.5}})", R"({"header":[]})"})
        CPPUNIT_ASSERT_EQUAL_MESSAGE(frame, int(Seen::error), int(seen(stream, frame)));
    CPPUNIT_ASSERT_EQUAL("up-9"s, stream.report().upstreamId);
    for (const char* frame :
         {R"({"header":{"code":0}})", R"({"header":{"code":0},"payload":{}})",
          R"({"header":{"code":0},"payload":null})", R"({"header":{"code":0},"payload":{"choices":{"status":1}}})"})
        CPPUNIT_ASSERT_EQUAL_MESSAGE(frame, int(Seen::other), int(seen(stream, frame)));
    CPPUNIT_ASSERT(kept.frames.empty() && !stream.hasBegun() && stream.handedOn() == 4);
    CPPUNIT_ASSERT(passes(stream, R"({"header":{"code":0},"payload":{"plugins":{"text":[{"name":"search"}]}}})"));
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), kept.frames.size());
}

SPEC(Reply, as_a_stream_gives_an_element_without_content_an_empty_one) {
    const std::string thought = frameWith(R"({ "reasoning_content":"hm","x":1e999 })");
    CPPUNIT_ASSERT(passes(stream, thought));
    CPPUNIT_ASSERT_EQUAL(frameWith(R"({"content":"", "reasoning_content":"hm","x":1e999 })"), kept.frames.at(0));
    CPPUNIT_ASSERT(passes(stream, frameWith(R"({ },{"content":"a"},7,{"x":{"content":"b"}})")));
    CPPUNIT_ASSERT_EQUAL(frameWith(R"({"content":"" },{"content":"a"},7,{"content":"","x":{"content":"b"}})"),
                         kept.frames.at(1));
}

SPEC(Reply, refuses_a_dialect_that_it_cannot_read) {
    CPPUNIT_ASSERT_EQUAL(int(Seen::over), int(stream.frame("smoke signals", frameSaying("a"))));
    assertGarbage(stream);
    assertSays(stream.report().explanation, "smoke signals");
}

SPEC(Reply, refuses_what_no_text_can_show) {
    const float values[] = {1.0F};
    for (int i = 0; i < 3; ++i) {
        CallWatch::Call other(watch, -1, 1h);
        collect.attach(other);
        stream.attach(other);
        CPPUNIT_ASSERT(!(i == 0 ? stream.toolCall({}) : i == 1 ? collect.bytes("x") : collect.vector(values, 1)));
        CPPUNIT_ASSERT(other.stop() != Stop::none);
        CPPUNIT_ASSERT(stream.report().isGarbage || collect.report().isGarbage);
    }
}

SPEC(Reply, has_not_begun_when_the_client_did_not_take_its_first_frame) {
    kept.takes = 0;
    CPPUNIT_ASSERT(!stream.text("Hello"));
    CPPUNIT_ASSERT(!stream.hasBegun());
}

SPEC(Reply, as_a_stream_that_broke_says_so_in_its_last_frame) {
    stream.text("Hello");
    stream.finishBroken({ErrorKind::textModelFailed, 502, "the \"text\" model failed"});
    stream.finish();
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), kept.frames.size());
    CPPUNIT_ASSERT_EQUAL(502, header(1)->getValue<int>("code"));
    CPPUNIT_ASSERT_EQUAL("the \"text\" model failed"s, header(1)->getValue<std::string>("message"));
    CPPUNIT_ASSERT_EQUAL(2, header(1)->getValue<int>("status"));
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), choices(1)->getArray("text")->size());
}

SPEC(Reply, as_a_stream_ends_the_call_when_the_client_takes_no_more) {
    kept.takes = 1;
    CPPUNIT_ASSERT(stream.text("Hello"));
    CPPUNIT_ASSERT(!stream.text("you"));
    CPPUNIT_ASSERT_EQUAL(int(Stop::clientLeft), int(stream.stop()));
    CPPUNIT_ASSERT_EQUAL(int(Seen::over), int(seen(stream, frameSaying("more"))));
}

SPEC(Reply, takes_nothing_after_the_end_of_the_call) {
    call.end(Stop::totalExpired);
    CPPUNIT_ASSERT(!stream.text("x"));
    CPPUNIT_ASSERT_EQUAL(int(Seen::over), int(seen(stream, frameSaying("x"))));
    CPPUNIT_ASSERT_EQUAL(int(Seen::over), int(seen(stream, lastWith("{}"))));
    CPPUNIT_ASSERT(!collect.text("x"));
    CPPUNIT_ASSERT(kept.frames.empty());
    CPPUNIT_ASSERT(!stream.hasBegun() && !collect.hasBegun());
}

SPEC(Reply, refuses_a_piece_that_is_not_utf8) {
    CPPUNIT_ASSERT(!stream.text("\xe4\xbd"));
    assertGarbage(stream);
    CPPUNIT_ASSERT(kept.frames.empty());
}

SPEC(Reply, in_one_piece_refuses_a_piece_that_is_not_utf8) {
    CPPUNIT_ASSERT(!collect.text("\xff"));
    assertGarbage(collect);
}

SPEC(Reply, in_one_piece_joins_pieces) {
    CPPUNIT_ASSERT(collect.text("Hello"));
    CPPUNIT_ASSERT(collect.text(""));
    CPPUNIT_ASSERT(collect.text(" \u4f60"));
    CPPUNIT_ASSERT_EQUAL("Hello \u4f60"s, collect.text());
    CPPUNIT_ASSERT_EQUAL(std::uint64_t(3), collect.report().frames);
}

SPEC(Reply, in_one_piece_takes_the_words_out_of_frames) {
    CPPUNIT_ASSERT(passes(collect, frameSaying("He")));
    CPPUNIT_ASSERT(passes(collect, frameWith(R"({"content":"l"},{"content":"l"})")));
    CPPUNIT_ASSERT(passes(collect, R"({"header":{"code":0},"payload":{"plugins":{"text":[{"content":"search"}]}}})"));
    CPPUNIT_ASSERT(passes(collect, frameWith(R"({"reasoning_content":"hm"})")));
    CPPUNIT_ASSERT(collect.thought("hm"));
    CPPUNIT_ASSERT_EQUAL(int(Seen::other), int(seen(collect, R"({"header":{"code":0}})")));
    CPPUNIT_ASSERT(isLast(collect, lastWith("{}", R"({"content":"o"})")));
    CPPUNIT_ASSERT(!collect.text("more"));
    CPPUNIT_ASSERT_EQUAL("Hello"s, collect.text());
}

SPEC(Reply, in_one_piece_refuses_frames_that_are_not_in_the_documented_shape) {
    for (const std::string& frame :
         {""s, "x"s, "[]"s, "null"s, "{\"payload\":"s, "\"text\""s, "{\"a\":\"\xff\"}"s, std::string(1'000, '[')}) {
        CallWatch::Call other(watch, -1, 1h);
        CollectReply reply(1'000);
        reply.attach(other);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(frame, int(Seen::over), int(seen(reply, frame)));
        CPPUNIT_ASSERT(reply.report().isGarbage && other.stop() != Stop::none);
    }
}

SPEC(Reply, in_one_piece_overlooks_members_of_another_type) {
    for (const std::string& payload :
         {R"(7)"s, R"(null)"s, R"({"choices":[]})"s, R"({"choices":{"text":"x"}})"s,
          R"({"choices":{"text":["x",null]}})"s, R"({"choices":{"text":[{"content":null}]}})"s,
          R"({"choices":{"text":[{"content":7}]}})"s, R"({"choices":{"status":"2","text":[]}})"s,
          R"({"x":99999999999999999999,"choices":{"text":[{"content":""}]}})"s}) {
        const Seen told = seen(collect, R"({"header":{"code":0},"payload":)" + payload + "}");
        CPPUNIT_ASSERT_MESSAGE(payload, told == Seen::passed || told == Seen::other);
    }
    CPPUNIT_ASSERT_EQUAL(""s, collect.text());
}

SPEC(Reply, in_one_piece_keeps_when_each_part_was_said) {
    const auto say = [&](CollectReply& reply, double begin, double end, const std::string& words) {
        reply.attach(call);
        Spoken part;
        part.begin = begin;
        part.end = end;
        part.text = std::string_view(words);
        part.language = "en";
        reply.spoken(part);
        reply.detach();
    };
    CollectReply timed(1'000, CollectReply::Kept::times);
    say(timed, 0, 1.5, "Hello");
    say(timed, 1.5, 1.5, "");
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), timed.answer().parts.size());
    CPPUNIT_ASSERT_EQUAL(1.5, timed.answer().parts.front().end);
    CPPUNIT_ASSERT_EQUAL("Hello"s, timed.answer().parts.front().text);
    CPPUNIT_ASSERT_EQUAL("en"s, timed.answer().language);
    CPPUNIT_ASSERT(timed.hasBegun());
    say(collect, 0, 1, "Hello");
    CPPUNIT_ASSERT(collect.answer().parts.empty() && !collect.report().isGarbage);
}

SPEC(Reply, in_one_piece_refuses_parts_with_wrong_times_or_too_many) {
    constexpr double never = std::numeric_limits<double>::quiet_NaN(), late = std::numeric_limits<double>::infinity();
    const auto stopAfter = [&](double begin, double end, const std::string& words) {
        CallWatch::Call own(watch, -1, 1h);
        CollectReply reply(1'000, CollectReply::Kept::times);
        reply.attach(own);
        Spoken part;
        part.begin = begin;
        part.end = end;
        part.text = std::string_view(words);
        reply.spoken(part);
        reply.detach();
        CPPUNIT_ASSERT(reply.answer().parts.empty());
        return own.stop();
    };
    CPPUNIT_ASSERT(stopAfter(2, 1, "") == Stop::totalExpired && stopAfter(-1, 1, "") == Stop::totalExpired);
    CPPUNIT_ASSERT(stopAfter(never, 1, "") == Stop::totalExpired && stopAfter(0, late, "") == Stop::totalExpired);
    CPPUNIT_ASSERT(stopAfter(0, 1, "\xff") == Stop::totalExpired);
    CPPUNIT_ASSERT(stopAfter(0, 1, std::string(1'000, 'a')) == Stop::answerTooLong);
}

SPEC(Reply, in_one_piece_has_a_limit) {
    CPPUNIT_ASSERT(collect.text(std::string(999, 'x')));
    CPPUNIT_ASSERT(collect.text("y"));
    CPPUNIT_ASSERT(!collect.text("z"));
    CPPUNIT_ASSERT_EQUAL(int(Stop::answerTooLong), int(collect.stop()));
    CPPUNIT_ASSERT_EQUAL(std::size_t(1'000), collect.text().size());
}

SPEC(Reply, keeps_notes_within_bounds) {
    collect.explain("one");
    collect.explain("two");
    CPPUNIT_ASSERT_EQUAL("one; two"s, collect.report().explanation);
    collect.upstreamId(std::string(1'000, 'i'));
    CPPUNIT_ASSERT_EQUAL(std::size_t(128), collect.report().upstreamId.size());
    collect.advise("take a smaller picture");
    collect.advise("\xff not text");
    CPPUNIT_ASSERT_EQUAL("take a smaller picture"s, collect.report().advice);
}

SPEC(Reply, keeps_advice_whole_when_it_is_cut_inside_a_character) {
    std::string advice = "x";
    for (int i = 0; i < 1'000; ++i) advice += "\u5b57";
    collect.advise(advice);
    const std::string& kept = collect.report().advice;
    CPPUNIT_ASSERT(kept.size() > 1'000 && kept.size() <= 2'048);
    CPPUNIT_ASSERT_EQUAL(advice.substr(0, kept.size()), kept);
}

SPEC(Reply, forgets_what_the_plugin_before_it_said) {
    collect.explain("first");
    collect.usage(usageOf(1, 1, 1, 1));
    collect.attach(call);
    CPPUNIT_ASSERT(collect.report().explanation.empty());
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), collect.report().usage.total);
}

SPEC(Reply, guards_the_descriptor_that_a_plugin_blocks_on) {
    SocketPair upstream;
    stream.guard(upstream.ours.get(), 3'600'000);
    call.end(Stop::clientLeft);
    CPPUNIT_ASSERT(upstream.endsWhileReading());
    CPPUNIT_ASSERT_EQUAL(int(Stop::clientLeft), int(stream.stop()));
}

SPEC(Reply, still_gets_a_last_frame_when_the_plugins_own_came_too_late) {
    CPPUNIT_ASSERT(stream.text("Hello"));
    call.end(Stop::guardExpired);
    CPPUNIT_ASSERT(!isLast(stream, lastWith("{}", R"({"content":" world"})")));
    CPPUNIT_ASSERT(stream.report().isCut);
    stream.finishBroken({ErrorKind::modelTimeout, 504, "too late"});
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), kept.frames.size());
    CPPUNIT_ASSERT_EQUAL(2, header(1)->getValue<int>("status"));
}

SPEC(Reply, overlooks_an_upstream_id_that_would_break_a_frame) {
    stream.upstreamId("\xff\xfe");
    CPPUNIT_ASSERT_EQUAL(""s, stream.report().upstreamId);
}

}  // namespace
