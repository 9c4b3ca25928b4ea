// /auth/*, row by row of the contract.
#include "support/spec.h"
#include "unit/expect.h"
#include "unit/site.h"

#include <string>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

struct AccountRoutes : CppUnit::TestCase {
    Site site;

    ScriptedExchange enroll(const std::string& body) const { return site.post("/auth/register", body); }
    ScriptedExchange login(const std::string& body) const { return site.post("/auth/login", body); }
    // As ann, with more members: R"(,"code":"x")".
    ScriptedExchange asAnn(const std::string& path, const std::string& more = {}) const {
        return site.post(path, R"({"uuid":")" + site.ann.uuid + R"(","username":"ann")" + more + "}");
    }
    static void assertFailed(const ScriptedExchange& answer, int status, const std::string& code) {
        CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.text(), status, answer.head->status);
        CPPUNIT_ASSERT_EQUAL(code, answer.json()->getValue<std::string>("code"));
        CPPUNIT_ASSERT(!answer.json()->has("uuid"));
    }
};

const std::string kBen = R"({"username":"ben","password":"correct horse","email":"b@example.org"})";
const std::string kBenLogin = R"({"username":"ben","password":"correct horse"})";

SPEC(AccountRoutes, register_a_user) {
    const auto json = assertSucceeded(enroll(kBen));
    CPPUNIT_ASSERT(!json->has("uuid"));
    assertSucceeded(login(kBenLogin));
}

SPEC(AccountRoutes, take_the_academy_that_old_clients_send) {
    assertSucceeded(enroll(
        R"({"username":"ben","password":"correct horse","email":"b@example.org","academy":"\u8ba1\u7b97\u673a"})"));
    assertSucceeded(
        enroll(R"({"username":"bea","password":"correct horse","email":"b@example.org","academy":null,"more":[1]})"));
}

SPEC(AccountRoutes, refuse_a_name_that_is_taken) {
    enroll(kBen);
    assertRefused(enroll(kBen), "USER_NAME_REPEAT");
}

SPEC(AccountRoutes, say_why_a_registration_is_refused) {
    const ScriptedExchange weak = enroll(R"({"username":"ben","password":"short","email":"b@example.org"})");
    assertRefused(weak, "REGISTER_ERROR");
    assertSays(weak.json()->getValue<std::string>("msg"), "password");
    assertRefused(enroll(R"({"username":"","password":"correct horse","email":"b@example.org"})"), "REGISTER_ERROR");
    assertRefused(enroll(R"({"username":"ben","password":"correct horse","email":"nowhere"})"), "REGISTER_ERROR");
    assertRefused(enroll(R"({"username":"a\u0000b","password":"correct horse","email":"b@example.org"})"),
                  "REGISTER_ERROR");
}

SPEC(AccountRoutes, answer_a_login_with_all_that_the_original_sent) {
    enroll(kBen);
    const auto json = assertSucceeded(login(kBenLogin));
    CPPUNIT_ASSERT(json->get("uuid").isString());
    CPPUNIT_ASSERT_EQUAL(std::size_t(36), json->getValue<std::string>("uuid").size());
    CPPUNIT_ASSERT_EQUAL("ben"s, json->getValue<std::string>("username"));
    CPPUNIT_ASSERT(json->get("tokens").isInteger() && json->get("picTimes").isInteger());
    CPPUNIT_ASSERT_EQUAL(json->getValue<std::string>("uuid"), login(kBenLogin).json()->getValue<std::string>("uuid"));
}

SPEC(AccountRoutes, answer_a_login_with_what_is_left) {
    site.sql("UPDATE users SET tokens = 7, pic_times = 0");
    const auto json = assertSucceeded(login(R"({"username":"ann","password":"correct horse"})"));
    CPPUNIT_ASSERT_EQUAL(7, json->getValue<int>("tokens"));
    CPPUNIT_ASSERT_EQUAL(0, json->getValue<int>("picTimes"));
    CPPUNIT_ASSERT_EQUAL(-1, json->getValue<int>("voiceSeconds"));
}

SPEC(AccountRoutes, tell_who_failed_often_when_to_come_back) {
    for (int i = 0; i < 4; ++i) login(R"({"username":"nobody","password":"wrong horse"})");
    site.sql("UPDATE login_attempts SET blocked_ms = last_ms + 29000 WHERE blocked_ms > last_ms");
    const ScriptedExchange slowed = login(R"({"username":"nobody","password":"wrong horse"})");
    assertRefused(slowed, "TOO_MANY_REQUESTS");
    CPPUNIT_ASSERT(slowed.json()->getValue<int>("retry_after") >= 1);
    assertFailed(site.post("/auth/password", R"({"username":"nobody","password":"x","new_password":"battery staple"})"),
                 429, "TOO_MANY_REQUESTS");
}

SPEC(AccountRoutes, show_an_account_by_body_or_headers) {
    site.sql("UPDATE users SET tokens = 7, academy = 'X', created_at = '2026-11-22T08:00:00Z'");
    ScriptedExchange byHeaders("GET", "/auth/me");
    byHeaders.sent.uuid = site.ann.uuid;
    byHeaders.sent.username = "ann";
    for (const auto& json : {assertSucceeded(asAnn("/auth/me")), assertSucceeded(site.serve(byHeaders))}) {
        CPPUNIT_ASSERT_EQUAL("ann"s, json->getValue<std::string>("username"));
        CPPUNIT_ASSERT_EQUAL("a@example.org"s, json->getValue<std::string>("email"));
        CPPUNIT_ASSERT_EQUAL("X"s, json->getValue<std::string>("academy"));
        CPPUNIT_ASSERT_EQUAL("2026-11-22T08:00:00Z"s, json->getValue<std::string>("created"));
        CPPUNIT_ASSERT_EQUAL(7, json->getValue<int>("tokens"));
        CPPUNIT_ASSERT_EQUAL(-1, json->getValue<int>("picTimes"));
        CPPUNIT_ASSERT_EQUAL(-1, json->getValue<int>("money"));
        CPPUNIT_ASSERT_EQUAL(-1, json->getValue<int>("voiceSeconds"));
        CPPUNIT_ASSERT(!json->has("uuid"));
    }
    assertFailed(site.get("/auth/me"), 401, "USER_NOT_FOUND");
    assertFailed(site.post("/auth/me", R"({"uuid":"x","username":"ann"})"), 401, "USER_NOT_FOUND");
}

SPEC(AccountRoutes, know_a_name_in_a_header_as_HTTP_libraries_write_it) {
    const SignIn jose = site.registered("Jos\u00e9");
    for (const std::string& sent : {"Jos\xe9"s, "Jos\u00e9"s, "Jose\u0301"s}) {
        ScriptedExchange byHeaders("GET", "/auth/me");
        byHeaders.sent.uuid = jose.uuid;
        byHeaders.sent.username = sent;
        CPPUNIT_ASSERT_EQUAL("Jos\u00e9"s, assertSucceeded(site.serve(byHeaders))->getValue<std::string>("username"));
        CPPUNIT_ASSERT_EQUAL("no-store"s, byHeaders.header("Cache-Control"));
    }
}

SPEC(AccountRoutes, change_a_password_and_answer_a_new_uuid) {
    const auto json = assertSucceeded(site.post(
        "/auth/password", R"({"username":"ann","password":"correct horse","new_password":"battery staple"})"));
    CPPUNIT_ASSERT(json->getValue<std::string>("uuid") != site.ann.uuid);
    assertFailed(asAnn("/auth/me"), 401, "USER_NOT_FOUND");
    site.ann.uuid = json->getValue<std::string>("uuid");
    assertSucceeded(asAnn("/auth/me"));
    assertRefused(login(R"({"username":"ann","password":"correct horse"})"), "LOGIN_ERROR");
    assertFailed(site.post("/auth/password", R"({"username":"ann","password":"battery staple","new_password":"x"})"),
                 400, "REGISTER_ERROR");
    assertFailed(site.post("/auth/password", R"({"username":"ann","password":"battery staple"})"), 400,
                 "APP_QUERY_METHOD_ERROR");
}

SPEC(AccountRoutes, rotate_a_uuid_and_end_the_old_one) {
    const auto json = assertSucceeded(asAnn("/auth/rotate"));
    assertFailed(asAnn("/auth/rotate"), 401, "USER_NOT_FOUND");
    assertRefused(site.post("/textModel/chat", questionOf(site.ann, "Hi")), "USER_NOT_FOUND");
    site.ann.uuid = json->getValue<std::string>("uuid");
    assertSucceeded(site.post("/textModel/chat", questionOf(site.ann, "Hi")));
}

SPEC(AccountRoutes, redeem_an_invitation_and_tell_what_is_left) {
    site.sql("UPDATE users SET tokens = 7");
    site.sql("INSERT INTO invitations VALUES ('WELCOME-2026', 100, 1, 60, '', -1, 0, 0, 0, 0)");
    const auto json = assertSucceeded(asAnn("/auth/redeem", R"(,"code":"WELCOME-2026")"));
    CPPUNIT_ASSERT_EQUAL(107, json->getValue<int>("tokens"));
    assertFailed(asAnn("/auth/redeem", R"(,"code":"WELCOME-2026")"), 400, "REGISTER_ERROR");
    assertFailed(asAnn("/auth/redeem"), 400, "APP_QUERY_METHOD_ERROR");
    assertFailed(site.post("/auth/redeem", R"({"code":"WELCOME-2026"})"), 400, "APP_QUERY_METHOD_ERROR");
    assertSilentOf(site.log(), "WELCOME-2026");
}

SPEC(AccountRoutes, take_an_invitation_under_either_name_at_registration) {
    site.sql("INSERT INTO invitations VALUES ('WELCOME-2026', 100, 1, 60, '', -1, 0, 0, 0, 0)");
    int number = 0;
    for (const std::string& member : {"invitation"s, "token"s}) {
        const std::string user = R"({"username":"ben)" + std::to_string(++number) +
                                 R"(","password":"correct horse","email":"b@example.org",")" + member + R"(":")";
        assertRefused(enroll(user + R"(WELCOME"})"), "REGISTER_ERROR");
        assertSucceeded(enroll(user + R"(WELCOME-2026"})"));
    }
}

SPEC(AccountRoutes, hold_the_address_of_the_request_to_account) {
    for (int i = 0; i < 21; ++i) login(R"({"username":"nobody )" + std::to_string(i) + R"(","password":"x"})");
    site.sql("UPDATE login_attempts SET blocked_ms = last_ms + 29000 WHERE blocked_ms > last_ms");
    enroll(kBen);
    assertRefused(login(kBenLogin), "TOO_MANY_REQUESTS");
    assertSays(site.lastLogLine(), "address:192.0.2.1");
}

SPEC(AccountRoutes, refuse_a_wrong_name_and_a_wrong_password_alike) {
    const ScriptedExchange wrongName = login(R"({"username":"nobody","password":"correct horse"})");
    const ScriptedExchange wrongPassword = login(R"({"username":"ann","password":"wrong horse"})");
    assertRefused(wrongName, "LOGIN_ERROR");
    CPPUNIT_ASSERT_EQUAL(wrongName.text(), wrongPassword.text());
}

SPEC(AccountRoutes, refuse_a_disabled_account) {
    site.sql("UPDATE users SET disabled = 1");
    assertRefused(login(R"({"username":"ann","password":"correct horse"})"), "PERMISSION_NOT_ALLOW");
    assertRefused(login(R"({"username":"ann","password":"wrong horse"})"), "LOGIN_ERROR");
}

SPEC(AccountRoutes, refuse_a_body_that_is_unreadable_or_lacks_a_member) {
    for (const std::string& body :
         {""s, "x"s, "[]"s, "{}"s, R"({"username":"ben"})"s, R"({"password":"correct horse"})"s,
          R"({"username":null,"password":"correct horse"})"s, R"({"username":1,"password":2})"s,
          R"({"username":["ben"],"password":"correct horse"})"s, "username=ben&password=x"s}) {
        assertRefused(login(body), "APP_QUERY_METHOD_ERROR");
        assertRefused(enroll(body), "APP_QUERY_METHOD_ERROR");
    }
    assertRefused(enroll(kBenLogin), "APP_QUERY_METHOD_ERROR");  // no email
}

SPEC(AccountRoutes, take_json_of_any_content_type) {
    for (const std::string& type : {""s, "text/plain"s, "application/x-www-form-urlencoded"s}) {
        ScriptedExchange exchange("POST", "/auth/login", R"({"username":"ann","password":"correct horse"})");
        exchange.sent.contentType = type;
        assertSucceeded(site.serve(exchange));
    }
}

SPEC(AccountRoutes, log_who_it_was_and_never_a_password_or_uuid) {
    enroll(kBen);
    assertSays(site.lastLogLine(),
               "request id=request-1 from=192.0.2.1 code=0 user=ben method=POST path=/auth/register");
    const std::string uuid = login(kBenLogin).json()->getValue<std::string>("uuid");
    assertSays(site.lastLogLine(), "path=/auth/login");
    login(R"({"username":"ben","password":"wrong battery"})");
    assertSays(site.lastLogLine(), "code=LOGIN_ERROR");
    enroll(R"({"username":"bo","password":"staple)");
    for (const std::string& secret : {"correct horse"s, "wrong battery"s, "staple"s, uuid})
        assertSilentOf(site.log(), secret);
}

}  // namespace
