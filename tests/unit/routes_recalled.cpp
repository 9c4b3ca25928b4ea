// A later call of a user with a limit: one transaction looks at the account and reserves.
#include "support/spec.h"
#include "unit/expect.h"
#include "unit/host_fixture.h"
#include "unit/site.h"

#include <string>

using namespace aiproject;
using namespace aiproject::test;

namespace {

struct Recalled : CppUnit::TestCase {
    Site site{[](Config& config) {
        config.models["priced"] = playing("delta Hi|usage 43");
        config.routes.text = {"priced"};
    }};

    Recalled() {
        site.sql("UPDATE users SET tokens = 1000, pic_times = 5");
        assertSucceeded(ask());
    }
    ScriptedExchange ask() const { return site.post("/textModel/chat", questionOf(site.ann, "Hello")); }
    ScriptedExchange askNothing() const {
        return site.post("/textModel/chat", R"({"uuid":")" + site.ann.uuid + R"(","username":"ann","dialog":[]})");
    }
    ScriptedExchange show() const { return site.post("/PictureToTextModel/chat", kJpeg, site.ann); }
};

SPEC(Recalled, is_found_by_id_in_the_reservation_and_not_by_name_before_it) {
    site.sql("UPDATE users SET name = 'nobody looks for it'");
    assertSucceeded(ask());
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1000 - 2 * 43), site.number("SELECT tokens FROM users"));
}

SPEC(Recalled, is_refused_as_soon_as_the_uuid_has_ended) {
    site.sql("UPDATE users SET epoch = epoch + 1");
    for (int i = 0; i < 2; ++i) assertRefused(ask(), "USER_NOT_FOUND");
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), site.number("SELECT tokens_held FROM users"));
}

SPEC(Recalled, is_refused_before_anything_is_said_of_the_question) {
    site.sql("UPDATE users SET epoch = epoch + 1");
    for (int i = 0; i < 2; ++i) assertRefused(askNothing(), "USER_NOT_FOUND");
}

SPEC(Recalled, is_refused_as_soon_as_the_account_is_disabled) {
    site.sql("UPDATE users SET disabled = 1");
    for (int i = 0; i < 2; ++i) assertRefused(ask(), "PERMISSION_NOT_ALLOW");
    site.sql("UPDATE users SET disabled = 0");
    assertSucceeded(ask());
    site.sql("UPDATE users SET disabled = 1");
    for (int i = 0; i < 2; ++i) assertRefused(askNothing(), "PERMISSION_NOT_ALLOW");
}

SPEC(Recalled, is_refused_as_soon_as_the_account_is_deleted) {
    site.sql("DELETE FROM users");
    for (int i = 0; i < 2; ++i) assertRefused(ask(), "USER_NOT_FOUND");
}

SPEC(Recalled, still_hears_what_is_wrong_with_the_question) {
    assertRefused(askNothing(), "APP_QUERY_METHOD_ERROR");
    assertSucceeded(ask());
}

SPEC(Recalled, has_the_limits_of_now) {
    site.sql("UPDATE users SET tokens = -1");
    assertSucceeded(ask());
    assertSucceeded(ask());
    CPPUNIT_ASSERT_EQUAL(std::int64_t(-1), site.number("SELECT tokens FROM users"));
    site.sql("UPDATE users SET tokens = 0");
    assertRefused(ask(), "TOKEN_NOT_ENOUGH");
    site.sql("UPDATE users SET tokens = 50");
    assertSucceeded(ask());
    CPPUNIT_ASSERT_EQUAL(std::int64_t(7), site.number("SELECT tokens FROM users"));
}

// Whose pictures have a limit is recalled, and nothing is reserved for a text.
SPEC(Recalled, is_looked_up_where_nothing_is_reserved) {
    site.sql("UPDATE users SET tokens = -1");
    assertSucceeded(ask());
    assertSucceeded(show());
    site.sql("UPDATE users SET disabled = 1");
    assertRefused(ask(), "PERMISSION_NOT_ALLOW");
    site.sql("UPDATE users SET disabled = 0");
    assertSucceeded(ask());
    site.sql("UPDATE users SET epoch = epoch + 1");
    assertRefused(show(), "USER_NOT_FOUND");
}

SPEC(Recalled, sees_the_account_as_it_is_now) {
    site.sql("UPDATE users SET tokens = 17");
    CPPUNIT_ASSERT_EQUAL(17, assertSucceeded(site.post("/auth/me", "", site.ann))->getValue<int>("tokens"));
}

}  // namespace
