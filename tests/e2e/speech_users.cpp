// speech_espeak behind nginx, for several clients.
#include "e2e/raw_http.h"
#include "e2e/site.h"
#include "support/spec.h"

#include <string>

using namespace aiproject::test;
using namespace std::string_literals;

namespace {

struct SpeechUsers : CppUnit::TestCase {
    const Site site{SiteOptions{{{"route.speech", "speech_espeak"}, {"pool.model.processes", "1"}}}};
    const std::string uuid = site.newUser("ann");

    static std::string asking(const std::string& text) {
        return R"({"model":"tts-1","voice":"alloy","input":")" + text + "\"}";
    }
    HttpAnswer speak(const std::string& text) const {
        return site.request("POST", "/v1/audio/speech", asking(text),
                            {{"Authorization", "Bearer " + uuid}, {"Content-Type", "application/json"}});
    }
};

SPEC(SpeechUsers, hear_it_without_an_upstream) {
    const HttpAnswer answer = speak("Hello world, 你好。");
    CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.body.substr(0, 200), 200, answer.status);
    CPPUNIT_ASSERT_EQUAL("audio/wav"s, answer.headers.at("content-type"));
    CPPUNIT_ASSERT(answer.body.size() > 44'100 && answer.body.compare(0, 4, "RIFF") == 0);
    CPPUNIT_ASSERT_EQUAL(400, speak(" ").status);
}

// Its answer has some ten megabytes, more than all buffers on the way.
SPEC(SpeechUsers, do_not_wait_for_one_who_does_not_read) {
    std::string text;
    while (text.size() < 4'000) text += "The quick brown fox jumps over the lazy dog. ";
    const std::string body = asking(text);
    RawClient slow(site.nginx().port());
    slow.send("POST /v1/audio/speech HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + uuid +
              "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
              body);
    CPPUNIT_ASSERT(!slow.piece().empty());
    for (int i = 0; i < 3; ++i) CPPUNIT_ASSERT_EQUAL(200, speak("One two three.").status);
}

}  // namespace
