// The bodies of questions: a client's own passed on, and all others written.
#include "openai/chat_question.h"

#include "openai/embeddings.h"
#include "openai/transcription.h"
#include "support/spec.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

using namespace aiproject;
using namespace aiproject::openai;
using namespace std::string_literals;

namespace {

// A request that lives as long as this.
struct Asking {
    Sampling sampling;
    std::vector<Turn> turns{Turn{}};
    ModelRequest request;

    Asking() {
        turns[0].role = "user";
        turns[0].content = "你 \"好\"";
        request.sampling = &sampling;
        request.user = "user-1";
    }
    const ModelRequest& of(const char* dialect = "documented", const char* body = "") {
        request.turns = {turns.data(), turns.size()};
        request.dialect = dialect;
        request.body = body;
        return request;
    }
};

ChatDefaults defaultsFor(const char* dialect) {
    ChatDefaults defaults;
    defaults.dialect = &dialectOf(dialect);
    defaults.maxTokensName = defaults.dialect->maxTokens;
    return defaults;
}

constexpr const char* kBegin = R"({"model":"m","stream":true,"stream_options":{"include_usage":true})";
constexpr const char* kHello = R"(,"messages":[{"role":"user","content":"你 \"好\""}])";

struct ChatBodies : CppUnit::TestCase {
    Asking asking;

    std::string bodyFor(const char* dialect, const ModelRequest& request) const {
        return openai::ChatQuestions(defaultsFor(dialect), "m").of(request).text();
    }
    std::string passedOn(const char* dialect, const char* body) { return bodyFor(dialect, asking.of("openai", body)); }
};

}  // namespace

SPEC(ChatBodies, are_written_from_turns_for_clients_that_speak_otherwise) {
    CPPUNIT_ASSERT_EQUAL(kBegin + ""s + kHello + "}", bodyFor("openai", asking.of()));
    asking.sampling.temperature = {0.25, 1};
    asking.sampling.maxTokens = {100, 1};
    asking.sampling.seed = {7, 1};
    const Text stops[] = {"a", "\""};
    asking.sampling.stop = {stops, 2};
    asking.sampling.reasoningEffort = "low";
    asking.request.tools = "[1]";
    asking.request.toolChoice = "\"none\"";
    CPPUNIT_ASSERT_EQUAL(kBegin +
                             R"(,"temperature":0.25,"seed":7,"stop":["a","\""],"tools":[1],"tool_choice":"none")"
                             R"(,"reasoning_effort":"low","max_completion_tokens":100)"s +
                             kHello + "}",
                         bodyFor("openai", asking.of()));
}

SPEC(ChatBodies, pass_on_what_the_client_wrote_but_for_what_must_be_ours) {
    CPPUNIT_ASSERT_EQUAL(
        kBegin + R"(,"messages": [ {"role":"developer","content":"\u4f60"} ],"x":{"y":[1,"}"]},"temperature":1e0})"s,
        passedOn("openai", R"({"model":"gpt","messages": [ {"role":"developer","content":"\u4f60"} ],"stream":false,)"
                           R"("x":{"y":[1,"}"]}, "stream_options":{"include_usage":false,"a":1},"temperature":1e0})"));
    asking.sampling.maxTokens = {5, 1};
    CPPUNIT_ASSERT_EQUAL(kBegin + R"(,"max_completion_tokens":5,"messages":[]})"s,
                         passedOn("openai", R"({"max_tokens":9,"messages":[],"max_completion_tokens":5,"model":1})"));
}

SPEC(ChatBodies, let_no_client_choose_the_upstreams_model) {
    const std::string twice = passedOn("openai", R"({"model":"a","messages":[],"model":"b"})");
    CPPUNIT_ASSERT_EQUAL(kBegin + R"(,"messages":[]})"s, twice);
    // Its name as a JSON reader sees it may be another than what stands there.
    const std::string escaped = passedOn("openai", R"({"mod\u0065l":"b","messages":[]})");
    CPPUNIT_ASSERT_EQUAL(kBegin + ""s + kHello + "}", escaped);
}

SPEC(ChatBodies, pass_on_no_name_that_a_reader_without_case_takes_for_another) {
    for (const char* name : {"Model", "MODEL", "Messages", "N", "Stream", "\u017Ftream", "tool\u017F", "top_\u212A",
                             "service_tier", "Service_Tier", "x-y", "x y"})
        CPPUNIT_ASSERT_EQUAL_MESSAGE(name, kBegin + R"(,"messages":[],"x_1":2})"s,
                                     passedOn("openai", (R"({"messages":[],")"s + name + R"(":"a","x_1":2})").c_str()));
}

SPEC(ChatBodies, pass_on_the_one_that_the_host_has_read) {
    CPPUNIT_ASSERT_EQUAL(kBegin + R"(,"messages":[],"seed":2})"s,
                         passedOn("openai", R"({"n":100,"seed":1,"messages":[],"n":null,"seed":2})"));
}

SPEC(ChatBodies, leave_out_what_costs_more_or_chooses_another_model) {
    const auto left = [this](const char* dialect, const std::string& names) {
        for (std::size_t at = 0, end = 0; at < names.size(); at = end + 1) {
            end = std::min(names.find(' ', at), names.size());
            const std::string name = names.substr(at, end - at);
            const std::string body = passedOn(dialect, (R"({"messages":[],")" + name + R"(":["gpt-5-pro"]})").c_str());
            CPPUNIT_ASSERT_EQUAL_MESSAGE(name, kBegin + R"(,"messages":[]})"s, body);
        }
    };
    left("openai", "service_tier web_search_options");
    left("openrouter", "models route provider plugins preset service_tier web_search_options");
    left("qwen", "enable_search search_options service_tier web_search_options store");
}

SPEC(ChatBodies, let_no_format_of_a_picture_write_into_them) {
    Part part;
    part.kind = PartKind::picture;
    part.bytes = "ABC";
    part.format = R"(image/png"}}]}],"model":"gpt-5-pro","z":[{")";
    asking.turns[0].parts = {&part, 1};
    CPPUNIT_ASSERT_EQUAL(kBegin + R"(,"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":)"
                                  R"("data:image/png\"}}]}],\"model\":\"gpt-5-pro\",\"z\":[{\";base64,QUJD"}}]}]})"s,
                         bodyFor("openai", asking.of()));
}

SPEC(ChatBodies, leave_out_what_counts_as_absent) {
    CPPUNIT_ASSERT_EQUAL(
        kBegin + R"(,"messages":[],"x":[null],"y":"null"})"s,
        passedOn("openai", R"({"messages":[],"stop":null,"temperature": null ,"x":[null],"y":"null","seed":null})"));
    const char* const withTools = R"({"messages":[],"tools":[],"tool_choice":"auto","parallel_tool_calls":true})";
    CPPUNIT_ASSERT_EQUAL(kBegin + R"(,"messages":[]})"s, passedOn("openai", withTools));
    asking.request.tools = "[{}]";
    CPPUNIT_ASSERT_EQUAL(kBegin + R"(,"messages":[],"tools":[],"tool_choice":"auto","parallel_tool_calls":true})"s,
                         passedOn("openai", withTools));
}

SPEC(ChatBodies, are_in_the_words_of_the_dialect) {
    asking.sampling.maxTokens = {5, 1};
    asking.sampling.reasoningEffort = "none";
    const char* const body =
        R"({"messages":[{"role":"user"}],"reasoning_effort":"none","store":true,"top_k":3,"temperature":1})";
    const std::pair<const char*, std::string> rows[] = {
        {"openai",
         R"(,"max_completion_tokens":5,"messages":[{"role":"user"}],"reasoning_effort":"none","store":true,"temperature":1})"},
        {"deepseek", R"(,"thinking":{"type":"disabled"},"max_tokens":5,"messages":[{"role":"user"}],"temperature":1})"},
        {"qwen", R"(,"enable_thinking":false,"max_tokens":5,"messages":[{"role":"user"}],"top_k":3,"temperature":1})"},
        {"kimi", R"(,"thinking":{"type":"disabled"},"max_tokens":5,"messages":[{"role":"user"}]})"},
        {"ollama", R"(,"max_tokens":5,"messages":[{"role":"user"}],"reasoning_effort":"none","temperature":1})"},
        {"vllm",
         R"(,"max_tokens":5,"messages":[{"role":"user"}],"reasoning_effort":"none","top_k":3,"temperature":1})"}};
    for (const auto& [dialect, rest] : rows) CPPUNIT_ASSERT_EQUAL(kBegin + rest, passedOn(dialect, body));
    for (const char* dialect : {"zhipu", "spark_http"})
        CPPUNIT_ASSERT(passedOn(dialect, body).find("stream_options") == std::string::npos);
    asking.request.tools = "[]";
    CPPUNIT_ASSERT(passedOn("spark_http", body).find(R"("tool_calls_switch":true)") != std::string::npos);
}

// A member that comes twice is read in another way by each service.
SPEC(ChatBodies, say_once_how_much_to_think_and_the_services_own_word_counts) {
    asking.sampling.reasoningEffort = "high";
    const auto thought = [this](const char* dialect, const std::string& said) {
        return passedOn(dialect, ("{" + said + R"("reasoning_effort":"high","messages":[]})").c_str());
    };
    for (const char* const dialect : {"deepseek", "kimi"}) {
        const std::string off = R"("thinking":{"type":"disabled"})";
        CPPUNIT_ASSERT_EQUAL(kBegin + ("," + off) + R"(,"messages":[]})", thought(dialect, off + ","));
        CPPUNIT_ASSERT_EQUAL(kBegin + R"(,"thinking":{"type":"enabled"},"messages":[]})"s,
                             thought(dialect, R"("thinking":null,)"));
    }
    CPPUNIT_ASSERT_EQUAL(kBegin + R"(,"enable_thinking":false,"messages":[]})"s,
                         thought("qwen", R"("enable_thinking":false,)"));
    CPPUNIT_ASSERT_EQUAL(kBegin + R"(,"enable_thinking":true,"messages":[]})"s,
                         thought("qwen", R"("enable_thinking":null,)"));
}

SPEC(ChatBodies, say_once_that_spark_shall_list_its_calls) {
    asking.request.tools = "[{}]";
    CPPUNIT_ASSERT_EQUAL(R"({"model":"m","stream":true,"tool_calls_switch":true,"messages":[],"tools":[{}]})"s,
                         passedOn("spark_http", R"({"messages":[],"tools":[{}],"tool_calls_switch":false})"));
}

SPEC(ChatBodies, have_a_system_where_the_service_knows_no_developer) {
    asking.turns.insert(asking.turns.begin(), Turn());
    asking.turns[0].role = "system";
    asking.turns[0].content = "be short";
    const char* const body =
        R"({"messages":[{"role": "developer","content":"be short"},{"role":"user","content":"a \"developer\"","x":[1e0]}],"seed":1})";
    CPPUNIT_ASSERT_EQUAL(
        kBegin +
            R"(,"messages":[{"role":"system","content":"be short"},{"role":"user","content":"a \"developer\"","x":[1e0]}],"seed":1})"s,
        passedOn("deepseek", body));
    CPPUNIT_ASSERT(passedOn("openai", body).find("\"role\": \"developer\"") != std::string::npos);
    const char* const escaped = R"({"messages":[{"r\u006fle":"user"},{"role":"developer"}]})";  // then of the turns
    CPPUNIT_ASSERT_EQUAL(
        kBegin + R"(,"messages":[{"role":"system","content":"be short"},{"role":"user","content":"你 \"好\""}]})"s,
        passedOn("deepseek", escaped));
}

SPEC(ChatBodies, have_no_names_of_speakers_where_the_service_knows_none) {
    asking.turns[0].name = "Ann";
    const char* const body = R"({"messages":[{"role":"user","name":"Ann","content":"你 \"好\""}]})";
    CPPUNIT_ASSERT_EQUAL(R"({"model":"m","stream":true)"s + kHello + "}", bodyFor("zhipu", asking.of()));
    CPPUNIT_ASSERT_EQUAL(R"({"model":"m","stream":true)"s + kHello + "}", passedOn("zhipu", body));
    CPPUNIT_ASSERT(bodyFor("kimi", asking.of()).find(R"("name":"Ann")") != std::string::npos);
    CPPUNIT_ASSERT(passedOn("kimi", body).find(R"("name":"Ann")") != std::string::npos);
    const char* const begun =
        R"({"messages":[{"role":"user","name":"Ann","content":"a"},{"role":"assistant","content":"b","prefix":true}]})";
    CPPUNIT_ASSERT_EQUAL(
        R"({"model":"m","stream":true,"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b","prefix":true}]})"s,
        passedOn("zhipu", begun));
    asking.turns[0].name = "";  // those of functions are others
    const char* const called = R"({"messages":[{"role":"assistant","tool_calls":[{"function":{"name":"f"}}],"x":1}]})";
    CPPUNIT_ASSERT(passedOn("zhipu", called).find(R"("name":"f"}}],"x":1})") != std::string::npos);
}

SPEC(ChatBodies, have_no_strict_tools_where_the_service_knows_none) {
    const char* const tools =
        R"([{"type":"function","function":{"name":"f","strict":true,"parameters":{"strict":{"a":1.0}}}},{"strict":1}])";
    const auto plain =
        R"("tools":[{"type":"function","function":{"name":"f","parameters":{"strict":{"a":1.0}}}},{"strict":1}])"s;
    const std::string body = R"({"messages":[],"tools":)"s + tools + R"(,"x":1})";
    asking.request.tools = tools;
    CPPUNIT_ASSERT_EQUAL(kBegin + ("," + plain) + kHello + "}", bodyFor("kimi", asking.of()));
    CPPUNIT_ASSERT_EQUAL(kBegin + ("," + plain) + R"(,"messages":[],"x":1})", passedOn("kimi", body.c_str()));
    CPPUNIT_ASSERT(bodyFor("qwen", asking.of()).find(R"("strict":true)") != std::string::npos);
    CPPUNIT_ASSERT(passedOn("qwen", body.c_str()).find(R"("strict":true)") != std::string::npos);
}

SPEC(ChatBodies, have_the_operators_values_where_the_client_has_none) {
    ChatDefaults defaults = defaultsFor("vllm");
    defaults.temperature = 0.5;
    defaults.topP = 0.9;
    defaults.maxTokens = 50;
    defaults.userId = openai::UserId::sent;
    const openai::ChatQuestions questions(defaults, "m");
    CPPUNIT_ASSERT_EQUAL(kBegin + R"(,"max_tokens":50,"temperature":0.5,"top_p":0.9,"user":"user-1","messages":[]})"s,
                         questions.of(asking.of("openai", R"({"messages":[],"user":"theirs"})")).text());
    asking.sampling.temperature = {1, 1};
    asking.sampling.maxTokens = {7, 1};
    CPPUNIT_ASSERT_EQUAL(kBegin + R"(,"max_tokens":7,"top_p":0.9,"user":"user-1","messages":[],"temperature":1})"s,
                         questions.of(asking.of("openai", R"({"messages":[],"temperature":1})")).text());
}

SPEC(ChatBodies, say_nothing_of_a_choice_that_is_the_only_one) {
    asking.request.toolChoice = "\"auto\"";
    CPPUNIT_ASSERT(bodyFor("zhipu", asking.of()).find("tool_choice") == std::string::npos);
    CPPUNIT_ASSERT(bodyFor("kimi", asking.of()).find(R"("tool_choice":"auto")") != std::string::npos);
}

SPEC(ChatBodies, have_parts_tool_calls_and_thoughts) {
    Part parts[4];
    parts[0].text = "what?";
    parts[1].kind = PartKind::picture;
    parts[1].bytes = "\xFF\xD8\xFF";
    parts[1].format = "image/jpeg";
    parts[1].detail = "low";
    parts[2].kind = PartKind::picture;
    parts[2].url = "https://x/y.png";
    parts[3].kind = PartKind::audio;
    parts[3].bytes = "abc";
    parts[3].format = "audio/mpeg";
    const ToolCall calls[] = {{"id1", "f", "{\"a\":1}"}};
    asking.turns.resize(3);
    asking.turns[0].parts = {parts, 4};
    asking.turns[1].role = "assistant";
    asking.turns[1].toolCalls = {calls, 1};
    asking.turns[1].thought = "hm";
    asking.turns[2].role = "tool";
    asking.turns[2].content = "42";
    asking.turns[2].toolCallId = "id1";
    CPPUNIT_ASSERT_EQUAL(
        kBegin + R"(,"messages":[{"role":"user","content":[{"type":"text","text":"what?"},)"
                 R"({"type":"image_url","image_url":{"url":"data:image/jpeg;base64,/9j/","detail":"low"}},)"
                 R"({"type":"image_url","image_url":{"url":"https://x/y.png"}},)"
                 R"({"type":"input_audio","input_audio":{"data":"YWJj","format":"mp3"}}]},)"
                 R"({"role":"assistant","content":null,"reasoning_content":"hm",)"
                 R"("tool_calls":[{"id":"id1","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}]},)"
                 R"({"role":"tool","content":"42","tool_call_id":"id1"}]})"s,
        bodyFor("deepseek", asking.of()));
    CPPUNIT_ASSERT(bodyFor("vllm", asking.of()).find(R"("reasoning":"hm")") != std::string::npos);
}

SPEC(ChatBodies, do_not_copy_what_is_passed_on) {
    const std::string large = R"({"messages":[")" + std::string(4'000'000, 'x') + R"("],"model":"a"})";
    const ModelRequest& request = asking.of("openai", large.c_str());
    const auto body = openai::ChatQuestions(defaultsFor("openai"), "m").of(request);
    std::size_t borrowed = 0;
    for (const std::string_view piece : body.pieces())
        if (piece.data() >= request.body.data && piece.data() < request.body.data + request.body.size)
            borrowed += piece.size();
    CPPUNIT_ASSERT(borrowed > 4'000'000 && body.size() < borrowed + 200);
}

SPEC(ChatBodies, ask_the_operators_question_about_a_picture) {
    asking.request.media = "\xFF\xD8\xFF";
    asking.request.format = "image/jpeg";
    asking.turns[0].content = "";
    const auto body = openai::ChatQuestions(defaultsFor("openai"), "m").ofPicture(asking.of(), R"("what?")");
    CPPUNIT_ASSERT_EQUAL(
        kBegin + R"(,"messages":[{"role":"user","content":[{"type":"image_url",)"
                 R"("image_url":{"url":"data:image/jpeg;base64,/9j/"}},{"type":"text","text":"what?"}]}]})"s,
        body.text());
}

SPEC(ChatBodies, ask_the_clients_question_about_a_picture_within_its_limits) {
    asking.request.media = "\xFF\xD8\xFF";
    asking.request.format = "image/jpeg";
    asking.sampling.maxTokens = {7, 1};
    asking.request.user = "u";
    ChatDefaults defaults = defaultsFor("openai");
    defaults.temperature = 0.5;
    defaults.maxTokens = 50;
    defaults.userId = openai::UserId::sent;
    const openai::ChatQuestions questions(defaults, "m");
    CPPUNIT_ASSERT_EQUAL(
        kBegin + R"(,"max_completion_tokens":7,"temperature":0.5,"user":"u","messages":[{"role":"user","content":[)"
                 R"({"type":"image_url","image_url":{"url":"data:image/jpeg;base64,/9j/"}},)"
                 R"({"type":"text","text":"你 \"好\""}]}]})"s,
        questions.ofPicture(asking.of(), R"("what?")").text());
}

SPEC(ChatBodies, have_texts_or_a_recording_for_other_paths) {
    const Text inputs[] = {"a", "\""};
    asking.request.inputs = {inputs, 2};
    asking.request.dimensions = {8, 1};
    CPPUNIT_ASSERT_EQUAL(R"({"model":"e","encoding_format":"float","dimensions":8,"input":["a","\""]})"s,
                         embeddingQuestion(asking.of(), "\"e\"").text());
    const Text tokens[] = {"[1,2]", "[3]"};
    asking.request.inputs = {tokens, 2};
    asking.request.areTokens = 1;
    CPPUNIT_ASSERT_EQUAL(R"({"model":"e","encoding_format":"float","dimensions":8,"input":[[1,2],[3]]})"s,
                         embeddingQuestion(asking.of(), "\"e\"").text());
    asking.request.media = "PCM!";
    asking.request.sampleRate = 16'000;
    const std::string form =
        transcriptionQuestion(asking.of(), {"whisper-1", "zh", "", TranscriptForm::timed}, "B").text();
    const std::string wav =
        "RIFF\x28\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x80\x3e\0\0\0\x7d\0\0\2\0\x10\0"
        "data\4\0\0\0PCM!"s;
    CPPUNIT_ASSERT_EQUAL(
        "--B\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhisper-1\r\n"
        "--B\r\nContent-Disposition: form-data; name=\"response_format\"\r\n\r\njson\r\n"
        "--B\r\nContent-Disposition: form-data; name=\"language\"\r\n\r\nzh\r\n"
        "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"recording.wav\"\r\n"
        "Content-Type: audio/wav\r\n\r\n"s +
            wav + "\r\n--B--\r\n",
        form);
}

SPEC(ChatBodies, about_a_recording_have_the_clients_wishes_before_the_operators) {
    asking.request.media = "PCM!";
    asking.request.sampleRate = 16'000;
    const auto has = [&](const TranscriptionSettings& settings, const std::string& name, const std::string& value) {
        const std::string form = transcriptionQuestion(asking.of(), settings, "B").text();
        return form.find("name=\"" + name + "\"\r\n\r\n" + value + "\r\n") != std::string::npos;
    };
    TranscriptionSettings settings{"whisper-1", "ja", "names", TranscriptForm::timed};
    CPPUNIT_ASSERT(has(settings, "language", "ja") && has(settings, "prompt", "names"));
    CPPUNIT_ASSERT(!has(settings, "temperature", "") && !has(settings, "stream", "true"));
    asking.request.language = "zh-CN";
    asking.request.prompt = "other names";
    asking.request.wantsTimes = 1;
    asking.sampling.temperature = {0.5, 1};
    CPPUNIT_ASSERT(has(settings, "language", "zh") && has(settings, "prompt", "other names"));
    CPPUNIT_ASSERT(has(settings, "temperature", "0.5") && has(settings, "response_format", "verbose_json"));
    settings.transcripts = TranscriptForm::plain;
    CPPUNIT_ASSERT(has(settings, "response_format", "json") && !has(settings, "stream", "true"));
    settings.transcripts = TranscriptForm::streamed;
    CPPUNIT_ASSERT(has(settings, "response_format", "json") && has(settings, "stream", "true"));
    CPPUNIT_ASSERT(transcriptsOf("auto", "gpt-4o-transcribe") == TranscriptForm::streamed);
    CPPUNIT_ASSERT(transcriptsOf("auto", "whisper-1") == TranscriptForm::timed);
    CPPUNIT_ASSERT(transcriptsOf("plain", "gpt-4o-transcribe") == TranscriptForm::plain);
}
