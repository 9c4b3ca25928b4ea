// What is wrong with a chat completion's request, member by member.
#include "routes/openai_members.h"
#include "support/spec.h"
#include "unit/expect.h"
#include "unit/openai_client.h"

#include <string>
#include <utility>
#include <vector>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

struct OpenAiRequests : OpenAiClient {
    const Site site{answering("delta Hello", 2047)};

    void assertRefusedFor(const std::string& body, const std::string& param,
                          const std::string& code = "invalid_value") {
        assertFault(post(site, body), 400, code, param);
    }
    static std::string withMessages(const std::string& messages) {
        return R"({"model":"m","messages":)" + messages + "}";
    }
    static std::string withPart(const std::string& part) {
        return withMessages(R"([{"role":"user","content":[)" + part + "]}]");
    }
};

SPEC(OpenAiRequests, are_refused_for_a_member_of_another_type) {
    const std::vector<std::pair<JsonType, std::string>> samples{{textType, R"("x")"}, {numberType, "0.5"},
                                                                {integerType, "1"},   {flagType, "true"},
                                                                {listType, "[]"},     {objectType, "{}"}};
    for (const OpenAiMember& member : openAiMembers()) {
        for (const auto& [type, sample] : samples) {
            const bool isNumber = type == integerType && (member.types & numberType) != 0;
            if ((member.types & type) != 0 || isNumber) continue;
            const std::string name(member.name);
            const std::string others = name == "model" ? R"("messages":[{"role":"user","content":"x"}],)"
                                       : name == "messages"
                                           ? R"("model":"m",)"
                                           : R"("model":"m","messages":[{"role":"user","content":"x"}],)";
            assertRefusedFor("{" + others + "\"" + name + "\":" + sample + "}", name);
        }
        if (member.name != "model" && member.name != "messages")
            CPPUNIT_ASSERT_EQUAL("Hello"s, contentOf(post(site, asking(",\"" + std::string(member.name) + "\":null"))));
    }
}

SPEC(OpenAiRequests, are_refused_for_numbers_out_of_range) {
    for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{{"temperature", "2.1"},
                                                                                      {"temperature", "-0.1"},
                                                                                      {"top_p", "1.5"},
                                                                                      {"presence_penalty", "-3"},
                                                                                      {"frequency_penalty", "3"},
                                                                                      {"max_tokens", "0"},
                                                                                      {"max_completion_tokens", "-1"},
                                                                                      {"n", "0"}})
        assertRefusedFor(asking(",\"" + name + "\":" + value), name);
    assertRefusedFor(asking(R"(,"n":2)"), "n", "unsupported_parameter");
    assertRefusedFor(asking(R"(,"reasoning_effort":"most")"), "reasoning_effort");
    assertRefusedFor(asking(R"(,"functions":[])"), "functions", "unsupported_parameter");
    assertRefusedFor(asking(R"(,"stop":["a","b","c","d","e"])"), "stop");
    assertRefusedFor(asking(R"(,"stop":["a",1])"), "stop[1]");
    assertRefusedFor(asking(R"(,"stream_options":{"include_usage":1})"), "stream_options.include_usage");
    CPPUNIT_ASSERT_EQUAL("Hello"s, contentOf(post(site, asking(R"(,"max_tokens":5.0,"top_k":-1,"unknown":[{}])"))));
}

SPEC(OpenAiRequests, are_refused_for_messages_that_cannot_be_read) {
    for (const auto& [messages, param] : std::vector<std::pair<std::string, std::string>>{
             {"[]", "messages"},
             {"[1]", "messages[0]"},
             {R"([{"content":"x"}])", "messages[0].role"},
             {R"([{"role":1,"content":"x"}])", "messages[0].role"},
             {R"([{"role":"robot","content":"x"}])", "messages[0].role"},
             {R"([{"role":"user"}])", "messages[0].content"},
             {R"([{"role":"user","content":null}])", "messages[0].content"},
             {R"([{"role":"user","content":7}])", "messages[0].content"},
             {R"([{"role":"tool","content":"x"}])", "messages[0].tool_call_id"},
             {R"([{"role":"assistant","tool_calls":{}},{"role":"user","content":"x"}])", "messages[0].tool_calls"},
             {R"([{"role":"assistant","tool_calls":[{"id":"a"}]},{"role":"user","content":"x"}])",
              "messages[0].tool_calls[0].function"},
             {R"([{"role":"assistant","Content":[1]},{"role":"user","content":"x"}])", "messages[0].content"},
             {R"([{"role":"user","content":"x","ROLE":"system"}])", "messages[0].role"},
             {R"([{"role":"user","content":[{"type":"text","text":"x","Type":"image_url"}]}])",
              "messages[0].content[0].type"},
             {R"([{"role":"user","content":[{"type":"text","text":"x","type":"text"}]}])",
              "messages[0].content[0].type"},
             {"[{\"role\":\"assistant\",\"tool_call\u017F\":[]},{\"role\":\"user\",\"content\":\"x\"}]",
              "messages[0].tool_calls"},
             {R"([{"role":"user","content":["x"]}])", "messages[0].content[0]"},
             {R"([{"role":"user","content":[{"type":"text"}]}])", "messages[0].content[0].text"},
             {R"([{"role":"user","content":[{"type":"text","text":[{"type":"text","text":"x"}]}]}])",
              "messages[0].content[0].text"}})
        assertRefusedFor(withMessages(messages), param);
    assertRefusedFor(withMessages(R"([{"role":"user","content":"\ud83d"}])"), "messages[0].content");
    assertRefusedFor(asking(R"(,"max_tokens":100000000000000000000)"), "max_tokens");
    assertRefusedFor(withPart(R"({"type":"video_url"})"), "messages[0].content[0].type", "unsupported_parameter");
    assertRefusedFor(R"({"messages":[{"role":"user","content":"x"}]})", "model");
    assertRefusedFor(R"({"model":"m"})", "messages");
}

SPEC(OpenAiRequests, are_refused_for_pictures_and_audio_that_are_not_in_them) {
    const std::string url = "messages[0].content[0].image_url.url";
    for (const std::string& value :
         {"https://example.org/a.jpg"s, "http://127.0.0.1/"s, "file:///etc/passwd"s, ""s, "data:"s,
          "data:image/png,abc"s, "data:image/png;base64,"s, "data:image/png;base64,!!!!"s,
          "data:image/png;base64,QUJDR"s, "data:image/png;base64,QQ==QQ=="s, "data:text/html;base64,QUJD"s,
          "DATA:image/png;base64,QUJD"s, "data:image/;base64,QUJD"s, "data:image/a/b;base64,QUJD"s,
          R"(data:image/png\"}}]}],\"model\":\"gpt-5-pro\",\"z\":[{\"a\":[{\"b\":{\"c\":\";base64,QUJD)"s})
        assertRefusedFor(withPart(R"({"type":"image_url","image_url":{"url":")" + value + R"("}})"), url);
    assertRefusedFor(withPart(R"({"type":"image_url"})"), "messages[0].content[0].image_url");
    const std::string good = R"("url":"data:image/svg+xml;base64,QUJD")", bad = R"("http://169.254.169.254/")";
    CPPUNIT_ASSERT_EQUAL("Hello"s,
                         contentOf(post(site, withPart(R"({"type":"image_url","image_url":{)" + good + "}}"))));
    for (const char* name : {"url", "URL", "Url", R"(\u0055rl)"})
        assertRefusedFor(withPart(R"({"type":"image_url","image_url":{")"s + name + "\":" + bad + "," + good + "}}"),
                         url);
    const std::string audio = "messages[0].content[0].input_audio";
    assertRefusedFor(withPart(R"({"type":"input_audio","input_audio":{"data":"QUJD","format":"ogg"}})"),
                     audio + ".format");
    assertRefusedFor(withPart(R"({"type":"input_audio","input_audio":{"data":"?","format":"wav"}})"), audio + ".data");
    for (const std::string& padded : {"QUJDRA=="s, "QUJDRA"s, "QUJDRA="s})
        CPPUNIT_ASSERT_EQUAL(
            "Hello"s,
            contentOf(post(site, withPart(R"({"type":"image_url","image_url":{"url":"data:image/png;base64,)" + padded +
                                          R"(","detail":"low"}})"))));
}

SPEC(OpenAiRequests, may_have_parts_of_text_developers_and_names) {
    const Site told(answering("say turns|say turn 0|say turn 1"));
    CPPUNIT_ASSERT_EQUAL(
        "2system: beuser: a\nb"s,
        contentOf(post(
            told,
            withMessages(R"([{"role":"developer","content":[{"type":"text","text":"be"}],"name":"x"},)"
                         R"({"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}])"))));
}

// A reader that does not look at case would take the second of each pair.
SPEC(OpenAiRequests, are_refused_for_tools_that_say_two_things) {
    for (const auto& [tool, place] :
         {std::pair(R"({"type":"function","Type":"web_search","function":{"name":"f"}})", "tools[0].type"),
          std::pair(R"({"type":"function","function":{"name":"f"},"FUNCTION":{"name":"g"}})", "tools[0].function"),
          std::pair(R"({"type":"function","function":{"name":"f","name":"g"}})", "tools[0].function.name")})
        assertRefusedFor(asking(R"(,"tools":[)"s + tool + "]"), place);
}

SPEC(OpenAiRequests, may_be_long_and_deep) {
    std::string messages = "[", schema = "{}";
    for (int i = 0; i < 10'000; ++i) messages += R"({"role":"user","content":"x"},)";
    const Site told(answering("say turns", 2047));
    CPPUNIT_ASSERT_EQUAL("10001"s, contentOf(post(told, withMessages(messages + R"({"role":"user","content":"x"}])"))));
    for (int i = 0; i < 40; ++i) schema = R"({"type":"object","properties":{"p":)" + schema + "}}";
    std::string wide = "{";
    for (int i = 0; i < 40'000; ++i) wide += (i > 0 ? ",\"p" : "\"p") + std::to_string(i) + R"(":{"type":"string"})";
    for (const std::string& parameters : {schema, wide + "}"})
        CPPUNIT_ASSERT_EQUAL(
            "1"s, contentOf(post(told, asking(R"(,"tools":[{"type":"function","function":{"name":"f","parameters":)" +
                                              parameters + "}}]"))));
}

SPEC(OpenAiRequests, are_refused_when_they_are_no_json) {
    for (const std::string& body : {""s, "x"s, "[]"s, asking() + "x", asking(",\"x\":\"\xff\""),
                                    asking(",\"x\":" + std::string(200, '[') + std::string(200, ']'))})
        assertFault(post(site, body), 400, "null");
    assertFault(post(site, asking(R"(,"x":"\ud83d")")), 400, "invalid_value", "x");
}

}  // namespace
