// What clients of OpenAI read of a stream: its order, its shape, and which frames of an upstream pass.
#include "api/openai.h"
#include "call/stream_reply.h"
#include "support/scripted_exchange.h"
#include "support/spec.h"
#include "unit/host_fixture.h"

#include <Poco/JSON/Array.h>

#include <chrono>
#include <string>
#include <vector>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

struct OpenAiStream : CppUnit::TestCase {
    EventLoop loop;
    CallWatch watch{loop};
    CallWatch::Call call{watch, -1, std::chrono::hours(1)};
    KeptFrames kept;
    OpenAiWriter writer{kept, {{}, 7, "asked"}, OpenAiWriter::Usages::told};
    OpenAiWriter silent{kept, {{}, 7, "asked"}, OpenAiWriter::Usages::hidden};
    StreamReply told{kept, writer, "request-7"};
    StreamReply stream{kept, silent, "request-7"};

    OpenAiStream() {
        told.attach(call);
        stream.attach(call);
    }
    ~OpenAiStream() override {
        told.detach();
        stream.detach();
    }
    OpenAiStream(const OpenAiStream&) = delete;
    OpenAiStream& operator=(const OpenAiStream&) = delete;

    static std::string chunk(const std::string& delta, const std::string& finish = "null",
                             const std::string& more = "") {
        return R"({"id":"chatcmpl-up","object":"chat.completion.chunk","created":99,"model":"upstream-model",)"
               R"("choices":[{"index":0,"delta":)" +
               delta + R"(,"finish_reason":)" + finish + "}]" + more + "}";
    }
    Poco::JSON::Object::Ptr choice(std::size_t frame) const {
        return objectIn(kept.frames.at(frame))->getArray("choices")->getObject(0);
    }
    Poco::JSON::Object::Ptr delta(std::size_t frame) const { return choice(frame)->getObject("delta"); }
    std::string finishOf(std::size_t frame) const { return choice(frame)->getValue<std::string>("finish_reason"); }
    std::string word(std::size_t frame, const char* name) const {
        return objectIn(kept.frames.at(frame))->getValue<std::string>(name);
    }
    bool takes(StreamReply& reply, const std::string& frame) const {
        return reply.frame("openai", frame) == Seen::passed;
    }
};

SPEC(OpenAiStream, has_the_role_first_then_thoughts_and_text_then_the_reason_and_done) {
    stream.thought("hm");
    stream.text("Hel");
    stream.text("lo");
    stream.finish();
    CPPUNIT_ASSERT_EQUAL(std::size_t(6), kept.frames.size());
    CPPUNIT_ASSERT_EQUAL("assistant"s, delta(0)->getValue<std::string>("role"));
    CPPUNIT_ASSERT_EQUAL(""s, delta(0)->getValue<std::string>("content"));
    CPPUNIT_ASSERT_EQUAL("hm"s, delta(1)->getValue<std::string>("reasoning_content"));
    CPPUNIT_ASSERT_EQUAL("Hel"s, delta(2)->getValue<std::string>("content"));
    CPPUNIT_ASSERT(choice(3)->get("finish_reason").isEmpty());
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), delta(4)->size());
    CPPUNIT_ASSERT_EQUAL("stop"s, finishOf(4));
    CPPUNIT_ASSERT_EQUAL("[DONE]"s, kept.frames[5]);
    for (std::size_t frame = 0; frame < 5; ++frame) {
        CPPUNIT_ASSERT_EQUAL("chatcmpl-request-7"s, word(frame, "id"));
        CPPUNIT_ASSERT_EQUAL("chat.completion.chunk"s, word(frame, "object"));
        CPPUNIT_ASSERT_EQUAL("asked"s, word(frame, "model"));
        CPPUNIT_ASSERT_EQUAL("7"s, word(frame, "created"));
        CPPUNIT_ASSERT(!objectIn(kept.frames[frame])->has("usage"));
    }
}

SPEC(OpenAiStream, has_usage_only_where_it_was_asked_for) {
    told.text("Hello");
    Usage billed;
    billed.prompt = 9;
    billed.cached = 4;
    billed.completion = 3;
    billed.reasoning = 1;
    billed.total = 12;
    told.correctUsage(billed);
    told.finish();
    CPPUNIT_ASSERT_EQUAL(std::size_t(5), kept.frames.size());
    for (const std::size_t frame : {0, 1, 2}) CPPUNIT_ASSERT(objectIn(kept.frames[frame])->isNull("usage"));
    const auto last = objectIn(kept.frames[3]);
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), last->getArray("choices")->size());
    const auto usage = last->getObject("usage");
    CPPUNIT_ASSERT_EQUAL(12, usage->getValue<int>("total_tokens"));
    CPPUNIT_ASSERT_EQUAL(4, usage->getObject("prompt_tokens_details")->getValue<int>("cached_tokens"));
    CPPUNIT_ASSERT_EQUAL(1, usage->getObject("completion_tokens_details")->getValue<int>("reasoning_tokens"));
    CPPUNIT_ASSERT_EQUAL("[DONE]"s, kept.frames[4]);
}

SPEC(OpenAiStream, passes_an_upstreams_chunks_byte_for_byte_and_keeps_its_end_until_the_bill) {
    const std::string one = chunk(R"({ "content":"a" })", "null", R"(,"x":1.50)"), end = chunk("{}", R"("stop")");
    CPPUNIT_ASSERT_EQUAL(int(Seen::other), int(stream.frame("openai", chunk(R"({"role":"assistant","content":""})"))));
    CPPUNIT_ASSERT(!stream.hasBegun());
    CPPUNIT_ASSERT(takes(stream, one) && takes(stream, end));
    CPPUNIT_ASSERT_EQUAL(int(Seen::other), int(stream.frame("openai", R"({"choices":[],"usage":{"total_tokens":7}})")));
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), kept.frames.size());
    CPPUNIT_ASSERT_EQUAL(one, kept.frames[1]);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(7), stream.report().usage.total);
    stream.finish();
    CPPUNIT_ASSERT_EQUAL(std::size_t(4), kept.frames.size());
    CPPUNIT_ASSERT_EQUAL(end, kept.frames[2]);
    CPPUNIT_ASSERT_EQUAL("[DONE]"s, kept.frames[3]);
    CPPUNIT_ASSERT_EQUAL("chatcmpl-up"s, word(0, "id"));
    CPPUNIT_ASSERT_EQUAL("upstream-model"s, word(0, "model"));
    CPPUNIT_ASSERT_EQUAL("99"s, word(0, "created"));
}

SPEC(OpenAiStream, without_any_piece_has_the_upstreams_id_and_model_from_its_begin) {
    CPPUNIT_ASSERT(takes(told, chunk("{}", R"("stop")")));
    told.finish();
    CPPUNIT_ASSERT_EQUAL(std::size_t(4), kept.frames.size());
    CPPUNIT_ASSERT_EQUAL("assistant"s, delta(0)->getValue<std::string>("role"));
    CPPUNIT_ASSERT_EQUAL("stop"s, finishOf(1));
    for (std::size_t frame = 0; frame < 3; ++frame) {
        CPPUNIT_ASSERT_EQUAL("chatcmpl-up"s, word(frame, "id"));
        CPPUNIT_ASSERT_EQUAL("upstream-model"s, word(frame, "model"));
        CPPUNIT_ASSERT_EQUAL("99"s, word(frame, "created"));
    }
}

SPEC(OpenAiStream, makes_chunks_anew_that_strict_clients_cannot_read) {
    CPPUNIT_ASSERT(takes(stream, chunk(R"({"reasoning":"hm"})")));
    CPPUNIT_ASSERT(takes(stream, chunk(R"({"role":"user","content":"a"})")));
    CPPUNIT_ASSERT(takes(stream, chunk(R"({"content":"b"})", R"("eos")", R"(,"usage":{"total_tokens":7})")));
    stream.finish();
    CPPUNIT_ASSERT_EQUAL(std::size_t(6), kept.frames.size());
    CPPUNIT_ASSERT_EQUAL("hm"s, delta(1)->getValue<std::string>("reasoning_content"));
    CPPUNIT_ASSERT_EQUAL("a"s, delta(2)->getValue<std::string>("content"));
    CPPUNIT_ASSERT(!delta(2)->has("role"));
    CPPUNIT_ASSERT_EQUAL("b"s, delta(3)->getValue<std::string>("content"));
    CPPUNIT_ASSERT_EQUAL("stop"s, finishOf(4));
    for (std::size_t frame = 0; frame < 5; ++frame) CPPUNIT_ASSERT_EQUAL("chatcmpl-up"s, word(frame, "id"));
}

SPEC(OpenAiStream, has_tool_calls_with_id_and_name_in_their_first_piece) {
    const auto piece = [](std::uint32_t index, Text id, Text name, Text arguments) {
        ToolPiece made;
        made.index = index;
        made.id = id;
        made.name = name;
        made.arguments = arguments;
        return made;
    };
    CPPUNIT_ASSERT(stream.toolCall(piece(0, "call_a", "look", "")) && stream.toolCall(piece(0, "", "", "{\"x\"")));
    CPPUNIT_ASSERT(stream.toolCall(piece(1, "", "go", "{}")));
    stream.finish();
    const auto tool = [&](std::size_t frame) { return delta(frame)->getArray("tool_calls")->getObject(0); };
    CPPUNIT_ASSERT_EQUAL("call_a"s, tool(1)->getValue<std::string>("id"));
    CPPUNIT_ASSERT_EQUAL("function"s, tool(1)->getValue<std::string>("type"));
    CPPUNIT_ASSERT_EQUAL("look"s, tool(1)->getObject("function")->getValue<std::string>("name"));
    CPPUNIT_ASSERT(!tool(2)->has("id") && !tool(2)->getObject("function")->has("name"));
    CPPUNIT_ASSERT_EQUAL("{\"x\""s, tool(2)->getObject("function")->getValue<std::string>("arguments"));
    CPPUNIT_ASSERT_EQUAL(1, tool(3)->getValue<int>("index"));
    CPPUNIT_ASSERT(!tool(3)->getValue<std::string>("id").empty());
    CPPUNIT_ASSERT_EQUAL("tool_calls"s, finishOf(4));
    CPPUNIT_ASSERT(!stream.toolCall(piece(5'000'000, "", "", "")));
}

SPEC(OpenAiStream, has_two_tool_calls_where_an_upstream_gives_both_the_same_index) {
    const auto call = [](const std::string& id, const std::string& name) {
        return chunk(R"({"tool_calls":[{"index":0,"id":")" + id + R"(","type":"function","function":{"name":")" + name +
                     R"(","arguments":"{}"}}]})");
    };
    CPPUNIT_ASSERT(takes(stream, call("a", "look")) && takes(stream, call("b", "go")));
    CPPUNIT_ASSERT(takes(stream, chunk("{}", R"("stop")")));
    stream.finish();
    CPPUNIT_ASSERT_EQUAL(call("a", "look"), kept.frames.at(1));
    const Poco::JSON::Object::Ptr second = delta(2)->getArray("tool_calls")->getObject(0);
    CPPUNIT_ASSERT_EQUAL(1, second->getValue<int>("index"));
    CPPUNIT_ASSERT_EQUAL("b"s, second->getValue<std::string>("id"));
    CPPUNIT_ASSERT_EQUAL("go"s, second->getObject("function")->getValue<std::string>("name"));
    CPPUNIT_ASSERT_EQUAL("tool_calls"s, finishOf(3));  // else clients do not look at them
}

SPEC(OpenAiStream, has_no_usage_before_its_end) {
    const std::string usage = R"(,"usage":{"total_tokens":7})";
    CPPUNIT_ASSERT(takes(told, chunk(R"({"content":"a"})", "null", usage)));
    CPPUNIT_ASSERT(takes(stream, chunk(R"({"content":"b"})", "null", usage)));
    CPPUNIT_ASSERT_EQUAL("a"s, delta(1)->getValue<std::string>("content"));
    CPPUNIT_ASSERT(objectIn(kept.frames[1])->isNull("usage"));
    CPPUNIT_ASSERT_EQUAL("b"s, delta(3)->getValue<std::string>("content"));
    CPPUNIT_ASSERT(!objectIn(kept.frames[3])->has("usage"));
}

SPEC(OpenAiStream, says_a_refusal_as_one) {
    CPPUNIT_ASSERT(takes(stream, chunk(R"({"refusal":"I "})")));
    CPPUNIT_ASSERT(takes(stream, chunk(R"({"role":"user","refusal":"can not"})")));  // made anew
    CPPUNIT_ASSERT_EQUAL("I "s, delta(1)->getValue<std::string>("refusal"));
    CPPUNIT_ASSERT_EQUAL("can not"s, delta(2)->getValue<std::string>("refusal"));
}

SPEC(OpenAiStream, that_breaks_says_so_and_is_not_done) {
    stream.text("Hel");
    stream.finishBroken({ErrorKind::textModelFailed, 502, "the text model \"failed\""});
    CPPUNIT_ASSERT_EQUAL(std::size_t(3), kept.frames.size());
    const auto error = objectIn(kept.frames[2])->getObject("error");
    CPPUNIT_ASSERT_EQUAL("the text model \"failed\""s, error->getValue<std::string>("message"));
    CPPUNIT_ASSERT_EQUAL("server_error"s, error->getValue<std::string>("type"));
    CPPUNIT_ASSERT(error->isNull("param") && error->isNull("code"));
}

SPEC(OpenAiStream, that_is_moderated_ends_with_that_reason) {
    stream.text("Hel");
    stream.finishBroken({ErrorKind::contentRefused, 403, "refused"});
    CPPUNIT_ASSERT_EQUAL("content_filter"s, finishOf(2));
    CPPUNIT_ASSERT_EQUAL("[DONE]"s, kept.frames.at(3));
}

SPEC(OpenAiStream, without_any_answer_has_a_role_and_an_end) {
    stream.finish();
    CPPUNIT_ASSERT_EQUAL(std::size_t(3), kept.frames.size());
    CPPUNIT_ASSERT_EQUAL("assistant"s, delta(0)->getValue<std::string>("role"));
    CPPUNIT_ASSERT_EQUAL("stop"s, finishOf(1));
}

}  // namespace
