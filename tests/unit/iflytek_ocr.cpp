// Text recognition: what is asked, how it is signed, and what is read of the answer.
#include "iflytek/core/encoding.h"
#include "iflytek/core/error_codes.h"
#include "iflytek/spark_ocr/ocr_answer.h"
#include "iflytek/spark_ocr/ocr_question.h"
#include "iflytek/spark_ocr/signed_service.h"
#include "support/spec.h"

#include <string>

using namespace aiproject;
using namespace aiproject::iflytek;
using namespace std::string_literals;

namespace {

constexpr const char* kJpegMark = "\xFF\xD8\xFF";
constexpr const char* kPngMark = "\x89PNG\r\n\x1A\n";

struct Ocr : CppUnit::TestCase {
    static std::string bodyFor(const std::string& picture) { return OcrQuestions("a\"pp").of(picture).text(); }
    static std::string answerWith(const std::string& result) {
        return R"({"header":{"code":0,"message":"success","sid":"ocr1"},"payload":{"recognizeDocumentRes":)"s +
               R"({"compress":"raw","encoding":"utf8","format":"json","text":")" + base64(result) + R"("}}})";
    }
    static std::string textIn(const std::string& result) { return ocrAnswerIn(answerWith(result)).text; }

    template <class Work>
    static void expect(ModelStatus status, const std::string& words, Work&& work) {
        try {
            work();
        } catch (const CallFailure& failure) {
            CPPUNIT_ASSERT_EQUAL_MESSAGE(failure.what(), static_cast<int>(status), static_cast<int>(failure.status()));
            const std::string said = failure.what();
            CPPUNIT_ASSERT_MESSAGE(said, said.find(words) != std::string::npos);
            CPPUNIT_ASSERT_EQUAL(status == ModelStatus::badInput || status == ModelStatus::inputTooLarge,
                                 !failure.forClient().empty());
            return;
        }
        CPPUNIT_FAIL("nothing was refused; wanted: " + words);
    }
    static void expectUnreadable(const std::string& words, const std::string& body) {
        expect(ModelStatus::failed, words, [&] { ocrAnswerIn(body); });
    }
};

struct OcrService : Ocr {
    static constexpr std::time_t kNow = 1683283419;  // Fri, 05 May 2023 10:43:39 GMT
    SignedService service{upstream()};

    static iflytek::Upstream upstream() {
        iflytek::Upstream upstream;
        upstream.peer.endpoint = {outbound::Transport::tls, "api.xf-yun.com", 443, "/v1/private/hh_ocr_recognize_doc",
                                  outbound::Protocol::http};
        upstream.credentials = {"app", "addd2272b6d8b7c8abdd79531420ca3b", "MjlmNzkzNmZkMDQ2OTc0ZDdmNGE2ZTZi"};
        upstream.clock = [] { return kNow; };
        return upstream;
    }
    SignedService::Refused refusedAt(const std::string& date, bool isAskedAgain) const {
        return {403, R"({"message":"HMAC signature cannot be verified, a valid date or x-date header is required"})",
                date, service.signedNow(), isAskedAgain};
    }
};

}  // namespace

SPEC(Ocr, asks_with_the_picture_in_base64_and_its_format) {
    const std::string wanted =
        R"({"header":{"app_id":"a\"pp","status":3},"parameter":{"hh_ocr_recognize_doc":{"recognizeDocumentRes":)"s +
        R"({"encoding":"utf8","compress":"raw","format":"json"}}},"payload":{"image":{"encoding":")";
    const std::string jpeg = kJpegMark + "picture"s, png = kPngMark + "picture"s;
    CPPUNIT_ASSERT_EQUAL(wanted + "jpg\",\"image\":\"" + base64(jpeg) + "\",\"status\":3}}}", bodyFor(jpeg));
    CPPUNIT_ASSERT_EQUAL(wanted + "png\",\"image\":\"" + base64(png) + "\",\"status\":3}}}", bodyFor(png));
}

SPEC(Ocr, refuses_what_the_service_would) {
    for (const char* other : {"", "GIF89a", "BM", "\xFF\xD8", "%PDF-1.4"})
        expect(ModelStatus::badInput, "JPEG", [&] { bodyFor(other); });
    const std::string largest = kJpegMark + std::string(kMaxDocumentBytes - 3, 'j');
    CPPUNIT_ASSERT_EQUAL(4UL * 1024 * 1024, base64(largest).size());
    CPPUNIT_ASSERT(bodyFor(largest).size() > 4UL * 1024 * 1024);
    expect(ModelStatus::inputTooLarge, "the picture has 3.1 MB; the picture model takes at most 3 MB",
           [&] { bodyFor(largest + "j"); });
}

SPEC(Ocr, reads_the_whole_text) {
    const OcrAnswer answer = ocrAnswerIn(answerWith(R"({"lines":[],"whole_text":"发票\n\"2026\"","angle":0})"));
    CPPUNIT_ASSERT_EQUAL("发票\n\"2026\""s, answer.text);
    CPPUNIT_ASSERT_EQUAL("ocr1"s, answer.id);
    CPPUNIT_ASSERT_EQUAL(""s, textIn(R"({"whole_text":""})"));
}

SPEC(Ocr, takes_no_other_member_for_the_whole_text) {
    CPPUNIT_ASSERT_EQUAL("it"s,
                         textIn(R"({"lines":[{"whole_text":"not it"}],"whole_text":"it","x":{"whole_text":"no"}})"));
    for (const char* other :
         {R"({"lines":[{"whole_text":"not it"}]})", R"({"whole_text":{"a":"b"}})", R"({"whole_text":["a"]})",
          R"({"whole_text":7,"a":"b"})", R"({"whole_text":null,"a":"b"})"})
        expectUnreadable("without whole_text", answerWith(other));
}

SPEC(Ocr, reads_an_answer_with_the_place_of_each_character) {
    std::string lines;
    for (int i = 0; i < 5'000; ++i) lines += R"({"char_positions":[1,2,3,4,5,6,7,8],"score":0.99},)";
    CPPUNIT_ASSERT_EQUAL("all"s, textIn(R"({"lines":[)" + lines + R"({}],"whole_text":"all"})"));
}

SPEC(Ocr, says_what_an_answer_lacks) {
    expectUnreadable("", "");
    expectUnreadable("", "<html>");
    expectUnreadable("", "[1]");
    expectUnreadable("no header.code", R"({"payload":{}})");
    expectUnreadable("no header.code", R"({"header":{"code":"0"}})");
    expectUnreadable("no payload.recognizeDocumentRes", R"({"header":{"code":0}})");
    expectUnreadable("not Base64", R"({"header":{"code":0},"payload":{"recognizeDocumentRes":{"text":"*"}}})");
    expectUnreadable("no JSON object", R"({"header":{"code":0},"payload":{"recognizeDocumentRes":{}}})");
    for (const char* result : {"", "text", "[]", R"({"whole_text":"cut)", R"({"whole_text":"a"} {})"})
        expectUnreadable("no JSON object", answerWith(result));
    expectUnreadable("not UTF-8", answerWith("{\"whole_text\":\"\xff\"}"));
    expectUnreadable("no JSON object", answerWith("{\"a\":" + std::string(200, '[') + std::string(200, ']') + "}"));
}

SPEC(Ocr, gives_each_error_its_status) {
    const auto answered = [](int code) {
        return R"({"header":{"code":)" + std::to_string(code) + R"(,"message":"said","sid":"ocr1"}})";
    };
    using S = ModelStatus;
    const std::pair<int, S> rows[] = {{10009, S::badInput},      {10043, S::badInput},      {10010, S::busy},
                                      {11202, S::busy},          {11203, S::busy},          {11200, S::quotaSpent},
                                      {11201, S::quotaSpent},    {10313, S::misconfigured}, {10317, S::misconfigured},
                                      {10404, S::misconfigured}, {10114, S::unavailable},   {10222, S::unavailable},
                                      {10700, S::unavailable},   {10163, S::failed},        {10161, S::failed},
                                      {100001, S::failed},       {4711, S::failed}};
    for (const auto& [code, status] : rows) {
        const std::string words = std::to_string(code) + ": said";
        expect(status, words, [&, code = code] { ocrAnswerIn(answered(code)); });
        expect(status, words, [&, code = code] { failForErrorIn(answered(code)); });
    }
    for (const char* none : {"", "<html>", R"({"message":"not found"})", R"({"header":{"code":0}})"})
        failForErrorIn(none);
}

SPEC(OcrService, signs_each_question_as_a_post) {
    const SignedRequest request = service.signedNow();
    CPPUNIT_ASSERT_EQUAL("POST"s, request.method);
    CPPUNIT_ASSERT_EQUAL("Fri, 05 May 2023 10:43:39 GMT"s, request.date);
    const std::string head = service.headFor({}, request, 17);
    CPPUNIT_ASSERT_EQUAL(0UL, head.find("POST " + signedTarget(upstream().credentials, request) +
                                        " HTTP/1.1\r\nHost: api.xf-yun.com\r\n"));
    CPPUNIT_ASSERT(head.find("\r\nContent-Type: application/json\r\nContent-Length: 17\r\n") != std::string::npos);
}

SPEC(OcrService, asks_by_the_upstreams_clock_once_ours_was_refused) {
    const std::string theirs = "Fri, 05 May 2023 11:43:39 GMT";
    expect(ModelStatus::stale, "3600 s behind", [&] { service.fail(refusedAt(theirs, false)); });
    CPPUNIT_ASSERT_EQUAL(theirs, service.signedNow().date);
    // It is not asked a third time.
    expect(ModelStatus::misconfigured, "clock", [&] { service.fail(refusedAt(theirs, true)); });
}

SPEC(OcrService, does_not_ask_again_where_no_other_time_is_told) {
    for (const char* date : {"", "tomorrow"})
        expect(ModelStatus::misconfigured, "clock", [&, date] { service.fail(refusedAt(date, false)); });
    CPPUNIT_ASSERT_EQUAL("Fri, 05 May 2023 10:43:39 GMT"s, service.signedNow().date);
}

SPEC(OcrService, repeats_no_key_of_what_a_page_says) {
    const SignedRequest request = service.signedNow();
    const Credentials credentials = upstream().credentials;
    for (const std::string& secret : {credentials.apiKey, credentials.apiSecret, signature(credentials, request)}) {
        std::string said;
        try {
            service.fail({502, "<p>" + secret + "</p>", "", request, false});
        } catch (const CallFailure& failure) {
            said = failure.what();
        }
        CPPUNIT_ASSERT_MESSAGE(said, said.find("HTTP 502") != std::string::npos && said.find("[secret]") != said.npos);
        CPPUNIT_ASSERT_MESSAGE(said, said.find(secret) == std::string::npos);
    }
}
