// /v1/chat/completions: answers in one piece and as streams, models, errors.
#include "support/spec.h"
#include "support/text.h"
#include "unit/expect.h"
#include "unit/openai_client.h"

#include <string>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

struct OpenAiChatRoute : OpenAiClient {};

const std::string kBegun =
    R"({"model":"m","messages":[{"role":"user","content":"x"},{"role":"assistant","content":"y","partial":true}]})";

SPEC(OpenAiChatRoute, answers_in_one_piece_with_all_that_clients_read) {
    const Site site(answering("thought hm|delta Hel|delta lo|finish 1|usage 12"));
    const ScriptedExchange answer = post(site, asking());
    CPPUNIT_ASSERT_EQUAL("Hello"s, contentOf(answer));
    const auto json = answer.json();
    CPPUNIT_ASSERT_EQUAL("chat.completion"s, wordIn(json, "object"));
    CPPUNIT_ASSERT_EQUAL("m"s, wordIn(json, "model"));
    CPPUNIT_ASSERT(wordIn(json, "id").rfind("chatcmpl-", 0) == 0 &&
                   json->getValue<long long>("created") > 1'700'000'000);
    const auto choice = choiceOf(json);
    CPPUNIT_ASSERT_EQUAL("length"s, wordIn(choice, "finish_reason"));
    const auto message = choice->getObject("message");
    CPPUNIT_ASSERT_EQUAL("assistant"s, wordIn(message, "role"));
    CPPUNIT_ASSERT_EQUAL("hm"s, wordIn(message, "reasoning_content"));
    CPPUNIT_ASSERT(message->has("refusal") && message->isNull("refusal") && !message->has("tool_calls"));
    CPPUNIT_ASSERT_EQUAL(12, json->getObject("usage")->getValue<int>("total_tokens"));
    CPPUNIT_ASSERT_EQUAL("no-store"s, answer.header("Cache-Control"));
}

SPEC(OpenAiChatRoute, streams_events_whatever_the_client_accepts) {
    const Site site(answering("delta Hel|delta lo|usage 12"));
    const ScriptedExchange answer = post(site, asking(R"(,"stream":true,"stream_options":{"include_usage":true})"));
    CPPUNIT_ASSERT_EQUAL(200, answer.head->status);
    CPPUNIT_ASSERT_EQUAL("text/event-stream; charset=utf-8"s, answer.head->contentType);
    CPPUNIT_ASSERT_EQUAL("no"s, answer.header("X-Accel-Buffering"));
    const auto events = eventsOf(answer);
    CPPUNIT_ASSERT_EQUAL(std::size_t(6), events.size());
    CPPUNIT_ASSERT_EQUAL("lo"s, wordIn(choiceOf(objectIn(events[2]))->getObject("delta"), "content"));
    CPPUNIT_ASSERT_EQUAL(12, objectIn(events[4])->getObject("usage")->getValue<int>("total_tokens"));
    CPPUNIT_ASSERT_EQUAL("[DONE]"s, events[5]);
    assertSays(site.lastLogLine(), "model=m");
    assertSays(site.lastLogLine(), "user=ann");
}

SPEC(OpenAiChatRoute, ends_a_stream_that_breaks_with_an_error_and_without_done) {
    const Site site(answering("delta Hel|status failed"));
    const auto events = eventsOf(post(site, asking(R"(,"stream":true)")));
    CPPUNIT_ASSERT_EQUAL(std::size_t(3), events.size());
    CPPUNIT_ASSERT_EQUAL("server_error"s, wordIn(objectIn(events[2])->getObject("error"), "type"));
}

SPEC(OpenAiChatRoute, answers_a_stream_that_fails_before_it_begins_with_the_status) {
    const Site site(answering("status busy"));
    const ScriptedExchange answer = post(site, asking(R"(,"stream":true)"));
    assertFault(answer, 503, "server_is_overloaded");
    CPPUNIT_ASSERT_EQUAL("1"s, answer.header("Retry-After"));
}

SPEC(OpenAiChatRoute, passes_an_openai_upstreams_frames_and_translates_sparks) {
    const std::string chunk =
        R"({"id":"up","object":"chat.completion.chunk","created":9,"model":"u","choices":[{"index":0,"delta":{ "content":"a"}}]})";
    Site own(answering("chunk " + chunk + R"(|chunk {"choices":[],"usage":{"total_tokens":5}})"));
    CPPUNIT_ASSERT_EQUAL(chunk, eventsOf(post(own, asking(R"(,"stream":true)"))).at(1));
    CPPUNIT_ASSERT_EQUAL("a"s, contentOf(post(own, asking())));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(10), own.number("SELECT SUM(tokens) FROM ledger"));

    const Site spark(answering(
        R"(frame {"header":{"code":0,"status":2,"sid":"s"},"payload":{"choices":{"status":2,"text":[{"content":"b","reasoning_content":"t"}]},"usage":{"text":{"total_tokens":7}}}})"));
    const auto events = eventsOf(post(spark, asking(R"(,"stream":true)")));
    CPPUNIT_ASSERT_EQUAL(std::size_t(5), events.size());
    CPPUNIT_ASSERT_EQUAL("t"s, wordIn(choiceOf(objectIn(events[1]))->getObject("delta"), "reasoning_content"));
    CPPUNIT_ASSERT_EQUAL("b"s, wordIn(choiceOf(objectIn(events[2]))->getObject("delta"), "content"));
    CPPUNIT_ASSERT_EQUAL("stop"s, wordIn(choiceOf(objectIn(events[3])), "finish_reason"));
}

SPEC(OpenAiChatRoute, reaches_documented_clients_with_an_openai_upstream) {
    const Site site(answering(
        R"(chunk {"id":"up","choices":[{"delta":{"content":"a","reasoning":"t"}}],"usage":{"total_tokens":5}})"));
    ScriptedExchange exchange("POST", "/models/m/stream", questionOf(site.ann, "Hello"));
    site.serve(exchange);
    for (const std::string& words : {R"("reasoning_content":"t")"s, R"("content":"a")"s, R"("total_tokens":5)"s})
        assertSays(exchange.text(), words);
    CPPUNIT_ASSERT_EQUAL(
        "a"s,
        assertSucceeded(site.post("/models/m/chat", questionOf(site.ann, "Hello")))->getValue<std::string>("content"));
}

SPEC(OpenAiChatRoute, takes_tools_to_a_model_that_has_them_and_back) {
    const std::string tools = R"([{"type":"function","function":{"name":"look","parameters":{"type":"object"}}}])";
    const Site site(answering("tool 0 call_1 look -|tool 0 - - {\"x\":1}|usage 5", std::uint64_t(Ability::tools)));
    const auto choice = choiceOf(post(site, asking(R"(,"tools":)" + tools)).json());
    CPPUNIT_ASSERT_EQUAL("tool_calls"s, wordIn(choice, "finish_reason"));
    const auto message = choice->getObject("message");
    CPPUNIT_ASSERT(message->isNull("content"));
    const auto call = message->getArray("tool_calls")->getObject(0);
    CPPUNIT_ASSERT_EQUAL("call_1"s, wordIn(call, "id"));
    CPPUNIT_ASSERT_EQUAL("{\"x\":1}"s, wordIn(call->getObject("function"), "arguments"));

    const Site told(answering("say tools|say choice|say answer to|say calls", std::uint64_t(Ability::tools)));
    const std::string turns =
        R"([{"role":"user","content":"q"},{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function",)"
        R"("function":{"name":"look","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c1","content":"found"}])";
    CPPUNIT_ASSERT_EQUAL(tools + "\"auto\"c1{}",
                         contentOf(post(told, R"({"model":"m","messages":)" + turns + R"(,"tools":)" + tools +
                                                  R"(,"tool_choice":"auto"})")));
}

// Some services' models do half of what the member asks for.
SPEC(OpenAiChatRoute, refuses_the_half_that_its_model_cannot_do) {
    const std::string tool = R"(,"tools":[{"type":"function","function":{"name":"f"}}])";
    const std::string schema = R"(,"response_format":{"type" : "json_schema","json_schema":{"name":"n"}})";
    const std::uint64_t half = std::uint64_t(Ability::tools) | std::uint64_t(Ability::responseFormat);
    Site site(answering("delta Hello", half));
    for (const std::string& choice : {R"("required")"s, R"("none")"s, R"({"type":"function"})"s})
        assertFault(post(site, asking(tool + R"(,"tool_choice":)" + choice)), 400, "unsupported_parameter",
                    "tool_choice");
    assertFault(post(site, asking(schema)), 400, "unsupported_parameter", "response_format");
    for (const std::string& taken : {tool + R"(,"tool_choice":"auto")", R"(,"tool_choice":"required")"s,
                                     R"(,"response_format":{"type":"json_object"})"s})
        CPPUNIT_ASSERT_EQUAL("Hello"s, contentOf(post(site, asking(taken))));
    const std::uint64_t whole = half | std::uint64_t(Ability::anyToolChoice) | std::uint64_t(Ability::jsonSchema);
    const Site able(answering("say choice|say response format", whole));
    CPPUNIT_ASSERT_EQUAL(R"("required"{"type":"json_schema","json_schema":{"name":"n"}})"s,
                         contentOf(post(able, asking(tool + R"(,"tool_choice":"required")" + schema))));
}

SPEC(OpenAiChatRoute, has_a_model_go_on_with_an_answer_that_has_begun) {
    const Site site(answering("say body", std::uint64_t(Ability::answerBegun)));
    CPPUNIT_ASSERT_EQUAL(kBegun, contentOf(post(site, kBegun)));
}

SPEC(OpenAiChatRoute, refuses_what_its_model_cannot_do_and_names_the_member) {
    Site site(answering("delta Hello"));
    const std::string tool = R"([{"type":"function","function":{"name":"f"}}])";
    assertFault(post(site, asking(R"(,"tools":)" + tool)), 400, "unsupported_parameter", "tools");
    assertFault(post(site, asking(R"(,"stop":["x"])")), 400, "unsupported_parameter", "stop");
    assertFault(post(site, asking(R"(,"response_format":{"type":"json_object"})")), 400, "unsupported_parameter",
                "response_format");
    assertFault(post(site, R"({"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"x"},)"
                           R"({"type":"image_url","image_url":{"url":"data:image/png;base64,QUJD"}}]}]})"),
                400, "unsupported_parameter", "messages[0].content[1].type");
    assertFault(post(site, kBegun), 400, "unsupported_parameter", "messages[1].role");
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), site.number("SELECT COUNT(*) FROM ledger"));
    // What clients send without need is left out.
    CPPUNIT_ASSERT_EQUAL("Hello"s,
                         contentOf(post(site, asking(R"(,"temperature":0.5,"top_p":1,"presence_penalty":0,)"
                                                     R"("max_tokens":5,"seed":7,"reasoning_effort":"low")"))));
}

SPEC(OpenAiChatRoute, hands_a_model_what_it_can_do) {
    const Site site(answering("say temperature|say most tokens|say response format|say part|say dialect", 2047));
    const std::string messages =
        R"([{"role":"user","content":[{"type":"text","text":"x"},{"type":"image_url","image_url":"data:image/png;base64,QUJD"}]}])";
    CPPUNIT_ASSERT_EQUAL("0.5000005{\"type\":\"json_object\"}image/png ABCopenai"s,
                         contentOf(post(site, R"({"model":"m","messages":)" + messages +
                                                  R"(,"temperature":0.5,"max_tokens":9,"max_completion_tokens":5,)"
                                                  R"("response_format":{"type":"json_object"}})")));
    const Site body(answering("say body"));
    CPPUNIT_ASSERT_EQUAL(asking(R"(,"x":1)"), contentOf(post(body, asking(R"(,"x":1)"))));
}

SPEC(OpenAiChatRoute, knows_models_by_name_and_by_alias) {
    const auto change = [](Config& config) {
        answering("delta Hello")(config);
        config.routes.text = {"m"};
        config.routes.aliases = {"gpt-4o=text", "gpt-3.5-turbo=m", "lost=nothing"};
    };
    const Site site(change);
    for (const std::string& name : {"m"s, "gpt-4o"s, "gpt-3.5-turbo"s}) {
        const ScriptedExchange answer =
            post(site, R"({"model":")" + name + R"(","messages":[{"role":"user","content":"x"}]})");
        CPPUNIT_ASSERT_EQUAL("Hello"s, contentOf(answer));
        CPPUNIT_ASSERT_EQUAL(name, wordIn(answer.json(), "model"));
    }
    for (const std::string& name : {"lost"s, "text"s, ""s, "gpt-4"s, "M"s, "gpt-4o="s})
        assertFault(post(site, R"({"model":")" + name + R"(","messages":[{"role":"user","content":"x"}]})"), 404,
                    "model_not_found", "model");
}

SPEC(OpenAiChatRoute, says_for_which_kinds_a_model_is_asked_first) {
    const auto change = [](Config& config) {
        answering("delta Hello")(config);
        config.models["second"] = playing("delta Hello");
        config.routes.text = {"absent", "m", "second"};
        config.routes.picture = {"second"};
        config.routes.aliases = {"gpt-4o=text"};
    };
    const Site site(change);
    for (const auto& [name, kinds] :
         {std::pair{"m", R"("default_for":["text"])"}, std::pair{"second", R"("default_for":["picture"])"},
          std::pair{"gpt-4o", R"("default_for":[])"}})
        assertSays(send(site, "GET", std::string("/v1/models/") + name).text(), kinds);
}

SPEC(OpenAiChatRoute, lists_a_model_with_several_accounts_once) {
    const Site site([](Config& config) {
        config.models["m"] = playing("delta Hello");
        config.models["m"].settings["accounts"] = "a, b";
    });
    const std::string list = send(site, "GET", "/v1/models").text();
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), countOf(list, R"("id":"m")"));
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), countOf(list, "m/a"));
    CPPUNIT_ASSERT_EQUAL("Hello"s, contentOf(post(site, asking())));
    assertFault(send(site, "GET", "/v1/models/m/a"), 404, "model_not_found", "model");
    for (const std::string& name : {"m/a"s, "m/"s, "m/b"s})
        assertFault(post(site, R"({"model":")" + name + R"(","messages":[{"role":"user","content":"x"}]})"), 404,
                    "model_not_found", "model");
}

SPEC(OpenAiChatRoute, knows_aliases_with_slashes_wherever_a_model_is_named) {
    const Site site([](Config& config) {
        config.models["m"] = playing("delta Hello");
        config.models["m"].settings["accounts"] = "a, b";
        config.routes.aliases = {"maker/big=m", "m/a=m"};
    });
    for (const std::string& name : {"maker/big"s, "m/a"s}) {
        assertSays(send(site, "GET", "/v1/models").text(), R"("id":")" + name + "\"");
        for (const std::string& end : {""s, "/"s})
            CPPUNIT_ASSERT_EQUAL(name, wordIn(send(site, "GET", "/v1/models/" + name + end).json(), "id"));
        CPPUNIT_ASSERT_EQUAL("Hello"s, contentOf(post(site, R"({"model":")" + name +
                                                                R"(","messages":[{"role":"user","content":"x"}]})")));
    }
    for (const std::string& path : {"/v1/models/maker"s, "/v1/models/maker/big/x"s, "/v1/models//m"s})
        assertFault(send(site, "GET", path), 404, "model_not_found", "model");
    assertFault(send(site, "POST", "/v1/models/maker/big"), 405, "null");
}

SPEC(OpenAiChatRoute, repeats_names_and_paths_as_valid_utf8) {
    const Site site(answering("delta Hello"));
    const std::string begin(127, 'a'), wide = "\u4e2d";
    const auto message = [&](const ScriptedExchange& answer) { return wordIn(errorOf(answer), "message"); };
    const auto named = post(site, R"({"model":")" + begin + wide + R"(","messages":[{"role":"user","content":"x"}]})");
    assertFault(named, 404, "model_not_found", "model");
    assertSays(message(named), begin + "'");
    assertSays(message(send(site, "GET", "/v1/models/" + begin + wide)), begin + "'");
    assertSays(message(send(site, "GET", "/v1/models/\xff")), "'\\xff'");
    assertSays(message(send(site, "GET", "/v1/\xff")), "/v1/\\xff.");
    const std::string path = "/v1/" + std::string(251, 'a');
    assertSays(message(send(site, "GET", path + wide)), path + ".");
    const std::string type = std::string(63, 'a');
    assertSays(message(post(site, R"({"model":"m","messages":[{"role":"user","content":[{"type":")" + type + wide +
                                      R"("}]}]})")),
               type + "'");
}

SPEC(OpenAiChatRoute, lists_the_models_with_their_kinds) {
    const Site site(answering("delta Hello", std::uint64_t(Ability::tools)));
    const auto list = send(site, "GET", "/v1/models").json();
    CPPUNIT_ASSERT_EQUAL("list"s, wordIn(list, "object"));
    std::string names;
    for (std::size_t i = 0; i < list->getArray("data")->size(); ++i)
        names += wordIn(list->getArray("data")->getObject(unsigned(i)), "id") + " ";
    assertSays(" " + names, " m ");
    assertSays(" " + names, " whisper-1 ");
    const auto model = send(site, "GET", "/v1/models/m").json();
    CPPUNIT_ASSERT_EQUAL("model"s, wordIn(model, "object"));
    CPPUNIT_ASSERT_EQUAL("text"s, model->getArray("kinds")->getElement<std::string>(0));
    CPPUNIT_ASSERT_EQUAL("tools"s, model->getArray("abilities")->getElement<std::string>(0));
    // The same in all workers, whenever they started.
    CPPUNIT_ASSERT_EQUAL(1'704'067'200LL, model->getValue<long long>("created"));
    CPPUNIT_ASSERT(!wordIn(model, "owned_by").empty());
    CPPUNIT_ASSERT_EQUAL("does what its setting says"s, wordIn(model, "origin"));
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), model->getArray("default_for")->size());
    assertFault(send(site, "GET", "/v1/models/none"), 404, "model_not_found", "model");
}

SPEC(OpenAiChatRoute, is_there_without_v1_and_with_a_slash_at_the_end) {
    const Site site(answering("delta Hello"));
    for (const std::string& path : {"/chat/completions"s, "/v1/chat/completions/"s, "/chat/completions/"s})
        CPPUNIT_ASSERT_EQUAL("Hello"s, contentOf(send(site, "POST", path, asking())));
    for (const std::string& path : {"/models"s, "/models/"s, "/v1/models/"s, "/models/m"s, "/v1/models/m/"s})
        CPPUNIT_ASSERT_EQUAL(200, send(site, "GET", path).head->status);
}

SPEC(OpenAiChatRoute, is_for_those_with_a_key) {
    const Site site(answering("delta Hello"));
    for (const char* header : {"", "Bearer", "Bearer ", "Basic QUJD", "Bearer x", "bearer 1-2-3"}) {
        ScriptedExchange exchange("POST", kChat, asking());
        if (*header) exchange.sent.authorization = header;
        assertFault(site.serve(exchange), 401, "invalid_api_key");
        CPPUNIT_ASSERT_EQUAL("Bearer realm=\"aiproject\""s, exchange.header("WWW-Authenticate"));
    }
    ScriptedExchange exchange("POST", kChat, asking());
    exchange.sent.authorization = "bearer   " + site.ann.uuid + " ";
    CPPUNIT_ASSERT_EQUAL("Hello"s, contentOf(site.serve(exchange)));
}

SPEC(OpenAiChatRoute, tells_clients_not_to_try_again_when_nothing_is_left) {
    Site site(answering("delta Hello"));
    site.sql("UPDATE users SET tokens = 0");
    const ScriptedExchange answer = post(site, asking());
    assertFault(answer, 429, "insufficient_quota");
    CPPUNIT_ASSERT_EQUAL("insufficient_quota"s, wordIn(errorOf(answer), "type"));
    CPPUNIT_ASSERT_EQUAL("false"s, answer.header("x-should-retry"));
    CPPUNIT_ASSERT_EQUAL(""s, answer.header("Retry-After"));
}

SPEC(OpenAiChatRoute, says_every_end_of_a_model_in_openais_words) {
    struct Row {
        std::string status;
        int http;
        std::string code;
    };
    for (const Row& row :
         {Row{"badInput", 400, "null"}, Row{"inputTooLarge", 400, "context_length_exceeded"},
          Row{"contentRefused", 400, "content_filter"}, Row{"busy", 503, "server_is_overloaded"},
          Row{"quotaSpent", 502, "null"}, Row{"misconfigured", 502, "null"}, Row{"timedOut", 504, "timeout"}}) {
        const Site site(answering("status " + row.status));
        assertFault(post(site, asking()), row.http, row.code);
    }
}

SPEC(OpenAiChatRoute, names_the_paths_where_there_is_none) {
    const Site site;
    const ScriptedExchange answer = send(site, "POST", "/v1/responses", "{}");
    assertFault(answer, 404, "unknown_url");
    assertSays(wordIn(errorOf(answer), "message"), "POST /v1/responses");
    assertSays(wordIn(errorOf(answer), "message"), "/v1/chat/completions");
    assertFault(send(site, "GET", kChat), 405, "null");
    assertRefused(site.post("/auth/login", "x"), "APP_QUERY_METHOD_ERROR");
}

SPEC(OpenAiChatRoute, tells_browsers_what_they_may_send) {
    const Site site;
    ScriptedExchange exchange("OPTIONS", kChat);
    exchange.sent.headersToAllow = "authorization,content-type,x-stainless-os";
    site.serve(exchange);
    CPPUNIT_ASSERT_EQUAL(204, exchange.head->status);
    CPPUNIT_ASSERT_EQUAL("authorization,content-type,x-stainless-os"s, exchange.header("Access-Control-Allow-Headers"));
}

}  // namespace
