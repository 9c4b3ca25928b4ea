// The documented picture path with spark_ocr behind it: a worker and the simulated service.
#include "support/model_settings.h"
#include "support/spec.h"
#include "support/worker_under_test.h"
#include "upstream/simulator.h"

#include <cppunit/TestCase.h>

#include <string>

using namespace aiproject::test;
using namespace std::string_literals;
using aiproject::upstream::FaultKind;
using aiproject::upstream::Simulator;

namespace {

Settings ocrForPictures(const Simulator& simulator) {
    Settings settings{{"route.picture", "spark_ocr"}};
    leadTo(simulator.recognitionUrl(), "spark_ocr", settings);
    return settings;
}

std::string photoOf(std::size_t bytes) { return "\xFF\xD8\xFF" + std::string(bytes - 3, 'j'); }

struct DocumentedPictureToSparkOcr : CppUnit::TestCase {
    Simulator simulator;
    WorkerUnderTest worker{ocrForPictures(simulator)};
    const std::string uuid = worker.newUser("alice");

    FastcgiAnswer answerTo(const std::string& picture) const {
        return worker.ask(
            {"POST", "/PictureToTextModel/chat", picture, {{"HTTP_UUID", uuid}, {"HTTP_USERNAME", "alice"}}});
    }
    void assertSays(const std::string& part, const FastcgiAnswer& answer) const {
        CPPUNIT_ASSERT_MESSAGE(answer.body, answer.body.find(part) != std::string::npos);
    }
};

}  // namespace

SPEC(DocumentedPictureToSparkOcr, has_the_text_of_a_photograph) {
    const FastcgiAnswer answer = answerTo(photoOf(1000));
    assertSays(R"("code":0)", answer);
    assertSays("Invoice 2026/11\\n一张1000字节的图片。", answer);
    CPPUNIT_ASSERT_EQUAL(""s, simulator.calls().at(0).violation);
}

SPEC(DocumentedPictureToSparkOcr, takes_png) {
    assertSays("Invoice", answerTo("\x89PNG\r\n\x1A\n" + std::string(1000, 'p')));
    CPPUNIT_ASSERT_EQUAL(""s, simulator.calls().at(0).violation);
}

SPEC(DocumentedPictureToSparkOcr, answers_a_picture_without_text_with_none) {
    const FastcgiAnswer answer = answerTo(photoOf(50));
    assertSays(R"("code":0)", answer);
    assertSays(R"("content":"")", answer);
}

SPEC(DocumentedPictureToSparkOcr, names_its_own_limit) {
    assertSays("the picture has 3.1 MB; the picture model takes at most 3 MB",
               answerTo(photoOf(3UL * 1024 * 1024 + 1)));
}

SPEC(DocumentedPictureToSparkOcr, asks_once_more_where_its_clock_is_off) {
    aiproject::upstream::Fault skewed;
    skewed.kind = FaultKind::skewedClock;
    skewed.times = 1;
    simulator.setFault(skewed);
    assertSays(R"("code":0)", answerTo(photoOf(1000)));
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), simulator.calls().size());
}
