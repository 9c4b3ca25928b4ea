// What services mean by their errors.
#include "openai/refusal.h"

#include "support/spec.h"

#include <string>

using namespace aiproject;
using namespace aiproject::openai;
using namespace std::string_literals;

namespace {

struct Refusals : CppUnit::TestCase {
    static CallFailure failure(int status, const std::string& body) {
        return failureOf(status, errorIn(body), Redaction());
    }
    static void expect(ModelStatus status, int http, const std::string& body) {
        const CallFailure got = failure(http, body);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(std::to_string(http) + " " + body + ": " + got.what(), int(status),
                                     int(got.status()));
    }
};

}  // namespace

SPEC(Refusals, have_a_status_of_http) {
    const std::pair<int, ModelStatus> rows[] = {
        {400, ModelStatus::badInput},      {401, ModelStatus::misconfigured}, {402, ModelStatus::quotaSpent},
        {403, ModelStatus::misconfigured}, {404, ModelStatus::misconfigured}, {408, ModelStatus::unavailable},
        {413, ModelStatus::inputTooLarge}, {422, ModelStatus::badInput},      {429, ModelStatus::busy},
        {500, ModelStatus::unavailable},   {502, ModelStatus::unavailable},   {503, ModelStatus::busy},
        {504, ModelStatus::unavailable},   {529, ModelStatus::busy},          {307, ModelStatus::misconfigured}};
    for (const auto& [http, status] : rows)
        for (const char* body : {"", "<html>", R"({"error":{"message":"m"}})", "[1]", R"({"error":null})"})
            expect(status, http, body);
}

SPEC(Refusals, have_a_code_that_says_more) {
    const auto code = [](const std::string& value) { return R"({"error":{"message":"m","code":)" + value + "}}"; };
    expect(ModelStatus::quotaSpent, 429, code(R"("insufficient_quota")"));
    expect(ModelStatus::inputTooLarge, 400, code(R"("context_length_exceeded")"));
    expect(ModelStatus::contentRefused, 400, code(R"("content_filter")"));
    expect(ModelStatus::contentRefused, 400, code(R"("1301")"));
    expect(ModelStatus::misconfigured, 400, code(R"("model_not_found")"));
    expect(ModelStatus::quotaSpent, 403, R"({"error":{"type":"insufficient_quota","message":"m"}})");
    expect(ModelStatus::unavailable, 500, R"({"error":{"type":"invalid_request_error","message":"m"}})");
}

SPEC(Refusals, are_not_judged_by_a_code_that_says_less_than_the_status) {
    expect(ModelStatus::quotaSpent, 402,
           R"({"error":{"message":"Insufficient Balance","type":"unknown_error","code":"invalid_request_error"}})");
    const std::string wrongKey = R"({"error":{"message":"Authentication Fails, Your api key: ****fcc2 is invalid",)"
                                 R"("type":"authentication_error","code":"invalid_request_error"}})";
    expect(ModelStatus::misconfigured, 401, wrongKey);
    CPPUNIT_ASSERT_EQUAL(""s, failure(401, wrongKey).forClient());
    const auto code = [](const std::string& value) { return R"({"error":{"message":"m","code":")" + value + R"("}})"; };
    expect(ModelStatus::misconfigured, 401, code("invalid_request_error"));
    expect(ModelStatus::busy, 429, code("invalid_request_error"));
    expect(ModelStatus::busy, 429, code("server_error"));
    expect(ModelStatus::badInput, 400, code("server_error"));
    expect(ModelStatus::badInput, 400, code("invalid_request_error"));
    expect(ModelStatus::quotaSpent, 400,
           R"({"error":{"message":"m","type":"insufficient_quota","code":"invalid_request_error"}})");
    expect(ModelStatus::busy, 200, R"({"error":{"message":"m","type":"server_error","code":429}})");
    expect(ModelStatus::badInput, 200, code("invalid_request_error"));
}

SPEC(Refusals, may_come_with_the_status_200) {
    expect(ModelStatus::contentRefused, 200, R"({"code":10013,"message":"m","sid":"s"})");
    expect(ModelStatus::busy, 200, R"({"error":{"code":429,"message":"m"}})");
    expect(ModelStatus::unavailable, 200, R"({"error":{"code":502,"message":"m"}})");
    expect(ModelStatus::badInput, 200, R"({"error":{"type":"invalid_request_error","message":"m"}})");
    expect(ModelStatus::busy, 200, R"({"choices":[{"finish_reason":"insufficient_system_resource"}]})");
    expect(ModelStatus::unavailable, 200, R"({"error":"something"})");
    expect(ModelStatus::badInput, 200, R"({"object":"error","message":"m","code":400})");
}

SPEC(Refusals, are_told_in_the_upstreams_words_wherever_they_stand) {
    for (const char* body : {R"({"error":{"message":"its words"}})", R"({"error":"its words"})",
                             R"({"message":"its words"})", R"({"detail":"its words"})", "its words"}) {
        const CallFailure told = failure(400, body);
        CPPUNIT_ASSERT_MESSAGE(told.what(), std::string(told.what()).find("its words") != std::string::npos);
        CPPUNIT_ASSERT_EQUAL("the model does not take this request: its words"s, told.forClient());
    }
    CPPUNIT_ASSERT(failure(503, R"({"error":"its words"})").forClient().empty());
    const std::string broken = failure(400, "a\n" + std::string(299, '.') + "你好").what();
    CPPUNIT_ASSERT(broken.find('\n') == std::string::npos && broken.find("你") == std::string::npos);
}

SPEC(Refusals, of_content_do_not_repeat_it) {
    const CallFailure told = failure(400, R"({"error":{"message":"the content","code":"content_filter"}})");
    CPPUNIT_ASSERT(std::string(told.what()).find("the content") == std::string::npos && told.forClient().empty());
}

SPEC(Refusals, say_when_to_try_again) {
    const CallFailure told = failureOf(429, {}, Redaction(), {"20"});
    CPPUNIT_ASSERT(std::string(told.what()).find("try again after: 20") != std::string::npos);
    const auto wish = [](int status, const std::string& retryAfter, const std::string& milliseconds = "") {
        return failureOf(status, {}, Redaction(), {retryAfter, milliseconds}).retryAfter().count();
    };
    CPPUNIT_ASSERT_EQUAL(20'000L, long(wish(429, "20")));
    CPPUNIT_ASSERT_EQUAL(20'000L, long(wish(402, "20")));
    CPPUNIT_ASSERT_EQUAL(86'400'000L, long(wish(429, "99999999999")));
    CPPUNIT_ASSERT(wish(429, "Fri, 01 Jan 2100 00:00:00 GMT") > 0);
    CPPUNIT_ASSERT_EQUAL(1'500L, long(wish(429, "1.5")));
    CPPUNIT_ASSERT_EQUAL(1L, long(wish(429, "0.0001")));
    CPPUNIT_ASSERT_EQUAL(250L, long(wish(429, "", "250")));
    CPPUNIT_ASSERT_EQUAL(251L, long(wish(429, "20", "250.5")));
    CPPUNIT_ASSERT_EQUAL(20'000L, long(wish(429, "20", "soon")));
    for (const char* none :
         {"", "0", "-5", "-1.5", "soon", "inf", "nan", "1,5", "1.5s", "Fri, 01 Jan 2010 00:00:00 GMT"})
        CPPUNIT_ASSERT_EQUAL(0L, long(wish(429, none)));
}
