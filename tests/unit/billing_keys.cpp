// What calls hold and use of the limits of the key that they come with.
#include "support/spec.h"
#include "unit/till.h"

#include <string>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

struct KeyTill : Till {
    KeyTill() { addKey(7, 50, -1, "none"); }
    void addKey(int id, std::int64_t mostTokens, std::int64_t mostMoney, const std::string& refill) {
        const std::string number = std::to_string(id);
        sql("INSERT INTO api_keys (id, user_id, hash, hint, name, models, created_ms, ends_ms, most_tokens, most_money,"
            " refill, refilled) VALUES (" +
            number + ", 1, 'hash" + number + "', '', 'laptop', '', 1, 0, " + std::to_string(mostTokens) + ", " +
            std::to_string(mostMoney) + ", '" + refill + "', 0)");
    }
    static CallToBill withKey(bool isUserLimited = true, bool isKeyLimited = true, std::int64_t atMost = 30) {
        CallToBill call = text(atMost, isUserLimited);
        call.keyId = 7;
        call.isKeyLimited = isKeyLimited;
        return call;
    }
    void callWithKey(std::int64_t tokens, bool isUserLimited = true) {
        billing->begin(withKey(isUserLimited)).settle(answered(tokens), {"echo", ""});
    }
    std::int64_t ofKey(const std::string& column) { return number("SELECT " + column + " FROM api_keys WHERE id = 7"); }
    Error refused() {
        return expectError(ErrorKind::tokensSpent, [&] { billing->begin(withKey()); });
    }
    void assertNothingHeld() {
        CPPUNIT_ASSERT_EQUAL(std::int64_t(0), ofKey("tokens_held + money_held"));
        CPPUNIT_ASSERT_EQUAL(std::int64_t(0), number("SELECT tokens_held FROM users"));
        CPPUNIT_ASSERT_EQUAL(std::int64_t(0), number("SELECT COUNT(*) FROM reservations"));
    }
};

SPEC(KeyTill, counts_a_call_for_its_user_and_for_its_key) {
    {
        BilledCall call = billing->begin(withKey());
        CPPUNIT_ASSERT_EQUAL(std::int64_t(30), ofKey("tokens_held"));
        CPPUNIT_ASSERT_EQUAL(std::int64_t(1), number("SELECT COUNT(*) FROM reservations WHERE key_tokens = 30"));
        call.settle(answered(43), {"echo", ""});
    }
    CPPUNIT_ASSERT_EQUAL(std::int64_t(43), ofKey("tokens_used"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(57), number("SELECT tokens FROM users"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(43), number("SELECT SUM(tokens) FROM ledger WHERE key_id = 7"));
    assertNothingHeld();
}

SPEC(KeyTill, refuses_a_key_that_is_spent_although_its_user_is_not) {
    sql("UPDATE users SET tokens = -1");
    callWithKey(60, false);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(60), ofKey("tokens_used"));
    const Error error = expectError(ErrorKind::tokensSpent, [&] { billing->begin(withKey(false)); });
    CPPUNIT_ASSERT_EQUAL("no tokens of this key are left"s, error.forClient());
    CPPUNIT_ASSERT_EQUAL(0, error.retryAfter());
    assertNothingHeld();
}

SPEC(KeyTill, refuses_while_calls_in_progress_hold_all_and_says_when_to_come_again) {
    const BilledCall running = billing->begin(withKey(true, true, 50));
    const Error error = refused();
    assertSays(error.forClient(), "hold");
    CPPUNIT_ASSERT(error.retryAfter() > 0);
}

SPEC(KeyTill, refuses_a_spent_user_whatever_the_key_has_left_and_holds_nothing) {
    sql("UPDATE users SET tokens = 0");
    CPPUNIT_ASSERT_EQUAL("no tokens are left"s, refused().forClient());
    assertNothingHeld();
}

SPEC(KeyTill, releases_a_call_that_reached_no_model) {
    billing->begin(withKey());
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), ofKey("tokens_used"));
    assertNothingHeld();
}

SPEC(KeyTill, refuses_a_key_that_has_ended_where_its_user_was_only_recalled) {
    for (const char* change : {"revoked_ms = 5", "revoked_ms = 0, ends_ms = 5"}) {
        sql("UPDATE api_keys SET "s + change);
        for (const bool isKeyLimited : {true, false})
            expectError(ErrorKind::userUnknown, [&] { billing->begin(withKey(true, isKeyLimited)); });
    }
    assertNothingHeld();
}

SPEC(KeyTill, writes_nothing_of_a_key_without_a_limit_but_its_id) {
    sql("CREATE TRIGGER none BEFORE UPDATE ON api_keys BEGIN SELECT RAISE(ABORT, 'a statement more'); END");
    billing->begin(withKey(true, false)).settle(answered(43), {"echo", ""});
    CPPUNIT_ASSERT_EQUAL(std::int64_t(43), number("SELECT tokens FROM ledger WHERE key_id = 7"));
}

SPEC(KeyTill, begins_anew_with_the_day_and_the_month) {
    for (const char* refill : {"day", "month"}) {
        sql("UPDATE users SET tokens = 1000");
        sql("UPDATE api_keys SET tokens_used = 50, refilled = 0, refill = '"s + refill + "'");
        callWithKey(43);
        CPPUNIT_ASSERT_EQUAL(std::int64_t(43), ofKey("tokens_used"));
        callWithKey(43);
        refused();
        // A clock that was far ahead has written it.
        sql("UPDATE api_keys SET refilled = 99991231");
        callWithKey(1);
        CPPUNIT_ASSERT_EQUAL(std::int64_t(1), ofKey("tokens_used"));
    }
}

SPEC(KeyTill, lets_fifty_at_once_use_no_more_than_a_call_above_the_limit) {
    sql("UPDATE users SET tokens = -1");
    together(50, [&](int) {
        try {
            callWithKey(30, false);
        } catch (const Error& error) {
            CPPUNIT_ASSERT_EQUAL(int(ErrorKind::tokensSpent), int(error.kind()));
        }
    });
    CPPUNIT_ASSERT_MESSAGE(std::to_string(ofKey("tokens_used")), ofKey("tokens_used") < 50 + 30);
    CPPUNIT_ASSERT_EQUAL(ofKey("tokens_used"), number("SELECT SUM(tokens) FROM ledger WHERE key_id = 7"));
    assertNothingHeld();
}

SPEC(KeyTill, brings_a_bill_that_waited_to_its_key) {
    {
        BilledCall call = billing->begin(withKey());
        sql("CREATE TRIGGER away BEFORE INSERT ON ledger BEGIN SELECT RAISE(ABORT, 'away'); END");
        call.settle(answered(43), {"echo", ""});
    }
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), ofKey("tokens_used"));
    sql("DROP TRIGGER away");
    billing->retry();
    CPPUNIT_ASSERT_EQUAL(std::int64_t(43), ofKey("tokens_used"));
    assertNothingHeld();
}

SPEC(KeyTill, reads_a_bill_that_a_program_from_before_keys_has_spooled) {
    Settlement settlement;
    settlement.callId = "c";
    settlement.used.tokens = 5;
    const std::string old = jsonOf(settlement);
    CPPUNIT_ASSERT(!says(old, "key") && !says(old, "cost"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(5), settlementIn(old).used.tokens);
    settlement.keyId = 7;
    settlement.isKeyCharged = true;
    settlement.hold.keyMoney = 3;
    settlement.used.money = 4;
    const Settlement read = settlementIn(jsonOf(settlement));
    CPPUNIT_ASSERT(read.keyId == 7 && read.isKeyCharged && read.hold.keyMoney == 3 && read.used.money == 4);
}

}  // namespace
