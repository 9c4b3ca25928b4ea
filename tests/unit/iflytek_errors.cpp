// What codes and refused handshakes become.
#include "iflytek/core/error_codes.h"
#include "iflytek/core/refusal.h"
#include "support/spec.h"

using namespace aiproject;
using namespace aiproject::iflytek;

namespace {

struct Errors : CppUnit::TestCase {
    static void expect(Service service, std::int64_t code, ModelStatus status) {
        const auto failure = failureOf(service, {code, "said", "sid1"});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(failure.what(), static_cast<int>(status), static_cast<int>(failure.status()));
        CPPUNIT_ASSERT(contains(failure, std::to_string(code)) && contains(failure, "sid1"));
        const bool advises = status == ModelStatus::badInput;
        CPPUNIT_ASSERT_EQUAL(advises, !failure.forClient().empty());
    }
    static bool contains(const CallFailure& failure, const std::string& words) {
        return std::string(failure.what()).find(words) != std::string::npos;
    }
    static CallFailure refused(int status, const std::string& body) {
        return failureOf(Refusal{status, body, "", 0}, "wss://host/path");
    }
};

const std::string kDateBody =
    R"({"message":"HMAC signature cannot be verified, a valid date or x-date header is required for HMAC Authentication"})";

}  // namespace

SPEC(Errors, of_chat_become_the_status_of_their_class) {
    using S = ModelStatus;
    for (const int code : {10004, 10005, 10018, 10163, 10907, 99999}) expect(Service::chat, code, S::failed);
    for (const int code : {10013, 10014, 10019, 10021}) expect(Service::chat, code, S::contentRefused);
    for (const int code : {10015, 11200, 11201}) expect(Service::chat, code, S::quotaSpent);
    for (const int code : {10006, 10007, 10008, 10110, 11202, 11203}) expect(Service::chat, code, S::busy);
    for (const int code : {10000, 10009, 10012, 10222, 10223}) expect(Service::chat, code, S::unavailable);
    for (const int code : {10016, 10313, 10404}) expect(Service::chat, code, S::misconfigured);
}

SPEC(Errors, of_dictation_give_the_same_numbers_another_meaning) {
    using S = ModelStatus;
    for (const int code : {10014, 10019, 10222, 10500, 11503}) expect(Service::dictation, code, S::unavailable);
    for (const int code : {10005, 10313}) expect(Service::dictation, code, S::misconfigured);
    for (const int code : {10006, 10007, 10008, 10009, 10165}) expect(Service::dictation, code, S::failed);
    for (const int code : {10043, 10044}) expect(Service::dictation, code, S::badInput);
    for (const int code : {10110, 11202}) expect(Service::dictation, code, S::busy);
    for (const int code : {11200, 11201, 11203}) expect(Service::dictation, code, S::quotaSpent);
}

SPEC(Errors, of_pictures_add_to_those_of_chat) {
    using S = ModelStatus;
    for (const int code : {10029, 10041}) expect(Service::image, code, S::badInput);
    for (const int code : {10013, 10014, 10022}) expect(Service::image, code, S::contentRefused);
    expect(Service::image, 11202, S::busy);
    expect(Service::image, 10907, S::failed);
}

SPEC(Errors, of_a_wrong_domain_are_the_operators) {
    const UpstreamError error{10003, "ClientMsgError:(invalid model domain: image)", ""};
    CPPUNIT_ASSERT(failureOf(Service::chat, error).status() == ModelStatus::misconfigured);
    CPPUNIT_ASSERT(failureOf(Service::image, error).status() == ModelStatus::misconfigured);
    CPPUNIT_ASSERT(failureOf(Service::chat, {10003, "format", ""}).status() == ModelStatus::failed);
}

SPEC(Errors, do_not_log_what_moderation_says) {
    for (const int code : {10013, 10014, 10019, 10021})
        CPPUNIT_ASSERT(!contains(failureOf(Service::chat, {code, "the secret question", "s"}), "secret"));
    CPPUNIT_ASSERT(contains(failureOf(Service::chat, {11202, "AppIdQpsOverFlowError", "s"}), "AppIdQpsOverFlowError"));
}

SPEC(Errors, are_logged_in_one_line_of_bounded_length) {
    std::string message = "a\nb";
    for (int i = 0; i < 1000; ++i) message += "天";
    const std::string text = failureOf(Service::chat, {10012, message, "s"}).what();
    CPPUNIT_ASSERT(text.size() < 400 && text.find('\n') == std::string::npos);
}

SPEC(Errors, of_the_handshake_say_what_to_check) {
    using S = ModelStatus;
    struct Row {
        int status;
        const char* body;
        ModelStatus expected;
        const char* advice;
    };
    const Row rows[] = {
        {401, R"({"message":"HMAC signature does not match"})", S::misconfigured, "api_secret"},
        {401, R"({"message":"HMAC signature cannot be verified: fail to retrieve credential"})", S::misconfigured,
         "api_key"},
        {401, R"({"message":"Unauthorized"})", S::misconfigured, "api_key"},
        {403, kDateBody.c_str(), S::misconfigured, "clock"},
        {403, R"({"message":"Your IP address is not allowed"})", S::misconfigured, "whitelist"},
        {404, R"({"message":"not found"})", S::misconfigured, "url"},
        {200, "<html>", S::misconfigured, "url"},
        {429, "", S::busy, "connections"},
        {503, "", S::unavailable, "gateway"},
        {400, "", S::failed, "handshake"},
    };
    for (const auto& row : rows) {
        const auto failure = refused(row.status, row.body);
        CPPUNIT_ASSERT_MESSAGE(failure.what(), failure.status() == row.expected && contains(failure, row.advice));
        CPPUNIT_ASSERT(contains(failure, "HTTP " + std::to_string(row.status)) && contains(failure, "wss://host/path"));
    }
}

SPEC(Errors, of_the_handshake_never_repeat_the_signature) {
    const auto failure = refused(404, "no GET /v1?authorization=YXBpX2tleT0i here");
    CPPUNIT_ASSERT(!contains(failure, "YXBp"));
}

SPEC(Errors, of_the_clock_tell_how_far_it_is_off) {
    const Refusal behind{403, kDateBody, "Fri, 05 May 2023 10:43:39 GMT", 1683283419 - 900};
    CPPUNIT_ASSERT_EQUAL(std::int64_t(900), std::int64_t(clockOffset(behind)->count()));
    CPPUNIT_ASSERT(contains(failureOf(behind, "wss://host/path"), "900 s behind"));
    const Refusal ahead{403, kDateBody, "Fri, 05 May 2023 10:43:39 GMT", 1683283419 + 400};
    CPPUNIT_ASSERT(contains(failureOf(ahead, "wss://host/path"), "400 s ahead"));
    CPPUNIT_ASSERT(!clockOffset({403, kDateBody, "yesterday", 0}));
    CPPUNIT_ASSERT(!clockOffset({403, "Your IP address is not allowed", behind.date, 0}));
    CPPUNIT_ASSERT(!clockOffset({401, kDateBody, behind.date, 0}));
}
