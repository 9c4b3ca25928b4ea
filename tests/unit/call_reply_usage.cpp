// What a reply knows of the tokens of an answer: reported by the plugin, in its last frame, or counted.
#include "unit/reply_fixture.h"

#include "unit/expect.h"

using namespace aiproject;
using namespace aiproject::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

SPEC(Reply, as_a_stream_ends_with_usage_in_a_last_frame) {
    stream.text("Hello");
    stream.usage(usageOf(1, 1, 1, 1));
    stream.usage(usageOf(2, 3, 4, 7));
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

SPEC(Reply, as_a_stream_has_the_usage_that_is_billed_in_its_last_frame) {
    // A number of more than 64 bits is nothing that a frame can be made of again: then its text is kept.
    for (const char* lie : {"-5", "99999999999999999999"}) {
        CallWatch::Call other(watch, -1, 1h);
        KeptFrames frames;
        DocumentedWriter documented(frames);
        StreamReply reply(frames, documented, "request-7");
        reply.attach(other);
        CPPUNIT_ASSERT(passes(reply, frameSaying("Hel")));
        CPPUNIT_ASSERT(isLast(reply, lastWith(R"({"total_tokens":)" + std::string(lie) + "}",
                                              R"({"content":"\"lo\"","reasoning_content":"hm"})")));
        reply.correctUsage(usageOf(3, 3, 4, 7));
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
    CPPUNIT_ASSERT(passes(stream, frameSaying(word)));
    CPPUNIT_ASSERT(stream.text(" " + word));
    CPPUNIT_ASSERT(passes(stream, R"({"header":{"code":0},"payload":{"plugins":{"text":[{"content":"search"}]}},)"
                                  R"("content":"no answer","text":[{"content":"none"}],)"
                                  R"("choices":{"text":[{"content":"none"}]}})"));
    CPPUNIT_ASSERT(passes(stream, R"({"header":{"code":0},"payload":{"choices":{"content":"none","text":[)"
                                  R"({"reasoning_content":"hm"},)"
                                  R"({"x":{"content":"none"},"content":" internationalization"}]}}})"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(16), stream.report().answer.tokens());  // with the thought
    CPPUNIT_ASSERT(isLast(collect, lastWith("{}", R"({"content":")" + word + R"("})")));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(5), collect.report().answer.tokens());
    kept.takes = 4;
    CPPUNIT_ASSERT(!stream.text(" " + word));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(16), stream.report().answer.tokens());
}

SPEC(Reply, keeps_what_an_upstream_reports_as_it_was_said) {
    CPPUNIT_ASSERT(isLast(stream, lastWith("{}")));
    CPPUNIT_ASSERT(!stream.report().reported);
    stream.usage(usageOf(-1, 2, 3, -4));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(-4), stream.report().reported->total);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), stream.report().usage.total);
}

SPEC(Reply, reads_no_usage_that_is_missing_or_no_number_from_a_last_frame) {
    const auto reportedOf = [&](const std::string& usage) {
        CallWatch::Call other(watch, -1, 1h);
        StreamReply reply(kept, writer, "request-8");
        reply.attach(other);
        CPPUNIT_ASSERT(isLast(reply, lastWith(usage)));
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
        DocumentedWriter documented(frames);
        StreamReply reply(frames, documented, "request-9");
        reply.attach(other);
        CPPUNIT_ASSERT(isLast(reply, lastWith(usageText)));
        reply.correctUsage(billed);
        reply.finish();
        reply.detach();
        return frames.frames.back();
    };
    const auto usageIn = [&](const std::string& frame) {
        return objectIn(frame)->getObject("payload")->getObject("usage")->getObject("text");
    };
    const auto summed =
        usageIn(lastOf(R"({"prompt_tokens":4,"completion_tokens":9,"cached_tokens":2})", usageOf(0, 4, 9, 13)));
    CPPUNIT_ASSERT_EQUAL(13, summed->getValue<int>("total_tokens"));
    CPPUNIT_ASSERT_EQUAL(2, summed->getValue<int>("cached_tokens"));
    const auto other =
        usageIn(lastOf(R"({"total_tokens":99})", usageOf(0, 4, 9, 13)));  // the plugin has told another one
    CPPUNIT_ASSERT_EQUAL(13, other->getValue<int>("total_tokens"));
    const std::string sound = lastOf(R"({ "total_tokens":13 })", usageOf(0, 4, 9, 13));
    assertSays(sound, R"({ "total_tokens":13 })");  // byte for byte
}

SPEC(Reply, reads_the_usage_from_a_last_frame_whose_plugin_did_not_tell_it) {
    const std::string last =
        lastWith(R"({"question_tokens":1,"prompt_tokens":2,"completion_tokens":3,"total_tokens":5})");
    CPPUNIT_ASSERT(isLast(stream, last));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(5), stream.report().usage.total);
    CPPUNIT_ASSERT(isLast(collect, last));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(3), collect.report().usage.completion);
}

SPEC(Reply, reads_the_usage_also_of_a_frame_that_ends_an_answer_with_an_error) {
    CPPUNIT_ASSERT(passes(stream, frameSaying("a")));
    const std::string last = R"({"header":{"code":10019,"status":2},"payload":{"usage":{"text":{"total_tokens":14}}}})";
    CPPUNIT_ASSERT_EQUAL(int(Seen::error), int(seen(stream, last)));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(14), stream.report().reported->total);
}

SPEC(Reply, believes_a_plugin_more_than_its_upstreams_frames) {
    stream.usage(usageOf(0, 1, 1, 2));
    CPPUNIT_ASSERT(isLast(stream, lastWith(R"({"total_tokens":14})")));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(2), stream.report().reported->total);
}

}  // namespace
