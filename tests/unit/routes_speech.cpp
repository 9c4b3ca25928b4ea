// /v1/audio/speech and /models/NAME/speech.
#include "support/spec.h"
#include "unit/openai_client.h"

#include <string>
#include <utility>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

struct SpeechPaths : OpenAiClient {
    static constexpr const char* kSpeech = "/v1/audio/speech";

    // A request for `m` with a text, and these members beside it.
    static std::string saying(const std::string& members = "") {
        return R"({"model":"m","input":"Hello","voice":"alloy")" + members + "}";
    }
    static ScriptedExchange speak(const Site& site, const std::string& body) {
        return send(site, "POST", kSpeech, body);
    }
    static ScriptedExchange speakAt(const Site& site, const std::string& path, const std::string& members) {
        return site.post(path, R"({"uuid":")" + site.ann.uuid + R"(","username":"ann")" + members + "}");
    }
    static std::string soundOf(const ScriptedExchange& answer) {
        CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.text(), 200, answer.head->status);
        CPPUNIT_ASSERT_EQUAL(0, answer.abandons);
        return answer.text();
    }
    static std::int64_t rowsWhere(Site& site, const std::string& condition) {
        return site.number("SELECT COUNT(*) FROM ledger WHERE " + condition);
    }
};

SPEC(SpeechPaths, send_the_models_bytes_as_they_are_made) {
    const Site site(answering("bytes RIFF\n|bytes \xff\xfe|bytes data:"));
    const ScriptedExchange answer = speak(site, saying());
    CPPUNIT_ASSERT_EQUAL(
        "RIFF\n\xff\xfe"
        "data:"s,
        soundOf(answer));
    CPPUNIT_ASSERT_EQUAL("audio/wav"s, answer.head->contentType);
    CPPUNIT_ASSERT_EQUAL("no"s, answer.header("X-Accel-Buffering"));
    CPPUNIT_ASSERT_EQUAL("audio/pcm"s, speak(site, saying(R"(,"response_format":"pcm")")).head->contentType);
}

SPEC(SpeechPaths, ask_the_model_as_the_client_wishes) {
    const Site site(
        answering("sound kind|bytes  |sound input|bytes  |sound voice|bytes  |sound speed|bytes  |sound format|bytes  "
                  "|sound prompt"));
    CPPUNIT_ASSERT_EQUAL("16 Hello alloy none audio/wav "s, soundOf(speak(site, saying())));
    CPPUNIT_ASSERT_EQUAL("16 Hello alloy 4.000000 audio/L16;rate=24000 Cheerfully"s,
                         soundOf(speak(site, saying(R"(,"speed":4,"response_format":"pcm","stream_format":"audio",)"
                                                    R"("instructions":"Cheerfully")"))));
    CPPUNIT_ASSERT_EQUAL("16 Hi  none audio/wav "s, soundOf(speak(site, R"({"model":"m","input":"Hi","voice":null})")));
}

SPEC(SpeechPaths, give_the_client_s_own_body_to_models_of_its_dialect) {
    const Site site(answering("sound body"));
    CPPUNIT_ASSERT_EQUAL(saying(), soundOf(speak(site, saying())));
    CPPUNIT_ASSERT_EQUAL(saying(), soundOf(speak(site, "\xef\xbb\xbf" + saying())));
}

SPEC(SpeechPaths, name_the_member_that_is_wrong) {
    const Site site(answering("bytes a"));
    const auto refused = [&](const std::string& body, const std::string& param, const std::string& code) {
        assertFault(speak(site, body), 400, code, param);
    };
    refused(R"({"input":"a"})", "model", "invalid_value");
    refused(R"({"model":"m"})", "input", "invalid_value");
    refused(R"({"model":"m","input":""})", "input", "invalid_value");
    refused(R"({"model":"m","input":["a"]})", "input", "invalid_value");
    refused(saying(R"(,"voice":{"id":"a"})"), "voice", "invalid_value");
    refused(saying(R"(,"response_format":1)"), "response_format", "invalid_value");
    refused(saying(R"(,"instructions":1)"), "instructions", "invalid_value");
    for (const std::string& speed : {"0.24"s, "4.01"s, "-1"s, "\"1\""s})
        refused(saying(R"(,"speed":)" + speed), "speed", "invalid_value");
    for (const std::string& format : {"mp3"s, "opus"s, "aac"s, "flac"s, "WAV"s, ""s})
        refused(saying(R"(,"response_format":")" + format + "\""), "response_format", "unsupported_parameter");
    refused(saying(R"(,"stream_format":"sse")"), "stream_format", "unsupported_parameter");
    refused(R"({"model":"echo","input":"a"})", "model", "unsupported_parameter");
    assertFault(speak(site, R"({"model":"tts-1","input":"a"})"), 404, "model_not_found", "model");  // no route.speech
}

SPEC(SpeechPaths, count_characters_and_not_bytes_against_the_limit) {
    const Site site([](Config& config) {
        answering("bytes a")(config);
        config.limits.speechCharacters = 3;
    });
    CPPUNIT_ASSERT_EQUAL("a"s, soundOf(speak(site, R"({"model":"m","input":"\u4f60\u597d\u554a"})")));
    assertFault(speak(site, R"({"model":"m","input":"abcd"})"), 400, "invalid_value", "input");
}

SPEC(SpeechPaths, find_a_model_by_an_alias_of_the_route) {
    const Site site([](Config& config) {
        answering("bytes a")(config);
        config.routes.speech = {"m"};
    });
    for (const std::string& name : {"tts-1"s, "tts-1-hd"s, "gpt-4o-mini-tts"s})
        CPPUNIT_ASSERT_EQUAL("a"s, soundOf(speak(site, R"({"model":")" + name + R"(","input":"a"})")));
}

SPEC(SpeechPaths, have_a_failure_before_the_first_byte_told_as_any_other) {
    for (const std::string& script : {"status failed"s, ""s, "bytes |usage 3"s, "delta text"s, "vector 1"s}) {
        Site site(answering(script));
        const ScriptedExchange answer = speak(site, saying());
        assertFault(answer, 502, "null");
        CPPUNIT_ASSERT_EQUAL("application/json; charset=utf-8"s, answer.head->contentType);
        CPPUNIT_ASSERT_EQUAL(0, answer.abandons);
        CPPUNIT_ASSERT_EQUAL(std::int64_t(0), rowsWhere(site, "tokens > 0"));
    }
    const Site site(answering("advise there is no voice x|status badInput"));
    CPPUNIT_ASSERT_EQUAL("there is no voice x"s, wordIn(errorOf(speak(site, saying())), "message"));
}

SPEC(SpeechPaths, break_the_connection_after_the_first_byte) {
    for (const std::string& script : {"bytes RIFF|status failed"s, "bytes RIFF|delta text"s, "bytes RIFF|vector 1"s}) {
        Site site(answering(script));
        const ScriptedExchange answer = speak(site, saying());
        CPPUNIT_ASSERT_EQUAL(200, answer.head->status);
        CPPUNIT_ASSERT_EQUAL("RIFF"s, answer.text());
        CPPUNIT_ASSERT_EQUAL(1, answer.abandons);
        CPPUNIT_ASSERT_EQUAL(std::int64_t(1), rowsWhere(site, "outcome = 'broken' AND basis = 'estimated'"));
    }
}

SPEC(SpeechPaths, are_billed_by_the_tokens_of_the_text) {
    Site site(answering("bytes RIFF|bytes more"));
    soundOf(speak(site, R"({"model":"m","input":"one two three"})"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1),
                         rowsWhere(site,
                                   "kind = 'speech' AND outcome = 'complete' AND basis = 'estimated' AND "
                                   "tokens = 4 AND tokens_in = 4 AND tokens_out = 0 AND route = '/v1/audio/speech'"));
}

SPEC(SpeechPaths, cost_the_seconds_that_were_spoken_where_they_have_a_price) {
    const std::string second = std::string(47'000, 's') + "|bytes " + std::string(1'000, 't');
    for (const auto& [script, seconds] : {std::pair("bytes " + second, 1), std::pair("bytes " + second + "u", 2),
                                          std::pair("bytes " + second + "|status failed", 1)}) {
        Site site([&, script = script](Config& config) {
            answering(script)(config);
            config.models["m"].price.second = 7;
        });
        site.sql("UPDATE users SET money = 1000000");
        speak(site, saying(R"(,"response_format":"pcm")"));
        CPPUNIT_ASSERT_EQUAL(std::int64_t(7 * seconds), site.number("SELECT cost FROM ledger"));
        CPPUNIT_ASSERT_EQUAL(std::int64_t(0), site.number("SELECT voice_seconds FROM ledger"));
        CPPUNIT_ASSERT_EQUAL(std::int64_t(1'000'000 - 7 * seconds), site.number("SELECT money FROM users"));
    }
}

SPEC(SpeechPaths, refuse_an_account_without_tokens_before_a_model_is_asked) {
    Site site(answering("bytes RIFF"));
    site.sql("UPDATE users SET tokens = 0");
    assertFault(speak(site, saying()), 429, "insufficient_quota");
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), rowsWhere(site, "1 = 1"));
}

SPEC(SpeechPaths, are_there_for_each_model_in_the_documented_dialect) {
    Site site(answering("sound input|bytes  |sound dialect|bytes  |sound body"));
    CPPUNIT_ASSERT_EQUAL("Hello documented "s, soundOf(speakAt(site, "/models/m/speech", R"(,"input":"Hello")")));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), rowsWhere(site, "kind = 'speech' AND route = '/models/m/speech'"));
    const auto refused = [](const ScriptedExchange& answer, int status, const std::string& code) {
        CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.text(), status, answer.head->status);
        CPPUNIT_ASSERT_EQUAL(code, answer.json()->getValue<std::string>("code"));
    };
    refused(speakAt(site, "/models/m/speech", ""), 400, "APP_QUERY_METHOD_ERROR");
    refused(speakAt(site, "/models/echo/speech", R"(,"input":"Hello")"), 400, "APP_QUERY_METHOD_ERROR");
    refused(speakAt(site, "/models/none/speech", R"(,"input":"Hello")"), 404, "APP_NOT_FOUND_ERROR");
    refused(site.post("/models/m/speech", R"({"input":"Hello"})"), 400, "APP_QUERY_METHOD_ERROR");
    Site failing(answering("status failed"));
    refused(speakAt(failing, "/models/m/speech", R"(,"input":"Hello")"), 502, "MODEL_ERROR");
}

SPEC(SpeechPaths, are_only_for_models_that_the_key_may_use) {
    const Site site(answering("bytes a"));
    CPPUNIT_ASSERT(speak(site, R"({"model":"none","input":"a"})").head->status == 404);
    const auto model = send(site, "GET", "/v1/models/m").json();
    const auto kinds = model->getArray("kinds");
    CPPUNIT_ASSERT_EQUAL("speech"s, kinds->getElement<std::string>(unsigned(kinds->size()) - 1));
}

}  // namespace
