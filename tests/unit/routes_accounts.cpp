// /auth/register and /auth/login, row by row of the contract.
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
