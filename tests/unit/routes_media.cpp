// /voiceModel/chat and /PictureToTextModel/chat, row by row of the contract.
#include "support/spec.h"
#include "unit/expect.h"
#include "unit/host_fixture.h"
#include "unit/site.h"
#include "unit/wav_file.h"

#include <string>
#include <utility>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

const std::string kVoice = "/voiceModel/chat", kPicture = "/PictureToTextModel/chat";
const std::string kForm = "multipart/form-data; boundary=B";

std::string form(const std::string& fileName, const std::string& bytes) {
    return "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + fileName + "\"\r\n\r\n" + bytes +
           "\r\n--B--\r\n";
}

struct MediaRoute : CppUnit::TestCase {
    static ScriptedExchange voice(const Site& site, const std::string& body, const std::string& contentType = {}) {
        ScriptedExchange exchange("POST", kVoice, body);
        exchange.sent.contentType = contentType;
        site.serve(exchange);
        return exchange;
    }
    static ScriptedExchange picture(const Site& site, const std::string& body, const std::string& contentType = {}) {
        return site.post(kPicture, body, site.ann, contentType);
    }
    static std::string contentOf(const ScriptedExchange& answer) {
        const auto json = assertSucceeded(answer);
        CPPUNIT_ASSERT(json->get("content").isString());
        CPPUNIT_ASSERT(!json->has("consume_token"));
        return json->getValue<std::string>("content");
    }
    static Site::Change answering(const std::string& script) {
        return [script](Config& config) {
            config.models["scripted_media"] = playing(script);
            config.routes.voice = config.routes.picture = {"scripted_media"};
        };
    }
};

SPEC(MediaRoute, takes_voice_as_a_raw_body_from_anyone) {
    const Site site;
    CPPUNIT_ASSERT_EQUAL("10 ms of audio/L16;rate=16000"s, contentOf(voice(site, std::string(320, '\0'))));
    CPPUNIT_ASSERT_EQUAL("10 ms of audio/L16;rate=16000"s, contentOf(voice(site, std::string(320, '\0'), "audio/L16")));
}

SPEC(MediaRoute, takes_voice_as_the_original_desktop_client_sends_it) {
    const Site site;
    const std::string wav = wavOf(std::string(320, '\1'));
    CPPUNIT_ASSERT_EQUAL("10 ms of audio/L16;rate=16000"s,
                         contentOf(site.post(kVoice, form("a.wav", wav), site.ann, kForm)));
    CPPUNIT_ASSERT_EQUAL("10 ms of audio/L16;rate=16000"s,
                         contentOf(voice(site, form("a.pcm", std::string(320, '\1')), kForm)));
    CPPUNIT_ASSERT_EQUAL("20 ms of audio/L16;rate=8000"s,
                         contentOf(voice(site, wavOf(std::string(320, '\1'), {1, 1, 8'000, 16}))));
}

SPEC(MediaRoute, hands_the_model_the_samples_alone) {
    const Site site(answering("say kind|delta  |say size|delta  |say format|delta  |say rate|delta  |say user"));
    CPPUNIT_ASSERT_EQUAL("2 4 audio/L16;rate=16000 16000 "s, contentOf(voice(site, wavOf("1234"))));
}

SPEC(MediaRoute, refuses_voice_that_is_none) {
    const Site site;
    assertRefused(voice(site, ""), "GET_FILE_FAIL");
    assertRefused(voice(site, form("a.pcm", ""), kForm), "GET_FILE_FAIL");
    assertRefused(voice(site, "odd"), "FILE_FORMAT_ILLEGAL");
    assertRefused(voice(site, kJpeg), "FILE_FORMAT_ILLEGAL");
    assertRefused(voice(site, wavOf("1234", {1, 2, 16'000, 16})), "FILE_FORMAT_ILLEGAL");
    assertRefused(voice(site, form("a.mp3", "1234"), kForm), "FILE_FORMAT_ILLEGAL");
    assertRefused(voice(site, "no parts", kForm), "APP_QUERY_METHOD_ERROR");
}

SPEC(MediaRoute, asks_who_speaks_where_the_operator_wishes) {
    const Site site([](Config& config) { config.routes.voiceAccess = VoiceAccess::user; });
    assertRefused(voice(site, "1234"), "USER_NOT_FOUND");
    contentOf(site.post(kVoice, "1234", site.ann));
    assertSays(site.lastLogLine(), "user=ann");
}

SPEC(MediaRoute, knows_who_speaks_where_anyone_may) {
    Site site;
    contentOf(site.post(kVoice, "1234", site.ann));
    assertSays(site.lastLogLine(), "user=ann");
    site.sql("UPDATE users SET disabled = 1");
    assertRefused(site.post(kVoice, "1234", site.ann), "PERMISSION_NOT_ALLOW");
}

SPEC(MediaRoute, serves_nobody_whose_credential_is_wrong_where_anyone_may) {
    Site site;
    SignIn wrong = site.ann;
    const auto refused = [&](const std::string& uuid, const std::string& name) {
        wrong.uuid = uuid;
        wrong.user.name = name;
        assertRefused(site.post(kVoice, "1234", wrong), "USER_NOT_FOUND");
    };
    refused("00000000-0000-0000-0000-000000000000", "ann");
    refused(site.ann.uuid, "bob");
    refused(site.ann.uuid, "");
    refused("", "ann");
    wrong.uuid = wrong.user.name = "";  // as of a client that has logged out
    CPPUNIT_ASSERT_EQUAL(200, site.post(kVoice, "1234", wrong).head->status);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), site.number("SELECT COUNT(*) FROM ledger"));
}

SPEC(MediaRoute, takes_no_tokens_or_pictures_for_voice) {
    Site site([](Config& config) { config.routes.voiceAccess = VoiceAccess::user; });
    site.sql("UPDATE users SET tokens = 0, pic_times = 0");
    contentOf(site.post(kVoice, "1234", site.ann));
}

SPEC(MediaRoute, takes_a_picture_as_a_raw_body_and_as_a_part) {
    const Site site;
    CPPUNIT_ASSERT_EQUAL("12 bytes of image/jpeg"s, contentOf(picture(site, kJpeg)));
    CPPUNIT_ASSERT_EQUAL("12 bytes of image/jpeg"s, contentOf(picture(site, kJpeg, "image/jpeg")));
    CPPUNIT_ASSERT_EQUAL("12 bytes of image/jpeg"s, contentOf(picture(site, form("a.jpg", kJpeg), kForm)));
}

SPEC(MediaRoute, hands_the_model_the_picture_and_who_asks) {
    const Site site(answering("say kind|delta  |say rate|delta  |say user"));
    CPPUNIT_ASSERT_EQUAL("4 0 " + site.ann.user.tag, contentOf(picture(site, kJpeg)));
}

SPEC(MediaRoute, bills_a_name_that_came_in_ISO_8859_1) {
    Site site;
    const SignIn jose = site.registered("Jos\u00e9");
    SignIn asSent = jose;
    asSent.user.name = "Jos\xe9";
    contentOf(site.post(kPicture, kJpeg, asSent));
    contentOf(site.post(kVoice, "1234", asSent));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(2),
                         site.number("SELECT COUNT(*) FROM ledger WHERE user_id = " + std::to_string(jose.user.id)));
}

SPEC(MediaRoute, requires_both_headers_for_a_picture) {
    const Site site;
    const auto withHeaders = [&](bool uuid, bool username) {
        ScriptedExchange exchange("POST", kPicture, kJpeg);
        if (uuid) exchange.sent.uuid = site.ann.uuid;
        if (username) exchange.sent.username = "ann";
        site.serve(exchange);
        return exchange;
    };
    assertRefused(withHeaders(false, false), "USER_NOT_FOUND");
    assertRefused(withHeaders(true, false), "USER_NOT_FOUND");
    assertRefused(withHeaders(false, true), "USER_NOT_FOUND");
    contentOf(withHeaders(true, true));
}

SPEC(MediaRoute, refuses_a_picture_with_headers_that_do_not_belong_together) {
    Site site;
    const SignIn ben = site.registered("ben");
    site.ann.uuid = ben.uuid;
    assertRefused(picture(site, kJpeg), "USER_NOT_FOUND");
    site.ann.uuid = "\xff\xfe";
    assertRefused(picture(site, kJpeg), "USER_NOT_FOUND");
    site.ann.user.name = std::string(100'000, 'x');
    assertRefused(picture(site, kJpeg), "USER_NOT_FOUND");
}

SPEC(MediaRoute, refuses_a_picture_that_is_none) {
    const Site site;
    assertRefused(picture(site, ""), "GET_FILE_FAIL");
    assertRefused(picture(site, form("a.jpg", ""), kForm), "GET_FILE_FAIL");
    assertRefused(picture(site, "\x89PNG\r\n\x1a\n"), "FILE_FORMAT_ILLEGAL");
    assertRefused(picture(site, form("a.jpg", "GIF89a"), kForm), "FILE_FORMAT_ILLEGAL");
    assertRefused(picture(site, wavOf("1234")), "FILE_FORMAT_ILLEGAL");
}

SPEC(MediaRoute, takes_PNG_where_a_model_of_the_route_does) {
    const auto route = [](const std::vector<std::string>& models) {
        return [models](Config& config) {
            for (const char* name : {"jpeg", "png"}) config.models[name] = playing("say format");
            config.models["png"].settings["abilities"] = std::to_string(std::uint64_t(Ability::pngPictures));
            config.routes.picture = models;
        };
    };
    const Site both(route({"jpeg", "png"})), jpegAlone(route({"jpeg"}));
    CPPUNIT_ASSERT_EQUAL("image/png"s, contentOf(picture(both, kPng)));
    CPPUNIT_ASSERT_EQUAL("image/png"s, contentOf(picture(both, form("a.jpg", kPng), kForm)));
    CPPUNIT_ASSERT_EQUAL("image/jpeg"s, contentOf(picture(both, kJpeg, "image/png")));
    assertRefused(picture(both, "GIF89a"), "FILE_FORMAT_ILLEGAL");
    assertSays(picture(both, "GIF89a").text(), "the picture is not a JPEG or PNG");
    assertRefused(picture(jpegAlone, kPng), "FILE_FORMAT_ILLEGAL");
    assertSays(picture(jpegAlone, kPng).text(), "\"the picture is not a JPEG\"");
}

SPEC(MediaRoute, answers_with_nothing_where_the_model_finds_nothing) {
    CPPUNIT_ASSERT_EQUAL(""s, contentOf(picture(Site(answering("status ok")), kJpeg)));
}

SPEC(MediaRoute, tells_a_failure_of_the_model_by_its_code) {
    const Site failing(answering("explain key sk-123|status unavailable"));
    assertRefused(voice(failing, "1234"), "AUDIO_TO_TEXT_ERROR");
    assertRefused(picture(failing, kJpeg), "PICTURE_TO_TEXT_ERROR");
    assertSilentOf(picture(failing, kJpeg).text(), "sk-123");
    const Site refusing(answering("advise the picture is too dark|status badInput"));
    assertRefused(picture(refusing, kJpeg), "FILE_FORMAT_ILLEGAL");
    assertSays(picture(refusing, kJpeg).text(), "too dark");
}

SPEC(MediaRoute, reads_up_to_the_limit_for_media) {
    const Site site([](Config& config) { config.limits.mediaBodyBytes = 1024; });
    contentOf(voice(site, std::string(1024, '\0')));
    const ScriptedExchange large = voice(site, std::string(1026, '\0'));
    assertRefused(large, "BODY_TOO_LARGE");
    CPPUNIT_ASSERT_EQUAL(std::uint64_t(1024), *large.bodyLimit);
}

}  // namespace
