// One look at a chunk of a chat completion, as many upstreams write it.
#include "api/openai_frames.h"

#include "support/spec.h"

#include <cppunit/TestCase.h>

#include <string>
#include <utility>
#include <vector>

using namespace aiproject;
using namespace std::string_literals;

namespace {

const std::string kChunkHead =
    R"({"id":"chatcmpl-1","object":"chat.completion.chunk","created":1764460800,"model":"m",)";

struct Chunks : CppUnit::TestCase {
    static std::string chunk(const std::string& delta, const std::string& finish = "null",
                             const std::string& more = "") {
        return kChunkHead + R"("choices":[{"index":0,"delta":)" + delta + R"(,"finish_reason":)" + finish + "}]" +
               more + "}";
    }
    // "text", "[thought]", "(refusal)" and "{index|id|name|arguments}", in their order; "-": no index.
    static std::string said(const AnswerPiece& piece) {
        std::string text(piece.text);
        switch (piece.kind) {
            case AnswerPiece::Kind::text: break;
            case AnswerPiece::Kind::thought: return "[" + text + "]";
            case AnswerPiece::Kind::refusal: return "(" + text + ")";
        }
        return text;
    }
    static std::string said(const std::string& frame) {
        const FrameLook look = lookAtOpenAi(frame);
        std::string all;
        for (const AnswerPiece& piece : look.pieces) all += said(piece);
        for (const ToolPiece& piece : look.toolPieces)
            all += "{" + (piece.index == kUnnumbered ? "-" : std::to_string(piece.index)) + "|" + piece.id.str() + "|" +
                   piece.name.str() + "|" + piece.arguments.str() + "}";
        return all;
    }
    static void assertSeen(Seen expected, const std::string& frame) {
        CPPUNIT_ASSERT_EQUAL_MESSAGE(frame, int(expected), int(lookAtOpenAi(frame).seen));
    }
};

SPEC(Chunks, are_read_with_texts_thoughts_and_tool_calls) {
    CPPUNIT_ASSERT_EQUAL("Hello"s, said(chunk(R"({"content":"Hello"})")));
    CPPUNIT_ASSERT_EQUAL("[hm]so"s, said(chunk(R"({"content":"so","reasoning_content":"hm"})")));
    CPPUNIT_ASSERT_EQUAL("[hm]"s, said(chunk(R"({"reasoning":"hm","content":null})")));
    CPPUNIT_ASSERT_EQUAL("[hm]"s, said(chunk(R"({"reasoning":"hm","reasoning_content":"hm"})")));
    CPPUNIT_ASSERT_EQUAL("(no)"s, said(chunk(R"({"refusal":"no"})")));
    CPPUNIT_ASSERT_EQUAL("ab"s, said(chunk(R"({"content":[{"type":"text","text":"a"},{"text":"b"},7]})")));
    CPPUNIT_ASSERT_EQUAL("{1|c|f|}{1|||\"x\"}"s,
                         said(chunk(R"({"tool_calls":[{"index":1,"id":"c","type":"function","function":{"name":"f",)"
                                    R"("arguments":""}},{"index":1,"function":{"arguments":"\"x\""}}]})")));
    CPPUNIT_ASSERT_EQUAL("whole"s, said(R"({"object":"chat.completion","choices":[{"message":{"content":"whole"}}]})"));
    CPPUNIT_ASSERT_EQUAL("b"s, said(R"({"choices":[{"index":1,"delta":{"content":"a"}},{"index":0,)"
                                    R"("delta":{"content":"b"}}]})"));
}

SPEC(Chunks, of_tool_calls_may_lack_their_index_and_have_arguments_that_are_no_text) {
    const std::string frame =
        chunk(R"({"tool_calls":[{"id":"a","function":{"name":"f","arguments":{"x":[1]}}},{"id":"b"}]})");
    CPPUNIT_ASSERT_EQUAL(R"({-|a|f|{"x":[1]}}{-|b||})"s, said(frame));
    CPPUNIT_ASSERT(!lookAtOpenAi(frame).isWhole);
    const FrameLook look = lookAtOpenAi(frame);
    lookAtOpenAi(chunk(R"({"content":"another"})"));
    CPPUNIT_ASSERT_EQUAL(R"({"x":[1]})"s, look.toolPieces.at(0).arguments.str());
    CPPUNIT_ASSERT_EQUAL("{0||f|}"s, said(chunk(R"({"tool_calls":{"function":{"name":"f"}}})")));  // iFlytek's
}

SPEC(Chunks, without_anything_for_the_client_are_not_passed) {
    for (const std::string& delta : {R"({"role":"assistant","content":""})"s, "{}"s, "null"s,
                                     R"({"role":null,"content":null,"tool_calls":null})"s, R"({"tool_calls":[]})"s})
        assertSeen(Seen::other, chunk(delta));
    for (const std::string& choices : {R"("choices":[])"s, R"("choices":null)"s, R"("x":1)"s, R"("choices":{})"s})
        assertSeen(Seen::other, kChunkHead + choices + "}");
    assertSeen(Seen::passed, chunk(R"({"annotations":[1]})"));
    assertSeen(Seen::passed, chunk(R"({"content":"a"})"));
    assertSeen(Seen::other, chunk(R"({"content":""})", R"("")"));
}

SPEC(Chunks, that_tell_of_a_failure_are_errors) {
    for (const std::string& frame :
         {R"({"error":{"message":"x"}})"s, R"({"error":"x"})"s, R"({"code":10013,"message":"x","sid":"s"})"s,
          R"({"object":"error","message":"x"})"s, R"({"code":"invalid","message":"x"})"s,
          chunk(R"({"content":""})", R"("error")"), chunk("{}", R"("insufficient_system_resource")"),
          chunk(R"({"content":"x"})", "null", R"(,"error":{"code":502})")})
        assertSeen(Seen::error, frame);
    for (const std::string& more : {R"(,"error":null)"s, R"(,"error":"")"s, R"(,"error":false)"s, R"(,"code":0)"s,
                                    R"(,"code":"0")"s, R"(,"code":null)"s})
        assertSeen(Seen::passed, chunk(R"({"content":"x"})", "null", more));
}

SPEC(Chunks, end_with_the_reasons_that_openai_has) {
    const std::vector<std::pair<std::string, Finish>> reasons{{"stop", Finish::stop},
                                                              {"length", Finish::length},
                                                              {"tool_calls", Finish::toolCalls},
                                                              {"content_filter", Finish::contentFilter},
                                                              {"eos", Finish::stop},
                                                              {"normal", Finish::stop},
                                                              {"sensitive", Finish::contentFilter},
                                                              {"function_call", Finish::toolCalls}};
    for (const auto& [word, finish] : reasons) {
        const FrameLook look = lookAtOpenAi(chunk("{}", "\"" + word + "\""));
        CPPUNIT_ASSERT_MESSAGE(word, look.finish == finish && look.isEnd && look.seen == Seen::passed);
    }
    CPPUNIT_ASSERT(!lookAtOpenAi(chunk(R"({"content":"a"})")).isEnd);
}

SPEC(Chunks, are_whole_when_strict_clients_can_read_them) {
    for (const std::string& frame :
         {chunk(R"({"content":"a"})"), chunk(R"({"role":"assistant","content":"a"})"), chunk("{}", R"("stop")"),
          chunk(R"({"content":"a"})", "null", R"(,"usage":null,"system_fingerprint":"f")"),
          chunk(R"({"reasoning_content":"a"})")})
        CPPUNIT_ASSERT_MESSAGE(frame, lookAtOpenAi(frame).isWhole);
    const std::string noModel = R"({"id":"1","object":"chat.completion.chunk","created":1,)";
    for (const std::string& frame :
         {chunk(R"({"reasoning":"a"})"), chunk(R"({"role":"user","content":"a"})"), chunk("{}", R"("eos")"),
          chunk(R"({"content":"a"})", R"("stop")"), chunk("{}", R"("stop")", R"(,"usage":{"total_tokens":3})"),
          noModel + R"("choices":[{"index":0,"delta":{"content":"a"}}]})",
          kChunkHead + R"("choices":[{"delta":{"content":"a"}}]})",
          kChunkHead + R"("choices":[{"index":0,"message":{}}]})"})
        CPPUNIT_ASSERT_MESSAGE(frame, !lookAtOpenAi(frame).isWhole);
}

SPEC(Chunks, say_who_answered_and_what_it_cost) {
    const FrameLook look = lookAtOpenAi(
        kChunkHead +
        R"("choices":[],"usage":{"prompt_tokens":9,"completion_tokens":4,"total_tokens":13,)"
        R"("prompt_tokens_details":{"cached_tokens":5},"completion_tokens_details":{"reasoning_tokens":2}}})");
    CPPUNIT_ASSERT(look.upstreamId == "chatcmpl-1" && look.created == 1764460800 && look.model == "m");
    const Usage usage = believedUsage(*look.usage);
    CPPUNIT_ASSERT(usage.prompt == 9 && usage.completion == 4 && usage.total == 13);
    CPPUNIT_ASSERT(usage.cached == 5 && usage.reasoning == 2);
    const auto told = [](const std::string& counts) { return lookAtOpenAi(R"({"usage":)" + counts + "}").usage; };
    CPPUNIT_ASSERT(told(R"({"prompt_cache_hit_tokens":7})")->cached == 7);
    CPPUNIT_ASSERT(told(R"({"cached_tokens":7})")->cached == 7);
    CPPUNIT_ASSERT(!told("null") && !told("[]"));
    const std::string kimis =
        kChunkHead + R"("choices":[{"index":0,"delta":{},"finish_reason":"stop","usage":{"total_tokens":9}}]})";
    CPPUNIT_ASSERT(lookAtOpenAi(kimis).usage->total == 9 && !lookAtOpenAi(kimis).isWhole);
    CPPUNIT_ASSERT(!told(R"({"total_tokens":4.5})")->fault.empty());
    CPPUNIT_ASSERT(believedUsage(*told(R"({"prompt_tokens":3,"completion_tokens":1,"prompt_cache_hit_tokens":7,)"
                                       R"("completion_tokens_details":{"reasoning_tokens":-2}})"))
                       .cached == 3);
}

SPEC(Chunks, that_are_not_json_objects_are_none) {
    for (const std::string& frame : {"[DONE]"s, ""s, "[]"s, "{"s, R"({"a":"\ud83"})"s, "<html>"s})
        CPPUNIT_ASSERT_MESSAGE(frame, !lookAtOpenAi(frame).isObject);
    CPPUNIT_ASSERT(lookAtOpenAi(R"({"a":"\ud83d"})").hasHalves && !lookAtOpenAi(R"({"a":"\u4f60"})").hasHalves);
}

}  // namespace
