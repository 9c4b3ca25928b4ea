// What a plugin says, as the client gets it: frame by frame or as one text.
#include "host/call_reply.h"

#include "support/scripted_exchange.h"
#include "support/spec.h"
#include "unit/expect.h"
#include "unit/host_fixture.h"

#include <Poco/JSON/Array.h>

#include <chrono>
#include <string>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

Text text(const std::string& words) { return std::string_view(words); }

std::string frameSaying(const std::string& content) {
    return R"({"header":{"code":0,"status":1},"payload":{"choices":{"status":1,"seq":0,"text":[{"content":")" +
           content + R"(","role":"assistant","index":0}]}}})";
}

struct Reply : CppUnit::TestCase {
    CallWatch watch;
    CallWatch::Call call{watch, -1, 1h};
    KeptFrames kept;
    StreamReply stream{kept, "request-7"};
    CollectReply collect{1'000};

    Reply() {
        stream.attach(call);
        collect.attach(call);
    }
    ~Reply() override {
        stream.detach();
        collect.detach();
    }
    Reply(const Reply&) = delete;
    Reply& operator=(const Reply&) = delete;

    Poco::JSON::Object::Ptr header(std::size_t frame) const {
        return objectIn(kept.frames.at(frame))->getObject("header");
    }
    Poco::JSON::Object::Ptr choices(std::size_t frame) const {
        return objectIn(kept.frames.at(frame))->getObject("payload")->getObject("choices");
    }
    std::string contentOf(std::size_t frame) const {
        return choices(frame)->getArray("text")->getObject(0)->getValue<std::string>("content");
    }
    void assertGarbage(const CallReply& reply) const {
        CPPUNIT_ASSERT(reply.report().isGarbage);
        CPPUNIT_ASSERT(!reply.hasBegun());
        CPPUNIT_ASSERT(call.stop() != Stop::none);
        CPPUNIT_ASSERT(!reply.report().explanation.empty());
    }
};

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

SPEC(Reply, as_a_stream_lets_nothing_through_that_a_reader_cannot_take) {
    TokenEstimate answer;
    const auto isTaken = [&](const std::string& frame) { return lookAt(frame, {answer}).isObject; };
    CPPUNIT_ASSERT(isTaken(R"( {"a":[1,-0.5e3,null,"\ud83d\ude00"],"b":1e-2147483639} )"));
    for (const char* number : {"-0", "1E+999", "-1e999", "123456789012345678901234567890", "18446744073709551616",
                               "-9223372036854775809", "0.1234567890123456789", "0e99999999999999999999"})
        CPPUNIT_ASSERT_MESSAGE(number, isTaken(R"({"e-1":"\"1e9","a":[)" + std::string(number) + "]}"));
    for (const char* number : {"01234567890123456789", "1e", "1.e999", "-", "1e9991e999", ".1e999", "+1e999", "1e999x"})
        CPPUNIT_ASSERT_MESSAGE(number, !isTaken(R"({"a":)" + std::string(number) + "}"));
    const std::string lists(127, '['), ends(127, ']');
    CPPUNIT_ASSERT(isTaken(R"({"a":)" + lists + "1" + ends + "}"));
    CPPUNIT_ASSERT(!isTaken(R"({"a":[)" + lists + "1" + ends + "]}"));
    CPPUNIT_ASSERT(isTaken(R"({"a":")" + std::string(100'000, 'x') + "\"}"));  // more than a thread keeps memory for
    CPPUNIT_ASSERT(!isTaken(R"({"a":")" + std::string(100'000, 'x') + "}"));
    for (const std::string& text :
         {"{\"a\":1}\0{}"s, R"({"a":"\udc00"})"s, R"({"\udc00":1})"s, "{\"a\":\"\xff\"}"s, R"({"a":1)"s, "[]"s, ""s,
          R"({"a":)" + std::string(200, '[') + std::string(200, ']') + "}"})
        CPPUNIT_ASSERT_MESSAGE(text, !isTaken(text));
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

SPEC(Reply, as_a_stream_ends_with_usage_in_a_last_frame) {
    stream.delta("Hello");
    stream.usage({1, 1, 1, 1});
    stream.usage({2, 3, 4, 7});
    stream.finish();
    stream.finish();
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), kept.frames.size());
    CPPUNIT_ASSERT_EQUAL(2, header(1)->getValue<int>("status"));
    CPPUNIT_ASSERT_EQUAL(2, choices(1)->getValue<int>("status"));
    CPPUNIT_ASSERT_EQUAL(1, choices(1)->getValue<int>("seq"));
    CPPUNIT_ASSERT_EQUAL(""s, contentOf(1));
    const auto usage = objectIn(kept.frames.at(1))->getObject("payload")->getObject("usage")->getObject("text");
    CPPUNIT_ASSERT_EQUAL(2, usage->getValue<int>("question_tokens"));
    CPPUNIT_ASSERT_EQUAL(3, usage->getValue<int>("prompt_tokens"));
    CPPUNIT_ASSERT_EQUAL(4, usage->getValue<int>("completion_tokens"));
    CPPUNIT_ASSERT_EQUAL(7, usage->getValue<int>("total_tokens"));
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

SPEC(Reply, as_a_stream_has_the_usage_that_is_billed_in_its_last_frame) {
    // A number of more than 64 bits is nothing that a frame can be made of again: then its text is kept.
    for (const char* lie : {"-5", "99999999999999999999"}) {
        CallWatch::Call other(watch, -1, 1h);
        KeptFrames frames;
        StreamReply reply(frames, "request-7");
        reply.attach(other);
        CPPUNIT_ASSERT(reply.frame(text(frameSaying("Hel"))));
        CPPUNIT_ASSERT(reply.lastFrame(text(
            R"({"header":{"code":0,"status":2},"payload":{"choices":{"status":2,"seq":1,"text":[{"content":"\"lo\"",)"
            R"("reasoning_content":"hm"}]},"usage":{"text":{"total_tokens":)" +
            std::string(lie) + "}}}}")));
        reply.correctUsage({3, 3, 4, 7});
        reply.finish();
        reply.detach();
        CPPUNIT_ASSERT_EQUAL(std::size_t(2), frames.frames.size());
        const auto last = objectIn(frames.frames.at(1));
        CPPUNIT_ASSERT_EQUAL(2, last->getObject("header")->getValue<int>("status"));
        const auto choices = last->getObject("payload")->getObject("choices");
        CPPUNIT_ASSERT_EQUAL(1, choices->getValue<int>("seq"));
        const auto element = choices->getArray("text")->getObject(0);
        CPPUNIT_ASSERT_EQUAL("\"lo\""s, element->getValue<std::string>("content"));
        CPPUNIT_ASSERT_EQUAL(lie == "-5"s, element->has("reasoning_content"));
        const auto usage = last->getObject("payload")->getObject("usage")->getObject("text");
        CPPUNIT_ASSERT_EQUAL(7, usage->getValue<int>("total_tokens"));
        CPPUNIT_ASSERT_EQUAL(4, usage->getValue<int>("completion_tokens"));
    }
}

SPEC(Reply, estimates_what_it_has_passed_on) {
    const std::string word = "internationalization";  // 20 letters: 5 tokens
    CPPUNIT_ASSERT(stream.frame(text(frameSaying(word))));
    CPPUNIT_ASSERT(stream.delta(text(" " + word)));
    CPPUNIT_ASSERT(stream.frame(R"({"payload":{"plugins":{"text":[{"content":"search"}]}},"content":"no answer",)"
                                R"("text":[{"content":"none"}],"choices":{"text":[{"content":"none"}]}})"));
    CPPUNIT_ASSERT(stream.frame(R"({"payload":{"choices":{"content":"none","text":[{"reasoning_content":"hm"},)"
                                R"({"x":{"content":"none"},"content":" internationalization"}]}}})"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(16), stream.report().answer.tokens());  // with the thought
    CPPUNIT_ASSERT(collect.lastFrame(text(frameSaying(word))));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(5), collect.report().answer.tokens());
    kept.takes = 4;
    CPPUNIT_ASSERT(!stream.delta(text(" " + word)));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(16), stream.report().answer.tokens());
}

SPEC(Reply, keeps_what_an_upstream_reports_as_it_was_said) {
    CPPUNIT_ASSERT(stream.lastFrame(text(frameSaying("a"))));
    CPPUNIT_ASSERT(!stream.report().reported);
    stream.usage({-1, 2, 3, -4});
    CPPUNIT_ASSERT_EQUAL(std::int64_t(-4), stream.report().reported->total);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), stream.report().usage.total);
}

SPEC(Reply, reads_no_usage_that_is_missing_or_no_number_from_a_last_frame) {
    const auto reportedOf = [&](const std::string& usage) {
        CallWatch::Call other(watch, -1, 1h);
        StreamReply reply(kept, "request-8");
        reply.attach(other);
        CPPUNIT_ASSERT(reply.lastFrame(text(R"({"payload":{"usage":{"text":)" + usage + "}}}")));
        return reply.report().reported;
    };
    for (const char* usage :
         {"{}", R"({"total_tokens":"43"})", R"({"total_tokens":4.5})", R"({"total_tokens":true})",
          R"({"total_tokens":null})", R"({"total_tokens":0})", R"({"prompt_tokens":4})", R"({"completion_tokens":4})",
          R"({"question_tokens":4,"prompt_tokens":4})", R"({"prompt_tokens":4,"completion_tokens":4.5})",
          R"({"prompt_tokens":4.5,"completion_tokens":4,"total_tokens":9})",
          R"({"question_tokens":0.5,"total_tokens":43})",
          R"({"prompt_tokens":9223372036854775807,"completion_tokens":1})",
          R"({"prompt_tokens":"4","total_tokens":43})", R"({"total_tokens":18446744073709551615})"})
        CPPUNIT_ASSERT_MESSAGE(usage, !reportedOf(usage));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(43), reportedOf(R"({"total_tokens":43})")->total);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(-43), reportedOf(R"({"total_tokens":-43})")->total);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(13), reportedOf(R"({"prompt_tokens":4,"completion_tokens":9})")->total);
}

SPEC(Reply, as_a_stream_has_the_total_that_is_billed_where_the_plugins_frame_lacks_it) {
    const auto lastOf = [&](const std::string& usageText, const Usage& billed) {
        CallWatch::Call other(watch, -1, 1h);
        KeptFrames frames;
        StreamReply reply(frames, "request-9");
        reply.attach(other);
        CPPUNIT_ASSERT(reply.lastFrame(
            text(R"({"header":{"code":0,"status":2},"payload":{"usage":{"text":)" + usageText + R"(}}})")));
        reply.correctUsage(billed);
        reply.finish();
        reply.detach();
        return frames.frames.back();
    };
    const auto usageIn = [&](const std::string& frame) {
        return objectIn(frame)->getObject("payload")->getObject("usage")->getObject("text");
    };
    const auto summed =
        usageIn(lastOf(R"({"prompt_tokens":4,"completion_tokens":9,"cached_tokens":2})", {0, 4, 9, 13}));
    CPPUNIT_ASSERT_EQUAL(13, summed->getValue<int>("total_tokens"));
    CPPUNIT_ASSERT_EQUAL(2, summed->getValue<int>("cached_tokens"));
    const auto other = usageIn(lastOf(R"({"total_tokens":99})", {0, 4, 9, 13}));  // the plugin has told another one
    CPPUNIT_ASSERT_EQUAL(13, other->getValue<int>("total_tokens"));
    const std::string sound = lastOf(R"({ "total_tokens":13 })", {0, 4, 9, 13});
    assertSays(sound, R"({ "total_tokens":13 })");  // byte for byte
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

SPEC(Reply, reads_the_usage_from_a_last_frame_whose_plugin_did_not_tell_it) {
    const std::string last =
        R"({"header":{"code":0,"status":2},"payload":{"choices":{"status":2,"seq":0,"text":[]},)"
        R"("usage":{"text":{"question_tokens":1,"prompt_tokens":2,"completion_tokens":3,"total_tokens":5}}}})";
    CPPUNIT_ASSERT(stream.lastFrame(text(last)));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(5), stream.report().usage.total);
    CPPUNIT_ASSERT(collect.lastFrame(text(last)));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(3), collect.report().usage.completion);
}

SPEC(Reply, overlooks_an_upstream_id_that_would_break_a_frame) {
    stream.upstreamId("\xff\xfe");
    CPPUNIT_ASSERT_EQUAL(""s, stream.report().upstreamId);
}

}  // namespace
