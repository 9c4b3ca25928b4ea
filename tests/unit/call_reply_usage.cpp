// What a reply knows of the tokens of an answer: reported by the plugin, in its last frame, or counted.
#include "unit/reply_fixture.h"

#include "unit/expect.h"

using namespace aiproject;
using namespace aiproject::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

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

SPEC(Reply, reads_the_usage_from_a_last_frame_whose_plugin_did_not_tell_it) {
    const std::string last =
        R"({"header":{"code":0,"status":2},"payload":{"choices":{"status":2,"seq":0,"text":[]},)"
        R"("usage":{"text":{"question_tokens":1,"prompt_tokens":2,"completion_tokens":3,"total_tokens":5}}}})";
    CPPUNIT_ASSERT(stream.lastFrame(text(last)));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(5), stream.report().usage.total);
    CPPUNIT_ASSERT(collect.lastFrame(text(last)));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(3), collect.report().usage.completion);
}

}  // namespace
