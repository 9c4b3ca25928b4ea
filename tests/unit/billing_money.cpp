// What calls cost at the prices of their models, and the limits in money.
#include "call/call_to_bill.h"
#include "support/spec.h"
#include "unit/till.h"

#include <string>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

CallEnd told(const ReportedTokens& reported) {
    CallEnd end = Till::answered(0);
    end.reported = reported;
    return end;
}

constexpr PriceConfig kPrice{2'000'000, 500'000, 8'000'000, 4'000'000, 100, 7};

std::int64_t costOfCall(const ReportedTokens& reported, const PriceConfig& price = kPrice) {
    return costOf(billFor(told(reported)), price);
}

struct MoneyTill : Till {
    MoneyTill() {
        config.models["dear"].price = kPrice;
        config.models["free"];
        open(billingRules(config));
        sql("UPDATE users SET tokens = -1, money = 1000");
    }
    static CallToBill priced(std::int64_t atMostMoney = 400) {
        CallToBill call = text(30, false);
        call.isMoneyLimited = true;
        call.atMostMoney = atMostMoney;
        return call;
    }
    void spend(const ReportedTokens& reported, const std::string& model = "dear") {
        billing->begin(priced()).settle(told(reported), {model, ""});
    }
    std::int64_t money() { return number("SELECT money FROM users"); }
    void assertMoneyAgrees(std::int64_t granted) {
        CPPUNIT_ASSERT_EQUAL(granted, number("SELECT money + (SELECT SUM(charged_money) FROM ledger) FROM users"));
        CPPUNIT_ASSERT_EQUAL(std::int64_t(0), number("SELECT money_held FROM users"));
    }
};

}  // namespace

SPEC(MoneyTill, prices_each_kind_of_token_and_rounds_the_sum_up_once) {
    CPPUNIT_ASSERT_EQUAL(std::int64_t(2 * 60 + 40 / 2 + 8 * 20 + 4 * 30), costOfCall({0, 100, 50, 150, 40, 30}));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(2), costOfCall({0, 3, 0, 3, 3, 0}));  // 1.5
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), costOfCall({0, 100, 50, 150, 40, 30}, {}));
}

SPEC(MoneyTill, prices_parts_without_a_price_of_their_own_as_the_others) {
    PriceConfig price;
    price.prompt = 2'000'000;
    price.completion = 8'000'000;
    CPPUNIT_ASSERT_EQUAL(std::int64_t(2 * 100 + 8 * 50), costOfCall({0, 100, 50, 150, 40, 30}, price));
    // The example of fcgi/billing/README.md.
    CPPUNIT_ASSERT_EQUAL(std::int64_t(600), costOfCall({0, 100, 50, 150, 40, 30}, price));
    price.cached = 500'000;
    CPPUNIT_ASSERT_EQUAL(std::int64_t(540), costOfCall({0, 100, 50, 150, 40, 30}, price));
    price.cached = 0;
    CPPUNIT_ASSERT_EQUAL(std::int64_t(2 * 60 + 8 * 50), costOfCall({0, 100, 50, 150, 40, 30}, price));
}

SPEC(MoneyTill, believes_no_part_above_its_whole_and_prices_what_is_in_neither) {
    CPPUNIT_ASSERT_EQUAL(costOfCall({0, 10, 5, 15, 10, 5}), costOfCall({0, 10, 5, 15, 900, 900}));
    CPPUNIT_ASSERT_EQUAL(costOfCall({0, 10, 5, 15}), costOfCall({0, 10, 5, 15, -3, -3}));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(8 * 15), costOfCall({0, 0, 0, 15}));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(2 * 10 + 8 * 9), costOfCall({0, 10, 5, 19}));
}

SPEC(MoneyTill, prices_pictures_and_seconds) {
    CallEnd end;
    end.outcome = Outcome::complete;
    end.isWhole = true;
    end.unit = Unit::picture;
    CPPUNIT_ASSERT_EQUAL(std::int64_t(100), costOf(billFor(end), kPrice));
    end.unit = Unit::voiceSecond;
    end.voiceSeconds = 9;
    CPPUNIT_ASSERT_EQUAL(std::int64_t(63), costOf(billFor(end), kPrice));
}

SPEC(MoneyTill, keeps_tokens_and_cost_in_the_ledger_and_takes_it_from_the_user) {
    spend({0, 100, 50, 150, 40, 30});
    CPPUNIT_ASSERT_EQUAL(
        std::int64_t(1),
        number("SELECT COUNT(*) FROM ledger WHERE tokens_in = 100 AND tokens_cached = 40 AND tokens_out"
               " = 50 AND tokens_reasoning = 30 AND cost = 420 AND charged_money = 420"
               " AND balance_money = 580"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(580), money());
    assertMoneyAgrees(1000);
}

SPEC(MoneyTill, costs_nothing_without_a_price) {
    spend({0, 100, 50, 150, 40, 30}, "free");
    spend({0, 100, 50, 150, 40, 30}, "unknown");
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), number("SELECT SUM(cost) FROM ledger"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1000), money());
}

SPEC(MoneyTill, says_the_cost_of_who_has_no_limit_and_charges_nothing) {
    sql("UPDATE users SET money = -1");
    CallToBill call = text(30, false);
    billing->begin(call).settle(told({0, 100, 0, 100}), {"dear", ""});
    CPPUNIT_ASSERT_EQUAL(std::int64_t(200), number("SELECT cost FROM ledger WHERE charged_money = 0"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(-1), money());
}

SPEC(MoneyTill, refuses_when_it_is_spent_or_held_and_never_falls_below_0) {
    {
        const BilledCall running = billing->begin(priced(1'000));
        const Error error = expectError(ErrorKind::moneySpent, [&] { billing->begin(priced()); });
        CPPUNIT_ASSERT(error.retryAfter() > 0);
    }
    spend({0, 800, 0, 800});
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), money());
    assertMoneyAgrees(1000);
    expectError(ErrorKind::moneySpent, [&] { billing->begin(priced()); });
}

SPEC(MoneyTill, limits_a_key) {
    sql("INSERT INTO api_keys (id, user_id, hash, hint, name, models, created_ms, ends_ms, most_tokens, most_money,"
        " refill, refilled) VALUES (7, 1, 'h', '', '', '', 1, 0, -1, 150, 'none', 0)");
    CallToBill call = priced();
    call.isMoneyLimited = false;
    call.keyId = 7;
    call.isKeyLimited = true;
    billing->begin(call).settle(told({0, 100, 0, 100}), {"dear", ""});
    CPPUNIT_ASSERT_EQUAL(std::int64_t(200), number("SELECT money_used FROM api_keys WHERE tokens_used = 100"));
    assertSays(expectError(ErrorKind::moneySpent, [&] { billing->begin(call); }).forClient(), "of this key");
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), number("SELECT money_held + tokens_held FROM api_keys"));
}
