// The simulator's OpenAI face must be trusted before anything is tested against it: what it answers and refuses.
#include "integration/openai_client.h"
#include "support/spec.h"

#include <cppunit/TestAssert.h>

namespace {

using namespace aiproject::test;
using namespace aiproject::upstream;
using namespace std::string_literals;

const std::string kTools =
    R"(,"tools":[{"type":"function","function":{"name":"get_weather","parameters":{"type":"object","properties":{"city":{"type":"string"},"days":{"type":"integer"}}}}},)"
    R"({"type":"function","function":{"name":"get_time"}}])";

struct OpenAiSimulator : CppUnit::TestCase {
    Simulator simulator;
    OpenAiClient client{simulator};

    Object::Ptr choiceOf(const std::string& body) {
        const auto reply = client.chat(body);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(reply.body, 200, reply.status);
        return reply.json()->getArray("choices")->getObject(0);
    }
    Object::Ptr messageOf(const std::string& body) { return choiceOf(body)->getObject("message"); }

    // "param code" of a refusal that was recorded.
    std::string refusal(const std::string& body) {
        const auto reply = client.chat(body);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(body, 400, reply.status);
        CPPUNIT_ASSERT(!simulator.calls().back().violation.empty());
        const auto error = reply.error();
        CPPUNIT_ASSERT_EQUAL("invalid_request_error"s, error->getValue<std::string>("type"));
        const auto text = [&](const char* name) {
            return error->isNull(name) ? "-"s : error->getValue<std::string>(name);
        };
        return text("param") + " " + text("code");
    }
};

}  // namespace

SPEC(OpenAiSimulator, answers_in_one_piece) {
    const auto reply = client.chat(
        R"({"model":"sim-chat","messages":[{"role":"system","content":"short"},{"role":"user","content":[{"type":"text","text":"你好吗"}]}]})");
    CPPUNIT_ASSERT_EQUAL(200, reply.status);
    CPPUNIT_ASSERT(reply.head.find("x-request-id: req_") != std::string::npos);
    const auto body = reply.json();
    CPPUNIT_ASSERT_EQUAL("chat.completion"s, body->getValue<std::string>("object"));
    const auto choice = body->getArray("choices")->getObject(0);
    CPPUNIT_ASSERT_EQUAL("你好吗"s, choice->getObject("message")->getValue<std::string>("content"));
    CPPUNIT_ASSERT_EQUAL("stop"s, choice->getValue<std::string>("finish_reason"));
    const auto usage = body->getObject("usage");
    CPPUNIT_ASSERT_EQUAL(8, usage->getValue<int>("prompt_tokens"));
    CPPUNIT_ASSERT_EQUAL(3, usage->getValue<int>("completion_tokens"));
    CPPUNIT_ASSERT_EQUAL(11, usage->getValue<int>("total_tokens"));
    CPPUNIT_ASSERT_EQUAL(5, usage->getObject("prompt_tokens_details")->getValue<int>("cached_tokens"));
}

SPEC(OpenAiSimulator, streams_in_the_documented_order) {
    const auto reply = client.chat(openAiAsk("你好吗", kStreamed));
    CPPUNIT_ASSERT(reply.isStream() && reply.isWhole);
    const auto events = eventsOf(reply.body);
    CPPUNIT_ASSERT_EQUAL(std::size_t(7), events.size());
    std::string id;
    for (std::size_t i = 0; i + 1 < events.size(); ++i) {
        const auto chunk = parsed(events[i]);
        CPPUNIT_ASSERT_EQUAL("chat.completion.chunk"s, chunk->getValue<std::string>("object"));
        CPPUNIT_ASSERT_EQUAL(i == 0 ? chunk->getValue<std::string>("id") : id, chunk->getValue<std::string>("id"));
        id = chunk->getValue<std::string>("id");
        CPPUNIT_ASSERT(chunk->has("usage"));
        CPPUNIT_ASSERT_EQUAL(i == 5, !chunk->isNull("usage"));
        CPPUNIT_ASSERT_EQUAL(std::size_t(i == 5 ? 0 : 1), chunk->getArray("choices")->size());
    }
    CPPUNIT_ASSERT_EQUAL(
        "assistant"s,
        parsed(events[0])->getArray("choices")->getObject(0)->getObject("delta")->getValue<std::string>("role"));
    const StreamedAnswer answer(reply.body);
    CPPUNIT_ASSERT_EQUAL("你好吗"s, answer.content);
    CPPUNIT_ASSERT_EQUAL("stop"s, answer.finish);
    CPPUNIT_ASSERT(answer.isDone);
    CPPUNIT_ASSERT(simulator.calls().at(0).answered);
}

SPEC(OpenAiSimulator, says_usage_in_a_stream_only_when_asked) {
    const auto reply = client.chat(openAiAsk("hi", R"(,"stream":true)"));
    CPPUNIT_ASSERT_EQUAL(std::string::npos, reply.body.find("usage"));
    CPPUNIT_ASSERT_EQUAL("hi"s, StreamedAnswer(reply.body).content);
}

SPEC(OpenAiSimulator, thinks_in_both_spellings) {
    for (const auto& [model, member] :
         {std::pair("sim-reasoner"s, "reasoning_content"), {"sim-thinker"s, "reasoning"}}) {
        const auto body = client.chat(openAiAsk("你好吗", "", model)).json();
        const auto message = body->getArray("choices")->getObject(0)->getObject("message");
        CPPUNIT_ASSERT_EQUAL(reasoningAbout("你好吗"), message->getValue<std::string>(member));
        const StreamedAnswer answer(client.chat(openAiAsk("你好吗", kStreamed, model)).body);
        CPPUNIT_ASSERT_EQUAL(reasoningAbout("你好吗"), answer.reasoning);
        CPPUNIT_ASSERT_EQUAL("你好吗"s, answer.content);
        CPPUNIT_ASSERT_EQUAL(15,
                             answer.usage->getObject("completion_tokens_details")->getValue<int>("reasoning_tokens"));
        CPPUNIT_ASSERT_EQUAL(18, answer.usage->getValue<int>("completion_tokens"));
    }
}

SPEC(OpenAiSimulator, keeps_limits_and_stop_words) {
    const auto cut = choiceOf(openAiAsk("你好吗", R"(,"max_tokens":2)"));
    CPPUNIT_ASSERT_EQUAL("你好"s, cut->getObject("message")->getValue<std::string>("content"));
    CPPUNIT_ASSERT_EQUAL("length"s, cut->getValue<std::string>("finish_reason"));
    CPPUNIT_ASSERT_EQUAL("你"s,
                         messageOf(openAiAsk("你好吗", R"(,"stop":["吗","好"])"))->getValue<std::string>("content"));
    CPPUNIT_ASSERT_EQUAL("max_tokens unsupported_parameter"s,
                         refusal(openAiAsk("a", R"(,"max_tokens":2)", "sim-reasoner")));
    CPPUNIT_ASSERT_EQUAL("max_completion_tokens unsupported_parameter"s,
                         refusal(openAiAsk("a", R"(,"max_completion_tokens":2)", "sim-thinker")));
}

SPEC(OpenAiSimulator, calls_tools_and_takes_their_answers) {
    const auto choice = choiceOf(openAiAsk("get_weather for Hefei", kTools));
    CPPUNIT_ASSERT_EQUAL("tool_calls"s, choice->getValue<std::string>("finish_reason"));
    CPPUNIT_ASSERT(choice->getObject("message")->isNull("content"));
    const auto call = choice->getObject("message")->getArray("tool_calls")->getObject(0);
    const auto id = call->getValue<std::string>("id");
    CPPUNIT_ASSERT_EQUAL(R"({"city":"get_weather for Hefei","days":1})"s,
                         call->getObject("function")->getValue<std::string>("arguments"));

    const StreamedAnswer streamed(client.chat(openAiAsk("get_weather and get_time", kTools + kStreamed)).body);
    CPPUNIT_ASSERT((std::vector{"get_weather"s, "get_time"s}) == streamed.tools);
    CPPUNIT_ASSERT_EQUAL(R"({"city":"get_weather and get_time","days":1}{})"s, streamed.arguments);
    CPPUNIT_ASSERT_EQUAL("tool_calls"s, streamed.finish);

    const auto dialog = [&](const std::string& toolId) {
        return R"({"model":"sim-chat","messages":[{"role":"user","content":"get_weather"},{"role":"assistant","content":null,)"
               R"("tool_calls":[{"id":")" +
               id + R"(","type":"function","function":{"name":"get_weather","arguments":"{}"}}]})" +
               (toolId.empty() ? "" : R"(,{"role":"tool","tool_call_id":")" + toolId + R"(","content":"sunny"})") +
               "]" + kTools + "}";
    };
    CPPUNIT_ASSERT_EQUAL("sunny"s, messageOf(dialog(id))->getValue<std::string>("content"));
    CPPUNIT_ASSERT_EQUAL("messages[2].tool_call_id invalid_value"s, refusal(dialog("another")));
    CPPUNIT_ASSERT_EQUAL("messages[1].tool_calls invalid_value"s, refusal(dialog("")));
    CPPUNIT_ASSERT_EQUAL("tools unsupported_parameter"s, refusal(openAiAsk("a", kTools, "sim-plain")));
}

SPEC(OpenAiSimulator, obeys_tool_choice) {
    const auto count = [&](const std::string& question, const std::string& more) {
        const auto message = messageOf(openAiAsk(question, kTools + more));
        return message->isArray("tool_calls") ? message->getArray("tool_calls")->size() : 0;
    };
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), count("hello", ""));
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), count("get_time", R"(,"tool_choice":"none")"));
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), count("hello", R"(,"tool_choice":"required")"));
    CPPUNIT_ASSERT_EQUAL(std::size_t(1),
                         count("hello", R"(,"tool_choice":{"type":"function","function":{"name":"get_time"}})"));
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), count("get_time get_weather", ""));
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), count("get_time get_weather", R"(,"parallel_tool_calls":false)"));
}

SPEC(OpenAiSimulator, answers_in_json_when_told) {
    const auto schema =
        R"(,"response_format":{"type":"json_schema","json_schema":{"name":"a","schema":{"type":"object","properties":{"ok":{"type":"boolean"},"kind":{"enum":["x","y"]}}}}})"s;
    CPPUNIT_ASSERT_EQUAL(R"({"kind":"x","ok":true})"s,
                         messageOf(openAiAsk("a", schema))->getValue<std::string>("content"));
}

SPEC(OpenAiSimulator, sees_pictures_and_hears_sound) {
    const auto ask = [](const std::string& url, const std::string& model = "sim-vision") {
        return R"({"model":")" + model +
               R"(","messages":[{"role":"user","content":[{"type":"text","text":"what?"},{"type":"image_url","image_url":{"url":")" +
               url + R"("}},{"type":"input_audio","input_audio":{"data":")" + encoded("123456") +
               R"(","format":"wav"}}]}]})";
    };
    const auto picture = "data:image/png;base64," + encoded("four");
    CPPUNIT_ASSERT_EQUAL(transcriptOf(6) + answerToPicture(4, "what?"),
                         messageOf(ask(picture))->getValue<std::string>("content"));
    CPPUNIT_ASSERT_EQUAL("messages[0].content[1].image_url.url invalid_image_url"s, refusal(ask("https://a/b.png")));
    CPPUNIT_ASSERT_EQUAL("messages[0].content[1].image_url.url invalid_base64"s,
                         refusal(ask("data:image/png;base64,!!")));
    CPPUNIT_ASSERT_EQUAL("messages[0].content[1].type invalid_value"s, refusal(ask(picture, "sim-chat")));
}

SPEC(OpenAiSimulator, refuses_what_is_not_documented) {
    const std::pair<std::string, std::string> cases[] = {
        {openAiAsk("a", R"(,"temperature":"1")"), "temperature invalid_type"},
        {openAiAsk("a", R"(,"temperature":3)"), "temperature decimal_above_max_value"},
        {openAiAsk("a", R"(,"max_tokens":0)"), "max_tokens integer_below_min_value"},
        {openAiAsk("a", R"(,"max_tokens":1.5)"), "max_tokens invalid_type"},
        {openAiAsk("a", R"(,"max_tokens":1,"max_completion_tokens":1)"), "max_tokens invalid_value"},
        {openAiAsk("a", R"(,"stream":1)"), "stream invalid_type"},
        {openAiAsk("a", R"(,"stream":"true")"), "stream invalid_type"},
        {openAiAsk("a", R"(,"stream_options":{"include_usage":true})"), "stream_options invalid_value"},
        {openAiAsk("a", R"(,"n":2)"), "n unsupported_value"},
        {openAiAsk("a", R"(,"stop":[])"), "stop invalid_value"},
        {openAiAsk("a", R"(,"tools":{})"), "tools invalid_type"},
        {openAiAsk("a", R"(,"tool_choice":"auto")"), "tool_choice invalid_value"},
        {openAiAsk("a", R"(,"top_k":4)"), "top_k unknown_parameter"},
        {openAiAsk("a", R"(,"chat_id":"x")"), "chat_id unknown_parameter"},
        {R"({"model":"sim-chat"})", "messages missing_required_parameter"},
        {R"({"messages":[]})", "model missing_required_parameter"},
        {R"({"model":"sim-chat","messages":[]})", "messages empty_array"},
        {R"({"model":"sim-chat","messages":[1]})", "messages[0] invalid_type"},
        {R"({"model":"sim-chat","messages":[{"role":"boss","content":"a"}]})", "messages[0].role invalid_value"},
        {R"({"model":"sim-chat","messages":[{"role":"user"}]})", "messages[0].content missing_required_parameter"},
        {R"({"model":"sim-chat","messages":[{"role":"user","content":"a","id":1}]})",
         "messages[0].id unknown_parameter"},
        {R"({"model":"sim-chat","messages":[{"role":"tool","content":"a","tool_call_id":"x"}]})",
         "messages[0].tool_call_id invalid_value"},
        {R"(["no object"])", "- -"},
        {"{", "- -"},
        {"{\"model\":\"\xff\"}", "- -"},
        {openAiAsk("a", "", "sim-embedding"), "model unsupported_model"},
    };
    for (const auto& [body, expected] : cases) CPPUNIT_ASSERT_EQUAL_MESSAGE(body, expected, refusal(body));
    CPPUNIT_ASSERT_EQUAL(200, client.chat(openAiAsk("a", R"(,"temperature":null,"tools":null,"stop":null)")).status);
}

SPEC(OpenAiSimulator, refuses_keys_paths_and_models_that_it_does_not_know) {
    const auto codeOf = [&](int status, const HttpReply& reply) {
        CPPUNIT_ASSERT_EQUAL(status, reply.status);
        return reply.error()->isNull("code") ? "-"s : reply.error()->getValue<std::string>("code");
    };
    const auto path = "/v1/chat/completions"s, json = "application/json"s;
    CPPUNIT_ASSERT_EQUAL("invalid_api_key"s, codeOf(401, client.ask("POST", path, openAiAsk("a"), json, "sk-other")));
    client.send("GET /v1/models HTTP/1.1\r\nHost: localhost\r\n\r\n");
    CPPUNIT_ASSERT_EQUAL("-"s, codeOf(401, client.receive()));
    CPPUNIT_ASSERT_EQUAL("model_not_found"s, codeOf(404, client.chat(openAiAsk("a", "", "gpt-9"))));
    CPPUNIT_ASSERT_EQUAL("unknown_url"s, codeOf(404, client.ask("POST", "/v1/responses", "{}")));
    CPPUNIT_ASSERT_EQUAL("unknown_url"s, codeOf(404, client.ask("POST", "/chat/completions", openAiAsk("a"))));
    CPPUNIT_ASSERT_EQUAL("unknown_url"s, codeOf(404, client.ask("POST", path + "/", openAiAsk("a"))));
    CPPUNIT_ASSERT_EQUAL("method_not_supported"s, codeOf(405, client.ask("GET", path, "")));
    CPPUNIT_ASSERT_EQUAL("unsupported_content_type"s,
                         codeOf(400, client.ask("POST", path, openAiAsk("a"), "text/plain")));
    CPPUNIT_ASSERT_EQUAL(1, simulator.connections());
}

SPEC(OpenAiSimulator, outlives_lengths_that_are_none) {
    for (const auto* size : {"zz", "ffffffffffffffff", "fffffffff"}) {
        OpenAiClient rough(simulator);
        rough.send("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"s +
                   size + "\r\n");
        CPPUNIT_ASSERT(rough.receive().status >= 400);
    }
    CPPUNIT_ASSERT_EQUAL(200, client.chat(openAiAsk("a")).status);
}

SPEC(OpenAiSimulator, asks_for_no_key_when_it_has_none) {
    Options options;
    options.openAiKey = "";
    const Simulator open(options);
    OpenAiClient visitor(open);
    visitor.send("GET /v1/models HTTP/1.1\r\nHost: localhost\r\n\r\n");
    CPPUNIT_ASSERT_EQUAL(200, visitor.receive().status);
}

SPEC(OpenAiSimulator, lists_its_models) {
    const auto list = client.ask("GET", "/v1/models", "").json();
    CPPUNIT_ASSERT_EQUAL("list"s, list->getValue<std::string>("object"));
    const auto first = list->getArray("data")->getObject(0)->getValue<std::string>("id");
    CPPUNIT_ASSERT_EQUAL("sim-chat"s, first);
    CPPUNIT_ASSERT_EQUAL("model"s,
                         client.ask("GET", "/v1/models/" + first, "").json()->getValue<std::string>("object"));
    CPPUNIT_ASSERT_EQUAL(404, client.ask("GET", "/v1/models/gpt-9", "").status);
}

SPEC(OpenAiSimulator, embeds_texts_in_both_formats) {
    const auto ask = [&](const std::string& input, const std::string& more = "") {
        return client.ask("POST", "/v1/embeddings", R"({"model":"sim-embedding","input":)" + input + more + "}");
    };
    const auto vectorOf = [](const HttpReply& reply, unsigned index) {
        return reply.json()->getArray("data")->getObject(index)->getArray("embedding");
    };
    const auto reply = ask(R"(["你好","b"])");
    CPPUNIT_ASSERT_EQUAL(3, reply.json()->getObject("usage")->getValue<int>("prompt_tokens"));
    const auto expected = embeddingOf("b", 8);
    for (unsigned i = 0; i < 8; ++i) CPPUNIT_ASSERT_EQUAL(expected[i], vectorOf(reply, 1)->getElement<float>(i));
    const auto packed = decoded(ask(R"("b")", R"(,"encoding_format":"base64","dimensions":8)")
                                    .json()
                                    ->getArray("data")
                                    ->getObject(0)
                                    ->getValue<std::string>("embedding"));
    CPPUNIT_ASSERT(packed == std::string(reinterpret_cast<const char*>(expected.data()), 32));
    for (const auto* bad : {"[]", "\"\"", "[true]", "{}", "1", "null"}) CPPUNIT_ASSERT_EQUAL(400, ask(bad).status);
    CPPUNIT_ASSERT_EQUAL(200, ask("[[1,2],[3]]").status);
}

SPEC(OpenAiSimulator, transcribes_forms_with_parts_in_any_order) {
    std::string wav(44 + 32000, '\0');
    wav.replace(0, 4, "RIFF").replace(8, 4, "WAVE").replace(28, 4, std::string("\x00\x7d\x00\x00", 4));
    const auto field = [](const std::string& name, const std::string& value) {
        return "--XX\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
    };
    const auto file =
        "--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\n"
        "Content-Type: application/octet-stream\r\n\r\n" +
        wav + "\r\n";
    const auto model = field("model", "whisper-1");
    const auto post = [&](const std::string& parts) {
        return client.ask("POST", "/v1/audio/transcriptions", parts + "--XX--\r\n", "multipart/form-data; boundary=XX");
    };
    const auto text = transcriptOf(32000);
    CPPUNIT_ASSERT_EQUAL(text, post(model + file).json()->getValue<std::string>("text"));
    CPPUNIT_ASSERT_EQUAL(text, post(file + model).json()->getValue<std::string>("text"));
    CPPUNIT_ASSERT_EQUAL(text + "\n", post(file + model + field("response_format", "text")).body);
    const auto verbose = post(file + model + field("response_format", "verbose_json")).json();
    CPPUNIT_ASSERT_EQUAL(1.0, verbose->getValue<double>("duration"));
    CPPUNIT_ASSERT_EQUAL("1\n00:00:00,000 --> 00:00:01,000\n" + text + "\n\n",
                         post(file + model + field("response_format", "srt")).body);
    CPPUNIT_ASSERT_EQUAL("WEBVTT\n\n00:00:00.000 --> 00:00:01.000\n" + text + "\n\n",
                         post(file + model + field("response_format", "vtt")).body);
    CPPUNIT_ASSERT_EQUAL("model"s, post(file).error()->getValue<std::string>("param"));
    CPPUNIT_ASSERT_EQUAL("file"s, post(model).error()->getValue<std::string>("param"));
    CPPUNIT_ASSERT_EQUAL("foo"s, post(model + file + field("foo", "1")).error()->getValue<std::string>("param"));
    CPPUNIT_ASSERT_EQUAL(
        400, client.ask("POST", "/v1/audio/transcriptions", model + file, "multipart/form-data; boundary=XX").status);
    const auto streamed = post(file + field("model", "sim-transcribe") + field("stream", "true"));
    CPPUNIT_ASSERT_EQUAL(text, parsed(eventsOf(streamed.body).back())->getValue<std::string>("text"));
}

SPEC(OpenAiSimulator, keeps_connections_and_sees_each_request) {
    client.chat(openAiAsk("a", kStreamed));
    client.chat(openAiAsk("b"));
    const auto body = openAiAsk("c");
    client.send(
        "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer sk-simulator-not-real\r\n"
        "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n" +
        body.substr(0, 5) + "\r\n" +
        [&] {
            std::ostringstream hex;
            hex << std::hex << body.size() - 5;
            return hex.str();
        }() +
        "\r\n" + body.substr(5) + "\r\n0\r\n\r\n");
    CPPUNIT_ASSERT_EQUAL(200, client.receive().status);
    const auto calls = simulator.calls();
    CPPUNIT_ASSERT_EQUAL(std::size_t(3), calls.size());
    for (const auto& call : calls) CPPUNIT_ASSERT_EQUAL(1, call.connection);
    CPPUNIT_ASSERT_EQUAL(body, calls[2].request);
    CPPUNIT_ASSERT(calls[2].head.find("Bearer sk-simulator") != std::string::npos);
}
