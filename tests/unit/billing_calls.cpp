// Reservations and settlements against a database.
#include "billing/billing.h"
#include "support/spec.h"
#include "support/temp_dir.h"
#include "unit/auth_fixture.h"
#include "unit/expect.h"

#include <cppunit/TestCase.h>

#include <atomic>
#include <filesystem>
#include <optional>
#include <string>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

struct Till : CppUnit::TestCase {
    TempDir dir;
    Config config;
    std::optional<Log> log;
    std::optional<Database> database;
    std::optional<Billing> billing;

    Till() {
        config.database = databaseAt(dir.file("accounts.db"), 2s);
        config.billing.spoolDir = dir.file("spool");
        config.log.file = dir.file("log");
        log.emplace(config.log, "worker");
        database.emplace(config.database);
        migrate(*database);
        sql("INSERT INTO users (id, name, password, email, tokens, pic_times, voice_seconds)"
            " VALUES (1, 'ann', '', '', 100, 10, 60)");
        open(billingRules(config));
    }
    void open(const BillingRules& rules) {
        billing.reset();
        billing.emplace(*database, config, rules, *log);
    }
    void sql(const std::string& statement) {
        database->write([&](Poco::Data::Session& session) { Database::execute(session, statement); });
    }
    std::int64_t number(const std::string& query) {
        std::int64_t number = -99;
        database->read([&](Poco::Data::Session& session) {
            session << query, Poco::Data::Keywords::into(number), Poco::Data::Keywords::now;
        });
        return number;
    }
    std::string logged() const { return readFile(config.log.file); }
    static CallToBill text(std::int64_t atMost = 4'200, bool isLimited = true) {
        return {1, "ann", "/textModel/chat", "request-1", Unit::token, atMost, isLimited};
    }
    static CallEnd answered(std::int64_t tokens) {
        CallEnd end;
        end.outcome = Outcome::complete;
        end.isWhole = end.isDelivered = true;
        end.reported = ReportedTokens{0, 0, tokens, tokens};
        return end;
    }
    void call(std::int64_t tokens) { billing->begin(text()).settle(answered(tokens), {"echo", ""}); }
    void assertAgrees(std::int64_t granted) {
        CPPUNIT_ASSERT_EQUAL(granted, number("SELECT tokens + (SELECT SUM(charged_tokens) FROM ledger) FROM users"));
        CPPUNIT_ASSERT_EQUAL(std::int64_t(0), number("SELECT tokens_held + calls_held FROM users"));
        CPPUNIT_ASSERT_EQUAL(std::int64_t(0), number("SELECT COUNT(*) FROM reservations"));
    }
};

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

SPEC(Till, keeps_the_bills_of_a_locked_database_and_brings_each_in_once) {
    config.database.timeout = 50ms;
    database.emplace(config.database);
    open(billingRules(config));
    sql("UPDATE users SET tokens = 100000");
    const CallEnd end = answered(10);
    Database other(databaseAt(dir.file("accounts.db")));
    {
        BilledCall one = billing->begin(text()), two = billing->begin(text());
        other.write([&](Poco::Data::Session&) {
            one.settle(end, {"echo", ""});
            two.settle(end, {"echo", ""});
            billing->retry();  // still locked
        });
    }
    assertSays(logged(), "bill waits");
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), number("SELECT COUNT(*) FROM ledger"));
    using std::filesystem::perms;
    const auto modeOf = [](const std::filesystem::path& path) { return std::filesystem::status(path).permissions(); };
    CPPUNIT_ASSERT(modeOf(config.billing.spoolDir) == perms::owner_all);
    const std::filesystem::path file = *std::filesystem::directory_iterator(config.billing.spoolDir);
    CPPUNIT_ASSERT(modeOf(file) == (perms::owner_read | perms::owner_write));
    const std::string bills = readFile(file);
    billing->retry();
    CPPUNIT_ASSERT_EQUAL(std::int64_t(20), number("SELECT SUM(charged_tokens) FROM ledger"));
    CPPUNIT_ASSERT(!std::filesystem::exists(file));
    dir.write("spool/again-1.spool", bills);  // as after a death between the commit and the removal of the file
    billing->retry();
    CPPUNIT_ASSERT_EQUAL(std::int64_t(2), number("SELECT COUNT(*) FROM ledger"));
    assertAgrees(100'000);
}

SPEC(Till, keeps_bills_in_memory_when_there_is_no_spool_either) {
    dir.write("spool", "a file, no folder");
    sql("CREATE TRIGGER broken BEFORE INSERT ON ledger BEGIN SELECT RAISE(ABORT, 'no'); END");
    call(10);
    assertSays(logged(), "bill is kept in memory only");
    sql("DROP TRIGGER broken");
    billing->retry();
    assertAgrees(100);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(10), number("SELECT SUM(charged_tokens) FROM ledger"));
}

SPEC(Till, puts_a_damaged_bill_aside_and_brings_in_the_others) {
    sql("CREATE TRIGGER broken BEFORE INSERT ON ledger BEGIN SELECT RAISE(ABORT, 'no'); END");
    call(10);
    const std::filesystem::path file = *std::filesystem::directory_iterator(config.billing.spoolDir);
    sql("DROP TRIGGER broken");
    dir.write("spool/other-1.spool", "{\"call_id\":\n" + readFile(file) + "{\"call_id\":\"cut");
    billing->retry();
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), number("SELECT COUNT(*) FROM ledger"));
    CPPUNIT_ASSERT_EQUAL("{\"call_id\":\n{\"call_id\":\"cut\n"s, readFile(dir.file("spool/other-1.aside")));
    CPPUNIT_ASSERT(!std::filesystem::exists(dir.file("spool/other-1.spool")));
    assertSays(logged(), "bill is put aside");
}

SPEC(Till, leaves_the_file_of_a_living_worker_alone_and_takes_over_a_dead_ones) {
    sql("CREATE TRIGGER broken BEFORE INSERT ON ledger BEGIN SELECT RAISE(ABORT, 'no'); END");
    call(10);
    sql("DROP TRIGGER broken");
    Billing other(*database, config, billingRules(config), *log);
    other.retry();
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), number("SELECT COUNT(*) FROM ledger"));
    billing.reset();  // with its lock
    other.retry();
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), number("SELECT COUNT(*) FROM ledger"));
    assertAgrees(100);
}

SPEC(Till, releases_what_a_dead_worker_held_and_not_what_is_put_off) {
    BillingRules mortal;
    mortal.reservationLife = -1ms;  // expired at once
    Billing dead(*database, config, mortal, *log);
    sql("UPDATE users SET tokens = 100000");
    {
        BilledCall lost = dead.begin(text(30));
        const BilledCall alive = billing->begin(text(70));
        billing->releaseExpired();
        CPPUNIT_ASSERT_EQUAL(std::int64_t(70), number("SELECT tokens_held FROM users"));
        lost.settle(answered(10), {"echo", ""});  // it was only slow: it pays, and frees nothing twice
        CPPUNIT_ASSERT_EQUAL(std::int64_t(70), number("SELECT tokens_held FROM users"));
        sql("UPDATE reservations SET expires_ms = 5");
        billing->putOffExpiry();
        CPPUNIT_ASSERT_EQUAL(std::int64_t(0), number("SELECT COUNT(*) FROM reservations WHERE expires_ms < 6"));
    }
    assertAgrees(100'000);
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
