// What a call costs at the price of its model, on the way from the path to the ledger.
#include "support/spec.h"
#include "unit/expect.h"
#include "unit/host_fixture.h"
#include "unit/site.h"

using namespace aiproject;
using namespace aiproject::test;

namespace {

struct MoneyRoutes : CppUnit::TestCase {
    Site site{[](Config& config) {
        config.models["priced"] = playing("delta Hi|usage 43");
        config.models["priced"].price.completion = 2'000'000;
        config.models["free"] = playing("delta Hi|usage 43");
        config.routes.text = {"priced"};
    }};

    ScriptedExchange ask() const { return site.post("/textModel/chat", questionOf(site.ann, "Hello")); }
    std::int64_t money() { return site.number("SELECT money FROM users"); }
};

SPEC(MoneyRoutes, take_the_cost_of_a_call_from_who_has_a_limit_and_refuse_when_it_is_spent) {
    site.sql("UPDATE users SET money = 100");
    assertSucceeded(ask());
    CPPUNIT_ASSERT_EQUAL(std::int64_t(100 - 2 * 43), money());
    assertSucceeded(ask());
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), money());
    for (int i = 0; i < 2; ++i) assertRefused(ask(), "MONEY_NOT_ENOUGH");
    CPPUNIT_ASSERT_EQUAL(std::int64_t(172), site.number("SELECT SUM(cost) FROM ledger"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(100), site.number("SELECT SUM(charged_money) FROM ledger"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), site.number("SELECT money_held FROM users"));
}

// Of whom the worker recalls another limit, from before.
SPEC(MoneyRoutes, take_the_cost_from_who_got_the_limit_later) {
    site.sql("UPDATE users SET money = -1, tokens = 1000000");
    assertSucceeded(ask());
    site.sql("UPDATE users SET money = 100");
    assertSucceeded(ask());
    CPPUNIT_ASSERT_EQUAL(std::int64_t(100 - 2 * 43), money());
    site.sql("UPDATE users SET money = 0");
    assertRefused(ask(), "MONEY_NOT_ENOUGH");
    site.sql("UPDATE users SET money = 1000000, tokens = -1");
    assertSucceeded(ask());
    site.sql("UPDATE users SET tokens = 0");
    assertRefused(ask(), "TOKEN_NOT_ENOUGH");
}

SPEC(MoneyRoutes, let_a_model_without_a_price_answer_who_has_spent_all) {
    site.sql("UPDATE users SET money = 0");
    assertSucceeded(site.post("/models/free/chat", questionOf(site.ann, "Hello")));
    assertRefused(ask(), "MONEY_NOT_ENOUGH");
}

// A picture that a model of chats reads is sold in tokens.
SPEC(MoneyRoutes, take_the_cost_of_a_pictures_tokens) {
    Site priced([](Config& config) {
        config.models["seeing"] = playing("delta Hi|usage 43");
        config.models["seeing"].price.completion = 2'000'000;
        config.routes.picture = {"seeing"};
    });
    const auto ask = [&priced] { return priced.post("/PictureToTextModel/chat", kJpeg, priced.ann); };
    priced.sql("UPDATE users SET money = 100");
    assertSucceeded(ask());
    CPPUNIT_ASSERT_EQUAL(std::int64_t(14), priced.number("SELECT money FROM users"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(43),
                         priced.number("SELECT tokens_in + tokens_out FROM ledger WHERE kind = 'picture'"));
    assertSucceeded(ask());
    assertRefused(ask(), "MONEY_NOT_ENOUGH");
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), priced.number("SELECT money_held FROM users"));
}

SPEC(MoneyRoutes, write_the_cost_of_who_has_no_limit) {
    assertSucceeded(ask());
    CPPUNIT_ASSERT_EQUAL(std::int64_t(86), site.number("SELECT cost FROM ledger WHERE charged_money = 0"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(-1), money());
}

}  // namespace
