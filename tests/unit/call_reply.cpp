// What a plugin says, as the client gets it: frame by frame or as one text.
#include "unit/reply_fixture.h"

#include "unit/expect.h"

using namespace aiproject;
using namespace aiproject::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

SPEC(Reply, as_a_stream_passes_frames_byte_for_byte) {
    const std::string odd = "{ \"header\" : {},\"x\":\"\\u4f60\",\"y\":\"\u4f60\",  \"reasoning_content\":null }";
    CPPUNIT_ASSERT(stream.frame(text(odd)));
    CPPUNIT_ASSERT(stream.lastFrame(text(odd + " ")));
    stream.finish();
    CPPUNIT_ASSERT_EQUAL(odd, kept.frames.at(0));
    CPPUNIT_ASSERT_EQUAL(odd + " ", kept.frames.at(1));
}

SPEC(Reply, as_a_stream_passes_on_that_a_frame_may_be_held) {
    CPPUNIT_ASSERT(stream.heldFrame(text(frameSaying("a"))));
    CPPUNIT_ASSERT(stream.frame(text(frameSaying("b"))));
    CPPUNIT_ASSERT_EQUAL(1, kept.held);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t(2), stream.report().frames);
    CPPUNIT_ASSERT(!stream.heldFrame("no JSON"));
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), kept.frames.size());
}

SPEC(Reply, counts_a_frame_before_it_goes_out) {
    CPPUNIT_ASSERT(stream.frame(text(frameSaying("four of them, or so"))));
    CPPUNIT_ASSERT_EQUAL(stream.report().answer.tokens(), kept.noted.at(0));
    CPPUNIT_ASSERT(stream.heldFrame(text(frameSaying("and more"))));
    CPPUNIT_ASSERT_EQUAL(stream.report().answer.tokens(), kept.noted.at(1));
    CPPUNIT_ASSERT(stream.delta("and more again"));
    CPPUNIT_ASSERT_EQUAL(stream.report().answer.tokens(), kept.noted.at(2));
    CPPUNIT_ASSERT(kept.noted.at(0) > 0 && kept.noted.at(1) > kept.noted.at(0) && kept.noted.at(2) > kept.noted.at(1));
}

SPEC(Reply, has_not_counted_what_a_client_that_left_did_not_take) {
    kept.takes = 0;
    CPPUNIT_ASSERT(!stream.frame(text(frameSaying("too late"))));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), stream.report().answer.tokens());
}

SPEC(Reply, as_one_text_takes_a_held_frame_like_any_other) {
    CPPUNIT_ASSERT(collect.heldFrame(text(frameSaying("a"))));
    CPPUNIT_ASSERT_EQUAL("a"s, collect.text());
}

SPEC(Reply, as_a_stream_makes_frames_of_deltas) {
    CPPUNIT_ASSERT(stream.delta("Hello"));
    stream.upstreamId("up-1");
    CPPUNIT_ASSERT(stream.delta(" you"));
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

SPEC(Reply, as_a_stream_escapes_what_a_delta_or_id_has_in_it) {
    const std::string hostile = "\"},\n\r\t\\ \u4f60\U0001f600 \x01\x7f\0 end"s;
    stream.upstreamId(text("id\"\n"));
    CPPUNIT_ASSERT(stream.delta(text(hostile)));
    CPPUNIT_ASSERT_EQUAL(hostile, contentOf(0));
    CPPUNIT_ASSERT_EQUAL("id\"\n"s, header(0)->getValue<std::string>("sid"));
    CPPUNIT_ASSERT(kept.frames.at(0).find('\n') == std::string::npos);
}

SPEC(Reply, as_a_stream_has_one_last_frame_only) {
    CPPUNIT_ASSERT(stream.lastFrame("{}"));
    CPPUNIT_ASSERT(!stream.frame("{}"));
    CPPUNIT_ASSERT(!stream.delta("more"));
    CPPUNIT_ASSERT(!stream.lastFrame("{}"));
    CPPUNIT_ASSERT(kept.frames.empty());
    stream.finish();
    stream.finish();
    stream.finishBroken(502, "broken");
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), kept.frames.size());
}

SPEC(Reply, as_a_stream_that_broke_after_the_plugins_last_frame_has_ours) {
    CPPUNIT_ASSERT(stream.lastFrame("{}"));
    stream.finishBroken(502, "broken");
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), kept.frames.size());
    CPPUNIT_ASSERT_EQUAL(502, header(0)->getValue<int>("code"));
}

SPEC(Reply, has_not_begun_when_the_client_did_not_take_its_first_frame) {
    kept.takes = 0;
    CPPUNIT_ASSERT(!stream.delta("Hello"));
    CPPUNIT_ASSERT(!stream.hasBegun());
}

SPEC(Reply, as_a_stream_that_broke_says_so_in_its_last_frame) {
    stream.delta("Hello");
    stream.finishBroken(502, "the \"text\" model failed");
    stream.finish();
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), kept.frames.size());
    CPPUNIT_ASSERT_EQUAL(502, header(1)->getValue<int>("code"));
    CPPUNIT_ASSERT_EQUAL("the \"text\" model failed"s, header(1)->getValue<std::string>("message"));
    CPPUNIT_ASSERT_EQUAL(2, header(1)->getValue<int>("status"));
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), choices(1)->getArray("text")->size());
}

SPEC(Reply, as_a_stream_ends_the_call_when_the_client_takes_no_more) {
    kept.takes = 1;
    CPPUNIT_ASSERT(stream.delta("Hello"));
    CPPUNIT_ASSERT(!stream.delta("you"));
    CPPUNIT_ASSERT_EQUAL(int(Stop::clientLeft), int(stream.stop()));
    CPPUNIT_ASSERT(!stream.frame("{}"));
}

SPEC(Reply, takes_nothing_after_the_end_of_the_call) {
    call.end(Stop::totalExpired);
    CPPUNIT_ASSERT(!stream.delta("x"));
    CPPUNIT_ASSERT(!stream.frame("{}"));
    CPPUNIT_ASSERT(!stream.lastFrame("{}"));
    CPPUNIT_ASSERT(!collect.delta("x"));
    CPPUNIT_ASSERT(kept.frames.empty());
    CPPUNIT_ASSERT(!stream.hasBegun() && !collect.hasBegun());
}

SPEC(Reply, refuses_a_delta_that_is_not_utf8) {
    CPPUNIT_ASSERT(!stream.delta("\xe4\xbd"));
    assertGarbage(stream);
    CPPUNIT_ASSERT(kept.frames.empty());
}

SPEC(Reply, in_one_piece_refuses_a_delta_that_is_not_utf8) {
    CPPUNIT_ASSERT(!collect.delta("\xff"));
    assertGarbage(collect);
}

SPEC(Reply, in_one_piece_joins_deltas) {
    CPPUNIT_ASSERT(collect.delta("Hello"));
    CPPUNIT_ASSERT(collect.delta(""));
    CPPUNIT_ASSERT(collect.delta(" \u4f60"));
    CPPUNIT_ASSERT_EQUAL("Hello \u4f60"s, collect.text());
    CPPUNIT_ASSERT_EQUAL(std::uint64_t(3), collect.report().frames);
}

SPEC(Reply, in_one_piece_takes_the_words_out_of_frames) {
    CPPUNIT_ASSERT(collect.frame(text(frameSaying("He"))));
    CPPUNIT_ASSERT(collect.frame(R"({"payload":{"choices":{"text":[{"content":"l"},{"content":"l"}]}}})"));
    CPPUNIT_ASSERT(collect.frame(R"({"header":{},"payload":{"plugins":{"text":[{"content":"search results"}]}}})"));
    CPPUNIT_ASSERT(collect.frame(R"({"payload":{"choices":{"text":[{"reasoning_content":"hm"}]}}})"));
    CPPUNIT_ASSERT(collect.frame(R"({"header":{"code":0}})"));
    CPPUNIT_ASSERT(collect.lastFrame(text(frameSaying("o"))));
    CPPUNIT_ASSERT_EQUAL("Hello"s, collect.text());
}

SPEC(Reply, in_one_piece_refuses_frames_that_are_not_in_the_documented_shape) {
    for (const std::string& frame :
         {""s, "x"s, "[]"s, "null"s, "{\"payload\":"s, "\"text\""s, "{\"a\":\"\xff\"}"s, std::string(1'000, '[')}) {
        CallWatch::Call other(watch, -1, 1h);
        CollectReply reply(1'000);
        reply.attach(other);
        CPPUNIT_ASSERT_MESSAGE(frame, !reply.frame(text(frame)));
        CPPUNIT_ASSERT(reply.report().isGarbage && other.stop() != Stop::none);
    }
}

SPEC(Reply, in_one_piece_overlooks_members_of_another_type) {
    for (const std::string& frame :
         {R"({"payload":7})"s, R"({"payload":null})"s, R"({"payload":{"choices":[]}})"s,
          R"({"payload":{"choices":{"text":"x"}}})"s, R"({"payload":{"choices":{"text":["x",null]}}})"s,
          R"({"payload":{"choices":{"text":[{"content":null}]}}})"s,
          R"({"payload":{"choices":{"text":[{"content":7}]}}})"s,
          R"({"payload":{"x":99999999999999999999,"choices":{"text":[{"content":""}]}}})"s})
        CPPUNIT_ASSERT_MESSAGE(frame, collect.frame(text(frame)));
    CPPUNIT_ASSERT_EQUAL(""s, collect.text());
}

SPEC(Reply, in_one_piece_has_a_limit) {
    CPPUNIT_ASSERT(collect.delta(text(std::string(999, 'x'))));
    CPPUNIT_ASSERT(collect.delta("y"));
    CPPUNIT_ASSERT(!collect.delta("z"));
    CPPUNIT_ASSERT_EQUAL(int(Stop::answerTooLong), int(collect.stop()));
    CPPUNIT_ASSERT_EQUAL(std::size_t(1'000), collect.text().size());
}

SPEC(Reply, keeps_notes_within_bounds) {
    collect.explain("one");
    collect.explain("two");
    CPPUNIT_ASSERT_EQUAL("one; two"s, collect.report().explanation);
    collect.upstreamId(text(std::string(1'000, 'i')));
    CPPUNIT_ASSERT_EQUAL(std::size_t(128), collect.report().upstreamId.size());
    collect.advise("take a smaller picture");
    collect.advise("\xff not text");
    CPPUNIT_ASSERT_EQUAL("take a smaller picture"s, collect.report().advice);
}

SPEC(Reply, keeps_advice_whole_when_it_is_cut_inside_a_character) {
    std::string advice = "x";
    for (int i = 0; i < 1'000; ++i) advice += "\u5b57";
    collect.advise(text(advice));
    const std::string& kept = collect.report().advice;
    CPPUNIT_ASSERT(kept.size() > 1'000 && kept.size() <= 2'048);
    CPPUNIT_ASSERT_EQUAL(advice.substr(0, kept.size()), kept);
}

SPEC(Reply, forgets_what_the_plugin_before_it_said) {
    collect.explain("first");
    collect.usage({1, 1, 1, 1});
    collect.attach(call);
    CPPUNIT_ASSERT(collect.report().explanation.empty());
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), collect.report().usage.total);
}

SPEC(Reply, guards_the_descriptor_that_a_plugin_blocks_on) {
    SocketPair upstream;
    stream.guard(upstream.ours.get(), 3'600'000);
    CPPUNIT_ASSERT_EQUAL(-1, stream.clientDescriptor());
    call.end(Stop::clientLeft);
    CPPUNIT_ASSERT(upstream.endsWhileReading());
    CPPUNIT_ASSERT_EQUAL(int(Stop::clientLeft), int(stream.stop()));
}

SPEC(Reply, still_gets_a_last_frame_when_the_plugins_own_came_too_late) {
    CPPUNIT_ASSERT(stream.delta("Hello"));
    call.end(Stop::guardExpired);
    CPPUNIT_ASSERT(!stream.lastFrame(text(frameSaying(" world"))));
    CPPUNIT_ASSERT(stream.report().isCut);
    stream.finishBroken(504, "too late");
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), kept.frames.size());
    CPPUNIT_ASSERT_EQUAL(2, header(1)->getValue<int>("status"));
}

SPEC(Reply, overlooks_an_upstream_id_that_would_break_a_frame) {
    stream.upstreamId("\xff\xfe");
    CPPUNIT_ASSERT_EQUAL(""s, stream.report().upstreamId);
}

}  // namespace
