// /v1/audio/transcriptions and /v1/embeddings, and chats with models of pictures and voice.
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
    using Fields = std::vector<std::pair<std::string, std::string>>;
    static constexpr const char* kTranscriptions = "/v1/audio/transcriptions";

    // As Node's client sends it: `model` before `file`.
    static ScriptedExchange transcribe(const Site& site, const Fields& fields, const std::string& file,
                                       const std::string& name = "a.wav") {
        std::string body;
        for (const auto& [field, value] : fields)
            body += "--x\r\nContent-Disposition: form-data; name=\"" + field + "\"\r\n\r\n" + value + "\r\n";
        if (!name.empty())
            body += "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + name +
                    "\"\r\nContent-Type: application/octet-stream\r\n\r\n" + file + "\r\n";
        ScriptedExchange exchange("POST", kTranscriptions, body + "--x--\r\n");
        exchange.sent.contentType = "multipart/form-data; boundary=x";
        exchange.sent.authorization = "Bearer " + site.ann.uuid;
        site.serve(exchange);
        return exchange;
    }
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
    static std::string twoSeconds() { return std::string(64'000, 'p'); }
};

SPEC(OpenAiMedia, transcribe_in_the_format_that_was_asked_for) {
    const Site site([](Config& config) {
        answering("delta \"Hi\"")(config);
        config.routes.voice = {"m"};
    });
    const ScriptedExchange json = transcribe(site, {{"model", "whisper-1"}}, twoSeconds(), "a.pcm");
    CPPUNIT_ASSERT_EQUAL("\"Hi\""s, wordIn(json.json(), "text"));
    CPPUNIT_ASSERT_EQUAL(2.0, json.json()->getObject("usage")->getValue<double>("seconds"));
    const ScriptedExchange text =
        transcribe(site, {{"response_format", "text"}, {"model", "m"}}, twoSeconds(), "a.pcm");
    CPPUNIT_ASSERT_EQUAL("\"Hi\"\n"s, text.text());
    CPPUNIT_ASSERT_EQUAL("text/plain; charset=utf-8"s, text.head->contentType);
    const auto verbose = transcribe(site, {{"model", "m"}, {"response_format", "verbose_json"}, {"language", "zh"}},
                                    twoSeconds(), "a.pcm")
                             .json();
    CPPUNIT_ASSERT_EQUAL(2.0, verbose->getValue<double>("duration"));
    CPPUNIT_ASSERT_EQUAL("zh"s, wordIn(verbose, "language"));
    CPPUNIT_ASSERT_EQUAL("\"Hi\""s, wordIn(verbose->getArray("segments")->getObject(0), "text"));
}

SPEC(OpenAiMedia, refuse_a_form_that_lacks_something_and_name_it) {
    const Site site(answering("delta Hi"));
    assertFault(transcribe(site, {}, twoSeconds(), "a.pcm"), 400, "invalid_value", "model");
    assertFault(transcribe(site, {{"model", "m"}}, "", ""), 400, "invalid_value", "file");
    assertFault(transcribe(site, {{"model", "m"}}, "", "a.wav"), 400, "invalid_value", "file");
    assertFault(transcribe(site, {{"model", "m"}}, "\x1a\x45\xdf\xa3 webm", "a.webm"), 400, "invalid_value", "file");
    assertFault(transcribe(site, {{"model", "none"}}, twoSeconds(), "a.pcm"), 404, "model_not_found", "model");
    for (const auto& [field, value] : Fields{{"response_format", "srt"}, {"stream", "true"}})
        assertFault(transcribe(site, {{"model", "m"}, {field, value}}, twoSeconds(), "a.pcm"), 400,
                    "unsupported_parameter", field);
    assertFault(send(site, "POST", kTranscriptions, "{}"), 400, "invalid_value", "file");
}

SPEC(OpenAiMedia, refuse_fields_that_are_not_utf8) {
    const Site site(answering("delta Hi"));
    for (const std::string& field : {"model"s, "language"s, "response_format"s}) {
        Fields fields{{"model", "m"}, {"response_format", "verbose_json"}};
        fields.emplace_back(field, "\xff");
        assertFault(transcribe(site, fields, twoSeconds(), "a.pcm"), 400, "invalid_value", field);
    }
    const std::string wide = std::string(255, 'a') + "\u4e2d";
    const auto answer = transcribe(site, {{"model", "m"}, {"response_format", "verbose_json"}, {"language", wide}},
                                   twoSeconds(), "a.pcm");
    CPPUNIT_ASSERT_EQUAL(wide.substr(0, 255), wordIn(answer.json(), "language"));
}

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
