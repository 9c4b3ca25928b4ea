// /models/NAME/chat and /stream: any loaded model by its own name.
#include "support/spec.h"
#include "unit/expect.h"
#include "unit/host_fixture.h"
#include "unit/site.h"

#include <string>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

struct ModelRoute : CppUnit::TestCase {
    static std::string contentOf(const ScriptedExchange& answer) {
        return assertSucceeded(answer)->getValue<std::string>("content");
    }
    static void assertFailed(const ScriptedExchange& answer, int status, const std::string& code) {
        CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.text(), status, answer.head->status);
        CPPUNIT_ASSERT_EQUAL(code, answer.json()->getValue<std::string>("code"));
    }
};

SPEC(ModelRoute, reaches_a_model_that_no_route_names) {
    const Site site([](Config& config) {
        config.routes = {{}, {}, {}, VoiceAccess::anyone};
        config.models["loud"] = {"echo", {{"prefix", "LOUD "}}};
    });
    CPPUNIT_ASSERT_EQUAL("LOUD Hi"s, contentOf(site.post("/models/loud/chat", questionOf(site.ann, "Hi"))));
    CPPUNIT_ASSERT_EQUAL("Hi"s, contentOf(site.post("/models/echo/chat", questionOf(site.ann, "Hi"))));
}

SPEC(ModelRoute, knows_by_the_bytes_what_was_uploaded) {
    const Site site;
    CPPUNIT_ASSERT_EQUAL("12 bytes of image/jpeg"s, contentOf(site.post("/models/echo/chat", kJpeg, site.ann)));
    CPPUNIT_ASSERT_EQUAL("1 ms of audio/L16;rate=16000"s,
                         contentOf(site.post("/models/echo/chat", std::string(32, '\0'), site.ann)));
}

SPEC(ModelRoute, takes_PNG_for_a_picture_where_the_model_does) {
    const Site site([](Config& config) {
        for (const char* name : {"voice_too", "png", "jpeg"}) config.models[name] = playing("say format");
        const std::string png = std::to_string(std::uint64_t(Ability::pngPictures));
        config.models["voice_too"].settings["abilities"] = config.models["png"].settings["abilities"] = png;
        config.models["png"].settings["kinds"] = config.models["jpeg"].settings["kinds"] =
            std::to_string(std::uint32_t(Kind::picture));
    });
    for (const std::string& name : {"voice_too"s, "png"s})
        CPPUNIT_ASSERT_EQUAL("image/png"s, contentOf(site.post("/models/" + name + "/chat", kPng, site.ann)));
    const auto refusal = [&](const std::string& name, const std::string& bytes) {
        return site.post("/models/" + name + "/chat", bytes, site.ann).json()->getValue<std::string>("msg");
    };
    CPPUNIT_ASSERT_EQUAL("model jpeg does not take voice, and this is no JPEG"s, refusal("jpeg", kPng));
    CPPUNIT_ASSERT_EQUAL("model png does not take voice, and this is no JPEG or PNG"s, refusal("png", "GIF89a"));
    CPPUNIT_ASSERT_EQUAL("this is a PNG file, not PCM or WAV"s, refusal("echo", kPng));
}

SPEC(ModelRoute, takes_voice_that_only_begins_like_a_picture_for_voice) {
    const Site site;
    const std::string noise = "\xff\xd8\xff" + std::string(125, '\1');
    CPPUNIT_ASSERT_EQUAL("4 ms of audio/L16;rate=16000"s, contentOf(site.post("/models/echo/chat", noise, site.ann)));
    const std::string picture = "\xff\xd8\xff\xe0\0\x10JFIF\0"s + std::string(117, '\1');
    CPPUNIT_ASSERT_EQUAL("128 bytes of image/jpeg"s, contentOf(site.post("/models/echo/chat", picture, site.ann)));
}

SPEC(ModelRoute, takes_voice_that_begins_like_json_for_voice) {
    const Site site;
    const std::string pcm = "{\xff" + std::string(30, '\0');
    CPPUNIT_ASSERT_EQUAL("1 ms of audio/L16;rate=16000"s, contentOf(site.post("/models/echo/chat", pcm, site.ann)));
}

SPEC(ModelRoute, streams_text_voice_and_pictures) {
    const Site site;
    const ScriptedExchange words = site.post("/models/echo/stream", questionOf(site.ann, "Hello you"));
    CPPUNIT_ASSERT_EQUAL(std::size_t(3), words.writes.size());
    const ScriptedExchange picture = site.post("/models/echo/stream", kJpeg, site.ann);
    CPPUNIT_ASSERT_EQUAL(std::size_t(5), picture.writes.size());
}

SPEC(ModelRoute, asks_who_it_is_before_it_says_which_models_there_are) {
    Site site;
    site.ann.uuid = "wrong";
    assertFailed(site.post("/models/echo/chat", questionOf(site.ann, "Hi")), 401, "USER_NOT_FOUND");
    assertFailed(site.post("/models/nobody/chat", questionOf(site.ann, "Hi")), 401, "USER_NOT_FOUND");
    assertFailed(site.post("/models/echo/chat", kJpeg, site.ann), 401, "USER_NOT_FOUND");
    assertFailed(site.post("/models/echo/chat", kJpeg), 401, "USER_NOT_FOUND");
}

SPEC(ModelRoute, has_no_model_that_is_not_loaded) {
    const Site site;
    for (const std::string& name : {"nobody"s, "Echo"s, "..%2fecho"s, "echo.so"s})
        assertFailed(site.post("/models/" + name + "/chat", questionOf(site.ann, "Hi")), 404, "APP_NOT_FOUND_ERROR");
}

SPEC(ModelRoute, answers_with_the_real_status_always) {
    const Site site([](Config& config) {
        config.httpStatus = HttpStatus::envelope;
        config.models["busy"] = playing("status busy");
        config.models["slow"] = playing("status timedOut");
    });
    assertFailed(site.post("/models/busy/chat", questionOf(site.ann, "Hi")), 503, "MODEL_BUSY");
    assertFailed(site.post("/models/slow/stream", questionOf(site.ann, "Hi")), 504, "MODEL_TIMEOUT");
    assertFailed(site.post("/models/echo/chat", "{"), 400, "APP_QUERY_METHOD_ERROR");
    assertFailed(site.post("/models/echo/chat", "", site.ann), 400, "GET_FILE_FAIL");
    assertFailed(site.get("/models/echo/chat"), 405, "APP_QUERY_METHOD_ERROR");
}

SPEC(ModelRoute, names_the_model_in_the_log) {
    const Site site;
    site.post("/models/echo/chat", questionOf(site.ann, "Hi"));
    assertSays(site.lastLogLine(), "code=0 user=ann method=POST path=/models/echo/chat model=echo");
}

}  // namespace
