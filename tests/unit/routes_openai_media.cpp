// /v1/audio/transcriptions and /v1/embeddings, and chats with models of pictures and voice.
#include "support/spec.h"
#include "unit/expect.h"
#include "unit/openai_client.h"

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
