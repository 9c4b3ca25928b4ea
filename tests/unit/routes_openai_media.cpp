// /v1/embeddings, and chats with models of pictures and voice.
#include "support/spec.h"
#include "unit/expect.h"
#include "unit/openai_client.h"
#include "unit/wav_file.h"

#include "http/base64.h"

#include <string>
#include <utility>
#include <vector>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

struct OpenAiMedia : OpenAiClient {
    // The model `m` serves that kind alone, with no abilities, as spark_image and spark_iat do.
    static Site::Change answeringOnly(Kind kind, const std::string& script) {
        return [script, kind](Config& config) {
            answering(script)(config);
            config.models["m"].settings["kinds"] = std::to_string(std::uint32_t(kind));
        };
    }
    static std::string withPart(const std::string& part, const std::string& members = "",
                                const std::string& before = "") {
        return R"({"model":"m","messages":[)" + before +
               R"({"role":"user","content":[{"type":"text","text":"What is this?"},)" + part + "]}]" + members + "}";
    }
    static std::string jpegPart() {
        return R"({"type":"image_url","image_url":{"url":"data:image/jpeg;base64,)" + base64Of(kJpeg) + R"("}})";
    }
    static std::string wavPart() {
        return R"({"type":"input_audio","input_audio":{"format":"wav","data":")" + base64Of(wavOf(twoSeconds())) +
               R"("}})";
    }
    // What clients like NextChat and Dify send with each chat.
    static std::string usual() {
        return R"(,"temperature":0.5,"top_p":1,"presence_penalty":0,"frequency_penalty":0,"max_tokens":4000,)"
               R"("seed":7,"tools":[],"tool_choice":"auto","response_format":{"type":"text"})";
    }
    void assertRefusesWhatModelsOfOneKindCannot(const Site& site, const std::string& part) const {
        const std::string tools = R"(,"tools":[{"type":"function","function":{"name":"f"}}])";
        const auto refused = [&](const std::string& body, const std::string& param) {
            assertFault(post(site, body), 400, "unsupported_parameter", param);
        };
        refused(withPart(part, tools), "tools");
        refused(withPart(part, R"(,"response_format":{"type":"json_object"})"), "response_format");
        refused(withPart(part, R"(,"stop":"x")"), "stop");
        refused(withPart(part, "", R"({"role":"tool","tool_call_id":"a","content":"x"},)"), "messages[0].role");
    }
};

SPEC(OpenAiMedia, chat_with_a_model_of_pictures_as_usual_clients_do) {
    const Site site(answeringOnly(Kind::picture,
                                  "say kind|delta  |say size|delta  |say format|delta  |say turns|delta  |say turn 1"));
    const std::string before = R"({"role":"system","content":"be brief"},)";
    for (const std::string& members : {""s, usual()})
        CPPUNIT_ASSERT_EQUAL("4 12 image/jpeg 2 user: What is this?"s,
                             contentOf(post(site, withPart(jpegPart(), members, before))));
    const auto events = eventsOf(post(site, withPart(jpegPart(), usual() + R"(,"stream":true)", before)));
    CPPUNIT_ASSERT_EQUAL("[DONE]"s, events.back());
}

SPEC(OpenAiMedia, chat_with_a_model_of_voice_as_usual_clients_do) {
    const Site site(
        answeringOnly(Kind::voice, "say kind|delta  |say size|delta  |say format|delta  |say rate|delta  |say turns"));
    for (const std::string& members : {""s, usual()})
        CPPUNIT_ASSERT_EQUAL("2 64000 audio/L16;rate=16000 16000 0"s,
                             contentOf(post(site, withPart(wavPart(), members))));
}

SPEC(OpenAiMedia, chat_without_what_models_of_one_kind_cannot_do) {
    assertRefusesWhatModelsOfOneKindCannot(Site(answeringOnly(Kind::picture, "delta Hi")), jpegPart());
    assertRefusesWhatModelsOfOneKindCannot(Site(answeringOnly(Kind::voice, "delta Hi")), wavPart());
}

SPEC(OpenAiMedia, chat_with_what_a_model_of_pictures_can_do) {
    const Site site([](Config& config) {
        answeringOnly(Kind::picture, "say most tokens|delta  |say temperature")(config);
        config.models["m"].settings["abilities"] = std::to_string(std::uint64_t(Ability::maxTokens));
    });
    CPPUNIT_ASSERT_EQUAL("4000 0.000000"s, contentOf(post(site, withPart(jpegPart(), usual()))));
}

SPEC(OpenAiMedia, chat_about_a_PNG_with_a_model_that_takes_it) {
    const Site site([](Config& config) {
        answeringOnly(Kind::picture, "say format|delta  |say most tokens")(config);
        config.models["jpeg"] = config.models["m"];
        config.models["jpeg"].settings["abilities"] = std::to_string(std::uint64_t(Ability::maxTokens));
        config.models["m"].settings["abilities"] = std::to_string(std::uint64_t(Ability::pngPictures));
        config.routes.picture = {"jpeg", "m"};
        config.routes.aliases = {"both=picture"};
    });
    const auto asked = [&](const std::string& model, const std::string& bytes) {
        std::string body = withPart(
            R"({"type":"image_url","image_url":{"url":"data:image/jpeg;base64,)" + base64Of(bytes) + R"("}})", usual());
        return post(site, body.replace(body.find("\"m\""), 3, '"' + model + '"'));
    };
    CPPUNIT_ASSERT_EQUAL("image/png 0"s, contentOf(asked("m", kPng)));
    CPPUNIT_ASSERT_EQUAL("image/png 0"s, contentOf(asked("both", kPng)));
    CPPUNIT_ASSERT_EQUAL("image/jpeg 4000"s, contentOf(asked("both", kJpeg)));
    assertFault(asked("jpeg", kPng), 400, "invalid_value", "messages[0].content[1].image_url");
    assertFault(asked("both", "GIF89a"), 400, "invalid_value", "messages[0].content[1].image_url");
}

SPEC(OpenAiMedia, chat_with_exactly_one_picture_or_recording) {
    const Site pictures(answeringOnly(Kind::picture, "delta Hi")), voice(answeringOnly(Kind::voice, "delta Hi"));
    for (const std::string& body : {asking(), withPart(wavPart()), withPart(jpegPart() + "," + jpegPart())})
        assertFault(post(pictures, body), 400, "invalid_value", "messages");
    for (const std::string& body : {asking(), withPart(jpegPart()), withPart(wavPart() + "," + wavPart())})
        assertFault(post(voice, body), 400, "invalid_value", "messages");
    assertFault(post(pictures, withPart(R"({"type":"image_url","image_url":"data:image/png;base64,QUJD"})")), 400,
                "invalid_value", "messages[0].content[1].image_url");
    assertFault(post(voice, withPart(R"({"type":"input_audio","input_audio":{"format":"mp3","data":"QUJD"}})")), 400,
                "invalid_value", "messages[0].content[1].input_audio");
}

SPEC(OpenAiMedia, make_embeddings_of_texts_as_floats_and_as_base64) {
    Site site(answering("vector 0.5|vector -1|usage 7"));
    const std::string asked = R"({"model":"m","input":["a","b"])";
    const auto floats = send(site, "POST", "/v1/embeddings", asked + "}").json();
    CPPUNIT_ASSERT_EQUAL("list"s, wordIn(floats, "object"));
    const auto second = floats->getArray("data")->getObject(1);
    CPPUNIT_ASSERT_EQUAL(1, second->getValue<int>("index"));
    CPPUNIT_ASSERT_EQUAL(-1.0, second->getArray("embedding")->getElement<double>(0));
    CPPUNIT_ASSERT_EQUAL(7, floats->getObject("usage")->getValue<int>("total_tokens"));
    const auto coded = send(site, "POST", "/v1/embeddings", asked + R"(,"encoding_format":"base64"})").json();
    CPPUNIT_ASSERT_EQUAL("AAAAPwAAgD8="s, wordIn(coded->getArray("data")->getObject(0), "embedding"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(2), site.number("SELECT COUNT(*) FROM ledger WHERE tokens = 7"));
}

SPEC(OpenAiMedia, cost_nothing_where_the_vectors_are_not_one_for_each_text) {
    for (const std::string& script : {"vector 0.5|usage 7"s, "vector 0.5|vector 1|vector 2|usage 7"s, "usage 7"s}) {
        Site site(answering(script));
        const ScriptedExchange answer = send(site, "POST", "/v1/embeddings", R"({"model":"m","input":["a","b"]})");
        assertFault(answer, 502, "null");
        CPPUNIT_ASSERT_EQUAL(std::int64_t(0), site.number("SELECT COALESCE(SUM(tokens), 0) FROM ledger"));
        CPPUNIT_ASSERT_EQUAL(std::int64_t(0), site.number("SELECT COUNT(*) FROM ledger WHERE basis = 'reported'"));
    }
}

SPEC(OpenAiMedia, refuse_what_is_no_text_to_embed) {
    const Site site(answering("vector 0.5"));
    const auto embed = [&](const std::string& members) {
        return send(site, "POST", "/v1/embeddings", R"({"model":"m")" + members + "}");
    };
    for (const std::string& input :
         {R"(,"input":"")"s, R"(,"input":[])"s, R"(,"input":["a",""])"s, ""s, R"(,"input":{})"s})
        assertFault(embed(input), 400, "invalid_value", "input");
    assertFault(embed(R"(,"input":[1,2])"), 400, "unsupported_parameter", "input");
    assertFault(embed(R"(,"input":"a","encoding_format":"int8")"), 400, "invalid_value", "encoding_format");
    assertFault(embed(R"(,"input":"a","dimensions":0)"), 400, "invalid_value", "dimensions");
    assertFault(embed(R"(,"input":["a","b"])"), 502, "null");  // one vector for two texts
    assertFault(send(site, "POST", "/v1/embeddings", R"({"model":"echo","input":"a"})"), 400, "unsupported_parameter",
                "model");
}

SPEC(OpenAiMedia, take_tokens_for_a_text_where_the_model_can) {
    constexpr std::uint64_t tokens = std::uint64_t(Ability::tokenInputs);
    Site site(answering("vector 0.5", tokens));
    const auto embed = [&](const std::string& input) {
        return send(site, "POST", "/v1/embeddings", R"({"model":"m","input":)" + input + "}");
    };
    for (const std::string& one : {"[ 1, 2,\n100257 ]"s, "[[1,2,3]]"s, "\"a\""s})
        CPPUNIT_ASSERT_EQUAL_MESSAGE(one, std::size_t(1), embed(one).json()->getArray("data")->size());
    // Without a report their number is the bill.
    CPPUNIT_ASSERT_EQUAL(std::int64_t(2),
                         site.number("SELECT COUNT(*) FROM ledger WHERE tokens = 3 AND basis = 'estimated'"));
    for (const std::string& wrong : {"[1,\"a\"]"s, "[\"a\",1]"s, "[\"a\",[1]]"s, "[[1],\"a\"]"s, "[[]]"s, "[[1],[]]"s,
                                     "[1.5]"s, "[-1]"s, "[1,-1]"s, "[[[1]]]"s, "[null]"s, "[true]"s, "[1e3]"s})
        assertFault(embed(wrong), 400, "invalid_value", "input");
    std::string many = "[[1]";
    for (int i = 0; i < 2'048; ++i) many += ",[1]";
    assertFault(embed(many + "]"), 400, "invalid_value", "input");
}

SPEC(OpenAiMedia, hold_no_more_for_tokens_than_they_are) {
    Site site(answering("vector 0.5|usage 3", std::uint64_t(Ability::tokenInputs)));
    site.sql("UPDATE users SET tokens = 3");
    CPPUNIT_ASSERT_EQUAL(200, send(site, "POST", "/v1/embeddings", R"({"model":"m","input":[1,2,3]})").head->status);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), site.number("SELECT tokens + tokens_held FROM users"));
}

SPEC(OpenAiMedia, may_be_read_from_base64_in_whatever_length) {
    std::string bytes;
    for (int i = 0; i < 10; ++i) {
        const std::string text = base64Of(bytes);
        CPPUNIT_ASSERT(decodedBase64(text) == bytes);
        CPPUNIT_ASSERT(decodedBase64(text.substr(0, text.find('='))) == bytes);
        bytes += char(i * 37);
    }
    for (const std::string& wrong : {"A"s, "="s, "===="s, "A==="s, "AB CD"s, "AB\nCD"s, "QQ==QQ=="s, "A-_A"s, " QUJD"s,
                                     "QUJD "s, "QUJD----"s, "----"s, "QUJDQ-"s, "Q-=="s, "    QUJD"s, "QUJD\n\n\n\n"s})
        CPPUNIT_ASSERT_MESSAGE(wrong, !decodedBase64(wrong));
}

}  // namespace
