// One balance, one rule: what shows or changes a balance refills first, and each change is a row of the books.
#include "auth/balances.h"

#include "auth/quota_refill.h"
#include "auth/user_directory.h"
#include "base/most_units.h"
#include "base/unix_time.h"
#include "support/account_ids.h"
#include "support/spec.h"
#include "unit/account_book.h"

#include <random>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

using Kind = BalanceStep::Kind;

QuotaConfig daily() {
    QuotaConfig quota;
    quota.refill = Refill::day;
    quota.refillTokens = 500;
    quota.refillPicTimes = 5;
    quota.refillVoiceSeconds = 60;
    return quota;
}

AuthConfig poor() {
    AuthConfig config;
    config.newTokens = config.newPicTimes = config.newVoiceSeconds = 0;
    return config;
}

struct BalanceRules : AccountBook {
    Accounts shop{database, kKey, poor(), kCheap, daily()};
    UserDirectory directory{database, daily()};

    User registered(const std::string& name) { return shop.registerUser({name, kPassword, "a@example.org", ""}); }
    void invite(const Grant& grant) {
        Invitation invitation;
        invitation.code = "CODE-7";
        invitation.grant = grant;
        Invitations(database).add(invitation);
    }
    void makeRefillDue() { change("UPDATE users SET refilled = 20200101"); }
    AccountView shown() { return directory.find("ann").value(); }
    std::int64_t tokensAfter(const BalanceStep& step) {
        change("UPDATE users SET tokens = 0");
        makeRefillDue();
        CPPUNIT_ASSERT(directory.grant(idOf(directory, "ann"), {step, {}, {}}, "test"));
        const std::int64_t stored = number("SELECT tokens FROM users");
        CPPUNIT_ASSERT_EQUAL(stored, shown().tokens);
        return stored;
    }
    std::int64_t number(const std::string& select) { return std::stoll(text("SELECT CAST((" + select + ") AS TEXT)")); }
    void assertRecomputed() {
        for (const char* unit : {"tokens", "pic_times", "voice_seconds"})
            CPPUNIT_ASSERT_EQUAL(
                number("SELECT "s + unit + " FROM users"),
                number("SELECT COALESCE(SUM(amount), 0) FROM balance_changes WHERE unit = '"s + unit + "'"));
    }
};

SPEC(BalanceRules, let_a_code_add_to_the_refill_that_is_due) {
    const User ann = registered("ann");
    invite({50, 1, 10});
    makeRefillDue();
    const User after = shop.redeem(ann, "CODE-7");
    CPPUNIT_ASSERT_EQUAL(std::int64_t(550), after.tokens);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(6), after.picTimes);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(70), after.voiceSeconds);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(550), shown().tokens);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(550), number("SELECT tokens FROM users"));
    assertRecomputed();
}

SPEC(BalanceRules, let_grants_change_what_the_refill_has_made) {
    registered("ann");
    CPPUNIT_ASSERT_EQUAL(std::int64_t(550), tokensAfter({Kind::add, 50}));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(450), tokensAfter({Kind::add, -50}));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), tokensAfter({Kind::set, 0}));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(7), tokensAfter({Kind::set, 7}));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(-1), tokensAfter({Kind::set, -1}));
}

SPEC(BalanceRules, show_an_operator_what_they_show_the_user) {
    const User ann = registered("ann");
    makeRefillDue();
    CPPUNIT_ASSERT_EQUAL(std::int64_t(500), shop.login("ann", kPassword).user.tokens);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(500), shown().tokens);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(60), directory.list({}).front().voiceSeconds);
}

SPEC(BalanceRules, give_a_new_account_its_first_refill_on_another_day) {
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), registered("ann").tokens);
    directory.add({"bob", "$scrypt$", "b@example.org", "", 0, 0, 0});
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), directory.find("bob")->tokens);
    const std::int64_t today = refillPeriod(Refill::day, unixMilliseconds());
    CPPUNIT_ASSERT(number("SELECT MIN(refilled) FROM users") >= today - 1);  // midnight may have passed
}

SPEC(BalanceRules, give_a_new_account_its_credit_and_refill_it) {
    AuthConfig config = poor();
    QuotaConfig quota = daily();
    config.newMoney = 100;
    quota.refillMoney = 300;
    Accounts dear(database, kKey, config, kCheap, quota);
    const User ann = dear.registerUser({"ann", kPassword, "a@example.org", ""});
    CPPUNIT_ASSERT_EQUAL(std::int64_t(100), ann.money);
    assertSays(text("SELECT detail FROM audit WHERE event = 'registered'"), "money 100");
    makeRefillDue();
    CPPUNIT_ASSERT_EQUAL(std::int64_t(300), dear.login("ann", kPassword).user.money);
    UserDirectory money(database, quota);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(300), money.find("ann")->money);
    CPPUNIT_ASSERT(money.grant(idOf(money, "ann"), {{}, {}, {}, {Kind::add, 5}}, "test"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(305), number("SELECT money FROM users"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(305), number("SELECT SUM(amount) - 1 FROM balance_changes WHERE unit = 'money'"));
}

SPEC(BalanceRules, refill_no_money_where_it_has_no_limit) {
    QuotaConfig quota = daily();
    quota.refillMoney = 300;
    registered("ann");
    makeRefillDue();
    UserDirectory money(database, quota);
    CPPUNIT_ASSERT(money.grant(idOf(money, "ann"), {{Kind::add, 1}, {}, {}}, "test"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(-1), number("SELECT money FROM users"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), number("SELECT COUNT(*) FROM balance_changes WHERE unit = 'money'"));
}

SPEC(BalanceRules, change_nothing_where_something_would_be_added_to_what_is_unlimited) {
    directory.add({"ann", "$scrypt$", "a@example.org", "", -1, 10, -1});
    for (const std::int64_t amount : {5, -5})
        assertSays(
            expectError(ErrorKind::notAllowed,
                        [&] {
                            directory.grant(idOf(directory, "ann"), {{Kind::add, amount}, {Kind::add, 1}, {}}, "test");
                        })
                .what(),
            "tokens are unlimited");
    CPPUNIT_ASSERT_EQUAL(std::int64_t(10), shown().picTimes);
    CPPUNIT_ASSERT_EQUAL("0"s, text("SELECT CAST(COUNT(*) AS TEXT) FROM audit WHERE event = 'granted'"));
    CPPUNIT_ASSERT(directory.grant(idOf(directory, "ann"), {{Kind::add, 0}, {Kind::add, 1}, {}}, "test"));
}

SPEC(BalanceRules, take_no_code_that_would_add_nothing) {
    const User ann = registerNamed("ann");  // unlimited
    invite({50, 0, 0});
    assertSays(expectError(ErrorKind::registrationRefused, [&] { accounts.redeem(ann, "CODE-7"); }).forClient(),
               "add nothing");
    directory.grant(idOf(directory, "ann"), {{Kind::set, 0}, {}, {}}, "test");
    CPPUNIT_ASSERT_EQUAL(std::int64_t(50), accounts.redeem(ann, "CODE-7").tokens);  // it is not used up
}

SPEC(BalanceRules, end_where_numbers_are_exact) {
    directory.add({"ann", "$scrypt$", "a@example.org", "", kMostUnits - 1, 0, 0});
    CPPUNIT_ASSERT(directory.grant(idOf(directory, "ann"), {{Kind::add, kMostUnits}, {}, {}}, "test"));
    CPPUNIT_ASSERT_EQUAL(kMostUnits, shown().tokens);
    assertRecomputed();
}

SPEC(BalanceRules, keep_what_a_revoked_invitation_granted) {
    const User ann = registered("ann");
    invite({50, 0, 0});
    shop.redeem(ann, "CODE-7");
    CPPUNIT_ASSERT(Invitations(database).revoke("CODE-7"));
    CPPUNIT_ASSERT(!Invitations(database).revoke("CODE-7"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(50), number("SELECT tokens FROM invitations WHERE code = 'CODE-7'"));
    CPPUNIT_ASSERT_EQUAL("invitation C...: tokens 50"s,
                         text("SELECT detail FROM audit WHERE event = 'invitation_revoked'"));
    const User bob = registered("bob");
    expectError(ErrorKind::registrationRefused, [&] { shop.redeem(bob, "CODE-7"); });
    expectError(ErrorKind::registrationRefused, [&] {
        shop.registerUser({"cid", kPassword, "c@example.org", "", "CODE-7"});
    });
}

SPEC(BalanceRules, say_in_the_audit_log_what_was_given) {
    invite({50, -1, 0});
    shop.registerUser({"ann", kPassword, "a@example.org", "", "CODE-7"});
    const std::string detail = text("SELECT detail FROM audit WHERE event = 'registered'");
    assertSays(detail, "tokens 0, pic_times 0, voice_seconds 0; invitation C");
    assertSays(detail, "tokens +50 = 50, pic_times unlimited");
    directory.grant(idOf(directory, "ann"), {{Kind::add, -8}, {}, {}}, "tokens -8");
    assertSays(text("SELECT detail FROM audit WHERE event = 'granted'"), "tokens -8 = 42");
}

}  // namespace
