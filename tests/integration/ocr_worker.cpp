// ocr_tesseract in a worker: on the documented path, by its name, and for clients of OpenAI.
#include "integration/ocr_fixture.h"
#include "support/spec.h"
#include "support/worker_under_test.h"

#include "http/base64.h"

#include <Poco/JSON/Array.h>

#include <cppunit/TestCase.h>

#include <string>

using namespace aiproject::test;
using namespace std::string_literals;

namespace {

struct OcrWorker : CppUnit::TestCase {
    WorkerUnderTest worker{Settings{{"route.picture", "ocr_tesseract"}, {"model.ocr_tesseract.nice", "0"}}};
    const std::string uuid = worker.newUser("alice");
    const std::string png = converted(with(written(kChinese, kChineseFont, 32), {"png:-"}));

    FastcgiAnswer show(const std::string& path, const std::string& bytes) const {
        return worker.ask({"POST", path, bytes, {{"HTTP_UUID", uuid}, {"HTTP_USERNAME", "alice"}}});
    }
};

}  // namespace

SPEC(OcrWorker, reads_pictures_on_the_documented_path_and_by_its_name) {
    for (const std::string& path : {"/PictureToTextModel/chat"s, "/models/ocr_tesseract/chat"s}) {
        const FastcgiAnswer answer = show(path, png);
        CPPUNIT_ASSERT_MESSAGE(
            answer.body, errorRate(objectOf(answer.body)->optValue<std::string>("content", ""), kChinese) <= 0.02);
    }
    const FastcgiAnswer stream = show("/models/ocr_tesseract/stream", png);
    CPPUNIT_ASSERT_MESSAGE(stream.body, stream.body.find(R"("status":2)") != std::string::npos);
    const std::string blank = converted({"-size", "200x200", "xc:white", "jpg:-"});
    const auto nothing = objectOf(show("/PictureToTextModel/chat", blank).body);
    CPPUNIT_ASSERT_EQUAL(""s, nothing->getValue<std::string>("content"));
    CPPUNIT_ASSERT_EQUAL(0, nothing->getValue<int>("code"));
}

SPEC(OcrWorker, says_what_is_wrong_with_a_picture) {
    const auto refused = [&](const std::string& bytes) {
        const auto json = objectOf(show("/PictureToTextModel/chat", bytes).body);
        return json->getValue<std::string>("code") + ": " + json->getValue<std::string>("msg");
    };
    CPPUNIT_ASSERT_EQUAL("FILE_FORMAT_ILLEGAL: the picture is not a JPEG or PNG"s, refused("GIF89a"));
    CPPUNIT_ASSERT_EQUAL("FILE_FORMAT_ILLEGAL: the PNG is damaged or of a rare kind"s, refused(png.substr(0, 900)));
}

SPEC(OcrWorker, reads_the_picture_of_a_chat) {
    FastcgiRequest request =
        jsonRequest("/v1/chat/completions",
                    R"({"model":"ocr_tesseract","temperature":0.5,"messages":[{"role":"user","content":[)"
                    R"({"type":"text","text":"What is written here?"},{"type":"image_url","image_url":{"url":)"
                    R"("data:image/png;base64,)" +
                        aiproject::base64Of(png) + R"("}}]}]})");
    request.parameters["HTTP_AUTHORIZATION"] = "Bearer " + uuid;
    const FastcgiAnswer answer = worker.ask(request);
    CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.body, 200, answer.status);
    const auto choice = objectOf(answer.body)->getArray("choices")->getObject(0);
    CPPUNIT_ASSERT(errorRate(choice->getObject("message")->getValue<std::string>("content"), kChinese) <= 0.02);
}
