// Characters that an upstream has cut in two.
#include "api/half_characters.h"

#include "api/openai.h"
#include "base/utf8.h"
#include "call/collect_reply.h"
#include "support/spec.h"
#include "unit/reply_fixture.h"

#include <string>
#include <vector>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

const std::string kSmile = "\U0001F600", kLost = "\uFFFD";

struct CutCharacters : Reply {
    using Frames = std::vector<std::string>;

    static std::string chunk(const std::string& delta, const std::string& finish = "null") {
        return R"({"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{)" +
               delta + R"(},"finish_reason":)" + finish + "}]}";
    }
    static std::string content(const std::string& text) { return chunk(R"("content":")" + text + "\""); }
    // Thoughts stand in brackets, arguments in braces.
    std::string collected(const std::string& dialect, const Frames& frames) {
        CollectReply reply(1'000, CollectReply::Kept::all);
        reply.attach(call);
        for (const std::string& frame : frames) reply.frame(dialect, frame);
        CPPUNIT_ASSERT_EQUAL(""s, reply.report().explanation);
        reply.detach();
        const WholeAnswer& answer = reply.answer();
        std::string all = answer.thought.empty() ? answer.text : "[" + answer.thought + "]" + answer.text;
        for (const KeptToolCall& each : answer.toolCalls) all += "{" + each.arguments + "}";
        CPPUNIT_ASSERT_MESSAGE(all, isUtf8(all));
        return all;
    }
    std::string joined(const std::vector<std::string>& pieces) {
        Frames frames;
        for (const std::string& piece : pieces) frames.push_back(content(piece));
        frames.push_back(chunk("", R"("stop")"));
        return collected("openai", frames);
    }
    static std::string spark(const std::string& text) {
        return frameWith(R"({"content":")" + text + R"(","role":"assistant","index":0})");
    }
};

SPEC(CutCharacters, are_put_together_from_two_frames) {
    CPPUNIT_ASSERT_EQUAL("a" + kSmile + "b", joined({"a\\ud83d", "\\ude00b"}));
    CPPUNIT_ASSERT_EQUAL(kSmile + kSmile, joined({"\\uD83D", "\\uDE00\\uD83D", "\\uDE00"}));
    CPPUNIT_ASSERT_EQUAL(kSmile + kSmile + "\u4f60", joined({"\\ud83d\\ude00\\ud83d", "", "\\ude00\\u4f60"}));
    CPPUNIT_ASSERT_EQUAL(kSmile, collected("spark", {spark("\\ud83d"), spark("\\ude00")}));
    CPPUNIT_ASSERT_EQUAL(
        "a" + kSmile, collected("spark", {spark("a\\ud83d"), lastWith(R"({"total_tokens":7})",
                                                                      R"({"content":"\ude00","role":"assistant"})")}));
}

SPEC(CutCharacters, that_stay_alone_are_replaced) {
    CPPUNIT_ASSERT_EQUAL("a" + kLost + "b", joined({"a\\ud83d", "b"}));
    CPPUNIT_ASSERT_EQUAL("a" + kLost + "b", joined({"a\\ud83db"}));
    CPPUNIT_ASSERT_EQUAL(kLost + "b", joined({"\\ude00b"}));
    CPPUNIT_ASSERT_EQUAL(kLost + kSmile, joined({"\\ud83d", "\\ud83d", "\\ude00"}));
    CPPUNIT_ASSERT_EQUAL("a" + kLost, joined({"a\\ud83d"}));
    CPPUNIT_ASSERT_EQUAL("a" + kLost, collected("spark", {spark("a\\ud83d"), lastWith(R"({"total_tokens":7})")}));
    CPPUNIT_ASSERT_EQUAL("\\ud83d"s + kLost, joined({"\\\\ud83d\\ud83d"}));
}

SPEC(CutCharacters, belong_to_the_text_that_they_stand_in) {
    const auto thought = [](const std::string& text) { return chunk(R"("reasoning_content":")" + text + "\""); };
    const auto arguments = [](int index, const std::string& text) {
        return chunk(R"("tool_calls":[{"index":)" + std::to_string(index) +
                     R"(,"id":"i","function":{"name":"f","arguments":")" + text + "\"}}]");
    };
    CPPUNIT_ASSERT_EQUAL("[" + kSmile + "]" + kSmile, collected("openai", {thought("\\ud83d"), thought("\\ude00"),
                                                                           content("\\ud83d"), content("\\ude00")}));
    CPPUNIT_ASSERT_EQUAL("[" + kLost + "]" + kLost, collected("openai", {thought("\\ud83d"), content("\\ude00")}));
    CPPUNIT_ASSERT_EQUAL(
        "{" + kSmile + "}{" + kLost + "}",
        collected("openai", {arguments(0, "\\ud83d"), arguments(0, "\\ude00"), arguments(1, "\\ude00")}));
}

SPEC(CutCharacters, reach_a_client_of_the_same_dialect_whole) {
    OpenAiWriter own(kept, {"c", 1, "m"}, OpenAiWriter::Usages::hidden);
    StreamReply reply(kept, own, "request-7");
    reply.attach(call);
    const std::string before = content("a"), after = content("\\u4f60 c");
    CPPUNIT_ASSERT(reply.frame("openai", before) == Seen::passed);
    reply.frame("openai", content("b\\ud83d"));
    reply.frame("openai", content("\\ude00"));
    CPPUNIT_ASSERT(reply.frame("openai", after) == Seen::passed);
    reply.finish();
    reply.detach();
    std::string all;
    for (const std::string& frame : kept.frames) all += frame + "\n";
    CPPUNIT_ASSERT_MESSAGE(all, isUtf8(all) && all.find("\\ud") == std::string::npos);
    for (const std::string& each : {before, R"("content":"b")"s, "\"content\":\"" + kSmile + "\"", after})
        CPPUNIT_ASSERT_MESSAGE(all, all.find(each) != std::string::npos);
}

SPEC(CutCharacters, stand_beside_numbers_that_no_reader_takes) {
    CPPUNIT_ASSERT_EQUAL(kSmile, collected("openai", {chunk(R"("x":123456789012345678901234567890,"content":"\ud83d")"),
                                                      chunk(R"("content":"\ude00","x":1e999)")}));
}

SPEC(CutCharacters, need_nothing_where_a_text_has_none) {
    const std::string plain = R"({"a":"\\ud83d \ud83d\ude00 \" \u4f60 \n"})";
    CPPUNIT_ASSERT_EQUAL(plain, withMarkedHalves(plain));
    for (const std::string& odd : {"\\"s, "\\u"s, "\\ud83"s, "\\ud83d\\"s, "\\ud83d\\ude0"s, "\\uzzzz"s})
        CPPUNIT_ASSERT(withMarkedHalves(odd).size() >= odd.size());
}

}  // namespace
