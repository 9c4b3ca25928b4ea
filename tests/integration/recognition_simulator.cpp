// The simulator's text recognition: what it answers and refuses.
#include "integration/openai_client.h"
#include "support/spec.h"
#include "upstream/text_recognition.h"

#include <cppunit/TestAssert.h>

namespace {

using namespace aiproject::test;
using namespace aiproject::upstream;
using namespace std::string_literals;

const std::string kPath = "/v1/private/hh_ocr_recognize_doc";

std::string askFor(const std::string& picture) {
    return R"({"header":{"app_id":"5f5e1000","status":3},"parameter":{"hh_ocr_recognize_doc":{"recognizeDocumentRes":)"s +
           R"({"encoding":"utf8","compress":"raw","format":"json"}}},"payload":{"image":{"encoding":"jpg","image":")" +
           encoded(picture) + R"(","status":3}}})";
}

const std::string kAsk = askFor("\xFF\xD8\xFF" + std::string(200, 'j'));

struct TextRecognition : CppUnit::TestCase {
    const Simulator simulator;

    static std::string target() {
        Signer signer;
        signer.method = "POST";
        return signer.target(kPath);
    }
    HttpReply ask(const std::string& body, const std::string& signedTarget = target(),
                  const std::string& type = "application/json") const {
        return OpenAiClient(simulator).ask("POST", signedTarget, body, type);
    }
    std::string violation() const { return simulator.calls().back().violation; }
    int codeOf(const std::string& body) const {
        const HttpReply reply = ask(body);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(reply.body, 200, reply.status);
        return reply.json()->getObject("header")->getValue<int>("code");
    }
};

}  // namespace

SPEC(TextRecognition, says_the_whole_text_in_base64) {
    const HttpReply reply = ask(kAsk);
    CPPUNIT_ASSERT_EQUAL_MESSAGE(reply.body, 200, reply.status);
    CPPUNIT_ASSERT_EQUAL(0, reply.json()->getObject("header")->getValue<int>("code"));
    const auto result = reply.json()->getObject("payload")->getObject("recognizeDocumentRes");
    CPPUNIT_ASSERT_EQUAL("utf8"s, result->getValue<std::string>("encoding"));
    const auto whole = parsed(decoded(result->getValue<std::string>("text")));
    CPPUNIT_ASSERT_EQUAL(textInPicture(203), whole->getValue<std::string>("whole_text"));
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), whole->getArray("lines")->size());
    CPPUNIT_ASSERT_EQUAL(""s, violation());
    CPPUNIT_ASSERT_EQUAL(""s, textInPicture(99));
}

SPEC(TextRecognition, wants_a_signed_post) {
    CPPUNIT_ASSERT_EQUAL(401, ask(kAsk, kPath).status);
    CPPUNIT_ASSERT_EQUAL("401"s, violation().substr(0, 3));
    CPPUNIT_ASSERT_EQUAL(401, ask(kAsk, Signer().target(kPath)).status);  // signed as a GET
    Signer late;
    late.method = "POST";
    late.date = dateAt(Poco::Timestamp() - 301 * Poco::Timestamp::resolution());
    CPPUNIT_ASSERT_EQUAL(403, ask(kAsk, late.target(kPath)).status);
    CPPUNIT_ASSERT_EQUAL(400, ask(kAsk, target(), "text/plain").status);
    CPPUNIT_ASSERT_EQUAL(404, OpenAiClient(simulator).ask("PUT", target(), kAsk).status);
}

SPEC(TextRecognition, refuses_what_is_not_documented) {
    CPPUNIT_ASSERT_EQUAL(10160, codeOf("no JSON"));
    CPPUNIT_ASSERT_EQUAL(10313, codeOf(replaced(kAsk, "5f5e1000", "5f5e1001")));
    for (const auto& [from, to] : {std::pair(R"("status":3},"par)"s, R"("status":2},"par)"s),
                                   {R"("status":3},"par)", R"("status":"3"},"par)"},
                                   {R"("utf8")", R"("gbk")"},
                                   {R"("jpg")", R"("gif")"},
                                   {R"("compress":"raw",)", ""},
                                   {R"("encoding":"jpg")", R"("encoding":"jpg","more":1)"},
                                   {R"(,"status":3}}})", R"(}}})"}})
        CPPUNIT_ASSERT_EQUAL_MESSAGE(to, 10163, codeOf(replaced(kAsk, from, to)));
    CPPUNIT_ASSERT_EQUAL(10161, codeOf(replaced(kAsk, R"("image":")", R"("image":"*)")));
    CPPUNIT_ASSERT_EQUAL(10043, codeOf(replaced(kAsk, R"("jpg")", R"("png")")));
    CPPUNIT_ASSERT_EQUAL(10163, codeOf(askFor("\xFF\xD8\xFF" + std::string(3UL * 1024 * 1024, 'j'))));
    CPPUNIT_ASSERT_EQUAL("10163"s, violation().substr(4, 5));
}
