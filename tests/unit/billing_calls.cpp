// Reservations and settlements against a database.
#include "support/spec.h"
#include "unit/till.h"

#include <atomic>
#include <string>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

SPEC(Till, holds_what_a_call_may_cost_and_takes_what_it_did) {
    {
        BilledCall call = billing->begin(text(30));
        CPPUNIT_ASSERT_EQUAL(std::int64_t(30), number("SELECT tokens_held FROM users"));
        CPPUNIT_ASSERT_EQUAL(std::int64_t(1), number("SELECT COUNT(*) FROM reservations WHERE tokens = 30"));
        call.settle(answered(43), {"echo", "up-1"});
    }
    CPPUNIT_ASSERT_EQUAL(std::int64_t(57), number("SELECT tokens FROM users"));
    assertAgrees(100);
}

SPEC(Till, releases_a_call_that_reached_no_model) {
    billing->begin(text());
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), number("SELECT tokens_held FROM users"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), number("SELECT COUNT(*) FROM ledger"));
}

SPEC(Till, overdraws_by_less_than_one_call_when_fifty_come_at_once) {
    std::atomic<int> served{0}, refused{0};
    together(50, [&](int) {
        try {
            call(30);
            ++served;
        } catch (const Error& error) {
            CPPUNIT_ASSERT_EQUAL(int(ErrorKind::tokensSpent), int(error.kind()));
            ++refused;
        }
    });
    CPPUNIT_ASSERT_EQUAL(50, served + refused);
    const std::int64_t used = number("SELECT SUM(tokens) FROM ledger");
    CPPUNIT_ASSERT_EQUAL(std::int64_t(30) * served, used);
    CPPUNIT_ASSERT_MESSAGE(std::to_string(used), used < 100 + 30);
    assertAgrees(100);
}

SPEC(Till, says_of_a_usage_that_is_not_believed_what_is_done_without_it) {
    billing->begin(text(30)).settle(answered(-1), {"echo", ""});
    assertSays(logged(), "the upstream's usage is not believed, and estimated: a number is negative");
    CallToBill call = text(1);
    call.unit = Unit::picture;
    CallEnd end = answered(-1);
    end.unit = Unit::picture;
    billing->begin(call).settle(end, {"echo", ""});
    assertSays(logged(), "the upstream's usage is not believed, and not counted: a number is negative");
}

SPEC(Till, writes_nothing_to_hold_for_who_has_no_limit) {
    {
        BilledCall call = billing->begin(text(30, false));
        CPPUNIT_ASSERT_EQUAL(std::int64_t(0), number("SELECT COUNT(*) FROM reservations"));
        call.settle(answered(43), {"echo", ""});
    }
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1),
                         number("SELECT COUNT(*) FROM ledger WHERE tokens = 43 AND charged_tokens = 0"));
    assertAgrees(100);
}

SPEC(Till, says_why_it_refuses) {
    sql("UPDATE users SET tokens = 0, pic_times = 0, voice_seconds = 4");
    expectError(ErrorKind::tokensSpent, [&] { billing->begin(text()); });
    CallToBill call = text(1);
    call.unit = Unit::picture;
    expectError(ErrorKind::picturesSpent, [&] { billing->begin(call); });
    call.unit = Unit::voiceSecond;
    call.atMost = 5;
    expectError(ErrorKind::voiceSecondsSpent, [&] { billing->begin(call); });
    sql("UPDATE users SET tokens = 5, disabled = 1");
    expectError(ErrorKind::notAllowed, [&] { billing->begin(text()); });
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), number("SELECT COUNT(*) FROM reservations"));
}

SPEC(Till, counts_a_users_calls_for_all_hosts) {
    BillingRules rules;
    rules.userCalls = 2;
    open(rules);
    {
        const BilledCall one = billing->begin(text(1, false)), two = billing->begin(text(1, false));
        expectError(ErrorKind::tooManyRequests, [&] { billing->begin(text(1, false)); });
    }
    const BilledCall next = billing->begin(text(1, false));
}

SPEC(Till, counts_a_users_minute_for_all_hosts_and_not_what_reached_no_model) {
    BillingRules rules;
    rules.callsPerMinute = 2;
    open(rules);
    billing->begin(text(1, false));  // released: no model was asked
    for (int i = 0; i < 2; ++i) billing->begin(text(1, false)).settle(answered(1), {"echo", ""});
    const Error refused = expectError(ErrorKind::tooManyRequests, [&] { billing->begin(text(1, false)); });
    CPPUNIT_ASSERT(refused.retryAfter() >= 1 && refused.retryAfter() <= 30);
    sql("UPDATE users SET paid_ms = paid_ms - 30000");
    billing->begin(text(1, false)).settle(answered(1), {"echo", ""});
}

SPEC(Till, refills_before_it_checks) {
    BillingRules rules;
    rules.quota.refill = Refill::day;
    rules.quota.refillTokens = 500;
    open(rules);
    sql("UPDATE users SET tokens = 0");
    call(40);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(460), number("SELECT tokens FROM users"));
    sql("UPDATE users SET tokens = 0");  // once a day
    expectError(ErrorKind::tokensSpent, [&] { call(40); });
    for (const char* other : {"20990101", "202611"}) {  // of a clock that was ahead; of a refill per month
        sql("UPDATE users SET tokens = 0, refilled = "s + other);
        call(500);
    }
    sql("UPDATE users SET tokens = 900, refilled = 20200101");  // what is above stays
    call(40);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(860), number("SELECT tokens FROM users"));
}

SPEC(Till, settles_three_hundred_calls_that_end_together) {
    sql("UPDATE users SET tokens = 10000000");
    together(300, [&](int) { call(2); });
    CPPUNIT_ASSERT_EQUAL(std::int64_t(600), number("SELECT SUM(charged_tokens) FROM ledger"));
    assertAgrees(10'000'000);
    assertSilentOf(logged(), "bill waits");
}

SPEC(Till, lets_no_bill_spoil_those_that_are_committed_with_it) {
    sql("UPDATE users SET tokens = 10000000");
    sql("CREATE TRIGGER broken BEFORE INSERT ON ledger WHEN NEW.tokens = 13 BEGIN SELECT RAISE(ABORT, 'no'); END");
    together(20, [&](int index) { call(index == 7 ? 13 : 2); });
    CPPUNIT_ASSERT_EQUAL(std::int64_t(19), number("SELECT COUNT(*) FROM ledger"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), number("SELECT COUNT(*) FROM reservations"));
    sql("DROP TRIGGER broken");
    billing->retry();
    CPPUNIT_ASSERT_EQUAL(std::int64_t(51), number("SELECT SUM(charged_tokens) FROM ledger"));
    assertAgrees(10'000'000);
}

SPEC(Till, charges_a_user_who_is_gone_nothing) {
    BilledCall call = billing->begin(text());
    sql("DELETE FROM users");
    call.settle(answered(10), {"echo", ""});
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1),
                         number("SELECT COUNT(*) FROM ledger WHERE tokens = 10 AND charged_tokens = 0"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), number("SELECT COUNT(*) FROM reservations"));
}

}  // namespace
