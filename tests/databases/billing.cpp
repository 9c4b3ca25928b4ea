// Quotas, the ledger and housekeeping, on each database and as several hosts see it. The rules themselves are in
// tests/unit/billing_calls.cpp.
#include "billing/billing.h"

#include "databases/databases.h"
#include "support/eventually.h"
#include "support/joining_threads.h"
#include "support/temp_dir.h"
#include "unit/expect.h"
#include "upkeep/housekeeping.h"

#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <set>
#include <vector>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::chrono_literals;

namespace {

struct Till : CppUnit::TestCase {
    TempDir dir;
};

// A worker of some host.
struct Host {
    TempDir dir;
    Config config;
    Log log;
    Database database;
    Billing billing;

    explicit Host(const std::string& url, const BillingRules& rules = {})
        : config(configured(url, dir)),
          log(config.log, "worker"),
          database(config.database),
          billing(database, config, rules, log) {}

    static Config configured(const std::string& url, const TempDir& dir) {
        Config config;
        config.database = configOf(url);
        config.billing.spoolDir = dir.file("spool");
        config.log.file = dir.file("log");
        return config;
    }
    std::string logged() const { return readFile(config.log.file); }
    void call(std::int64_t tokens, std::int64_t atMost = 4'200);
};

CallToBill text(std::int64_t atMost = 4'200, bool isLimited = true) {
    return {1, "ann", "/textModel/chat", "request-1", Unit::token, atMost, isLimited};
}

CallEnd answered(std::int64_t tokens) {
    CallEnd end;
    end.outcome = Outcome::complete;
    end.isWhole = end.isDelivered = true;
    end.reported = ReportedTokens{0, 0, tokens, tokens};
    return end;
}

void Host::call(std::int64_t tokens, std::int64_t atMost) {
    billing.begin(text(atMost)).settle(answered(tokens), {"echo", "up-1"});
}

// Of one user, with so many tokens, 10 pictures and 60 voice seconds.
struct Books {
    Database database;

    explicit Books(const std::string& url, std::int64_t tokens = 100) : database(configOf(url)) {
        migrate(database);
        sql("INSERT INTO users (id, name, password, email, tokens, pic_times, voice_seconds) VALUES (1, 'ann', '', "
            "'', " +
            std::to_string(tokens) + ", 10, 60)");
    }
    void sql(const std::string& statement) { change(database, statement); }
    std::int64_t read(const std::string& select) { return number(database, select); }
    void assertIs(std::int64_t expected, const std::string& select) {
        CPPUNIT_ASSERT_EQUAL_MESSAGE(select, expected, read(select));
    }
    void assertAgree(std::int64_t granted) {
        assertIs(granted, "SELECT tokens FROM users");
        assertNothingIsHeld();
    }
    void assertNothingIsHeld() {
        assertIs(0, "SELECT tokens_held + pic_times_held + voice_seconds_held + calls_held FROM users");
        assertIs(0, "SELECT COUNT(*) FROM reservations");
    }
    std::int64_t charged() { return read("SELECT COALESCE(SUM(charged_tokens), 0) FROM ledger"); }
};

}  // namespace

ON_EACH_DATABASE(Till, holds_what_a_call_may_cost_and_takes_what_it_did) {
    Books books(url);
    Host host(url);
    {
        BilledCall call = host.billing.begin(text(30));
        books.assertIs(30, "SELECT tokens_held FROM users");
        books.assertIs(1, "SELECT COUNT(*) FROM reservations WHERE tokens = 30");
        call.settle(answered(43), {"echo", "up-1"});
    }
    host.billing.begin(text());  // reached no model
    books.assertAgree(57);
    books.assertIs(1, "SELECT COUNT(*) FROM ledger WHERE charged_tokens = 43 AND basis = 'reported'");
}

ON_EACH_DATABASE(Till, overdraws_by_less_than_one_call_when_fifty_come_to_two_hosts_at_once) {
    Books books(url);
    Host one(url), other(url);
    std::atomic<int> served{0};
    together(50, [&](int index) {
        try {
            (index % 2 == 0 ? one : other).call(30);
            ++served;
        } catch (const Error& error) {
            CPPUNIT_ASSERT_EQUAL_MESSAGE(error.what(), int(ErrorKind::tokensSpent), int(error.kind()));
        }
    });
    const std::int64_t used = books.read("SELECT SUM(tokens) FROM ledger");
    CPPUNIT_ASSERT_EQUAL(std::int64_t(30) * served, used);
    CPPUNIT_ASSERT_MESSAGE(std::to_string(used), used < 100 + 30);
    books.assertAgree(100 - books.charged());
}

ON_EACH_DATABASE(Till, settles_a_hundred_calls_that_end_together_on_two_hosts) {
    Books books(url, 1'000'000);
    Host one(url), other(url);
    together(100, [&](int index) { (index % 2 == 0 ? one : other).call(2); });
    CPPUNIT_ASSERT_EQUAL(std::int64_t(200), books.charged());
    books.assertAgree(999'800);
    assertSilentOf(one.logged() + other.logged(), "bill waits");
}

ON_EACH_DATABASE(Till, says_why_it_refuses) {
    Books books(url);
    Host host(url);
    books.sql("UPDATE users SET tokens = 0, pic_times = 0, voice_seconds = 4");
    expectError(ErrorKind::tokensSpent, [&] { host.billing.begin(text()); });
    CallToBill call = text(1);
    call.unit = Unit::picture;
    expectError(ErrorKind::picturesSpent, [&] { host.billing.begin(call); });
    call.unit = Unit::voiceSecond;
    call.atMost = 5;
    expectError(ErrorKind::voiceSecondsSpent, [&] { host.billing.begin(call); });
    books.sql("UPDATE users SET disabled = 1");
    expectError(ErrorKind::notAllowed, [&] { host.billing.begin(text()); });
    books.assertNothingIsHeld();
}

ON_EACH_DATABASE(Till, looks_at_the_account_of_who_was_recalled) {
    Books books(url);
    Host host(url);
    CallToBill call = text(30);
    call.epoch = 0;
    host.billing.begin(call).settle(answered(43), {"echo", "up-1"});
    books.sql("UPDATE users SET epoch = 1");
    expectError(ErrorKind::userUnknown, [&] { host.billing.begin(call); });
    call.epoch = 1;
    host.billing.begin(call);
    books.sql("UPDATE users SET disabled = 1");
    expectError(ErrorKind::notAllowed, [&] { host.billing.begin(call); });
    call.userId = 99;
    expectError(ErrorKind::userUnknown, [&] { host.billing.begin(call); });
    books.assertAgree(57);
}

ON_EACH_DATABASE(Till, takes_a_bill_that_came_twice_once) {
    Books books(url);
    Host host(url);
    Settlement bill;
    bill.callId = "call-1";
    bill.userId = 1;
    bill.userName = "\u5b89\U0001F600";
    bill.isCharged = true;
    bill.used.tokens = 30;
    const std::string line = jsonOf(bill) + "\n";
    for (int round = 0; round < 2; ++round) {
        host.dir.write("spool/dead-1.spool", line + line);
        host.billing.retry();
        CPPUNIT_ASSERT(std::filesystem::is_empty(host.dir.file("spool")));
    }
    books.assertIs(1, "SELECT COUNT(*) FROM ledger");
    books.assertAgree(70);
}

ON_EACH_DATABASE(Till, refills_once_when_many_come_at_once) {
    Books books(url, 0);
    BillingRules rules;
    rules.quota.refill = Refill::day;
    rules.quota.refillTokens = 500;
    Host one(url, rules), other(url, rules);
    together(10, [&](int index) { (index % 2 == 0 ? one : other).call(1, 10); });
    books.assertAgree(490);
    books.sql("UPDATE users SET tokens = 0");
    expectError(ErrorKind::tokensSpent, [&] { one.call(1); });
}

ON_EACH_DATABASE(Till, counts_a_users_calls_over_two_hosts) {
    Books books(url);
    BillingRules rules;
    rules.userCalls = 3;
    Host one(url, rules), other(url, rules);
    {
        const BilledCall first = one.billing.begin(text(1, false)), second = other.billing.begin(text(1, false)),
                         third = other.billing.begin(text(1, false));
        expectError(ErrorKind::tooManyRequests, [&] { one.billing.begin(text(1, false)); });
        books.assertIs(3, "SELECT calls_held FROM users");
    }
    const BilledCall next = one.billing.begin(text(1, false));
}

ON_EACH_DATABASE(Till, counts_a_users_minute_over_two_hosts) {
    Books books(url);
    BillingRules rules;
    rules.callsPerMinute = 1;  // a slow machine has a minute before there is a second one
    Host one(url, rules), other(url, rules);
    std::atomic<int> refused{0};
    together(10, [&](int index) {
        try {
            (index % 2 == 0 ? one : other).billing.begin(text(1, false)).settle(answered(1), {"echo", ""});
        } catch (const Error& error) {
            CPPUNIT_ASSERT_EQUAL_MESSAGE(error.what(), int(ErrorKind::tooManyRequests), int(error.kind()));
            CPPUNIT_ASSERT(error.retryAfter() >= 1 && error.retryAfter() <= 60);
            ++refused;
        }
    });
    CPPUNIT_ASSERT_EQUAL(9, refused.load());
    books.assertIs(1, "SELECT COUNT(*) FROM ledger");
    books.assertNothingIsHeld();
}

ON_EACH_DATABASE(Till, releases_what_dead_workers_held_and_not_what_is_put_off) {
    constexpr int kDead = 150;  // more than one round takes
    Books books(url, 100'000);
    BillingRules mortal;
    mortal.reservationLife = -1ms;  // expired at once
    Host dead(url, mortal), alive(url), one(url, mortal), other(url, mortal);
    std::vector<std::unique_ptr<BilledCall>> lost;
    lost.reserve(kDead);
    for (int i = 0; i < kDead; ++i) lost.emplace_back(new BilledCall(dead.billing.begin(text(30))));
    const BilledCall call = alive.billing.begin(text(70));
    alive.billing.keepHolds();
    together(2, [&](int index) { (index == 0 ? one : other).billing.keepHolds(); });
    CPPUNIT_ASSERT(books.read("SELECT COUNT(*) FROM reservations") <= kDead - 100 + 1);
    other.billing.keepHolds();
    books.assertIs(70, "SELECT tokens_held FROM users");
    lost.front()->settle(answered(10), {"echo", ""});  // it was only slow: it pays, and frees nothing twice
    books.assertIs(70, "SELECT tokens_held FROM users");
    books.assertIs(99'990, "SELECT tokens FROM users");
}

ON_EACH_DATABASE(Till, releases_a_reservation_whose_commit_comes_late) {
    Books books(url);
    Demand demand;
    demand.callId = "late";
    demand.userId = 1;
    demand.hold.isMade = true;
    demand.hold.amounts.tokens = 30;
    demand.nowMs = 1;
    Database late(configOf(url)), other(configOf(url));
    std::atomic<bool> isHeld{false}, isReleased{false};
    JoiningThreads threads;
    threads.add([&] {
        late.write([&](Poco::Data::Session& session) {
            CPPUNIT_ASSERT(!reserve(session, demand));
            isHeld = true;
            eventually([&] { return isReleased.load(); }, 300ms);  // who releases too early finds nothing
        });
    });
    ASSERT_EVENTUALLY(isHeld.load());
    other.write([&](Poco::Data::Session& session) { release(session, {demand.callId, 1, demand.hold}); });
    isReleased = true;
    threads.join();
    books.assertAgree(100);
}

ON_EACH_DATABASE(Till, charges_a_user_who_is_gone_nothing) {
    Books books(url);
    Host host(url);
    BilledCall call = host.billing.begin(text());
    books.sql("DELETE FROM users");
    call.settle(answered(10), {"echo", ""});
    books.assertIs(1, "SELECT COUNT(*) FROM ledger WHERE tokens = 10 AND charged_tokens = 0");
    books.assertIs(0, "SELECT COUNT(*) FROM reservations");
}

ON_EACH_DATABASE(Till, is_looked_after_by_housekeeping) {
    Books books(url);
    for (int id = 2; id <= 40; ++id)
        books.sql("INSERT INTO users (id, name, password, email, disabled, epoch) VALUES (" + std::to_string(id) +
                  ", 'u" + std::to_string(id) + "', '', '', " + (id == 33 ? "1" : "0") + ", 7)");
    books.sql(
        "INSERT INTO audit (at_ms, event, user_name, address, request_id, detail) VALUES (5, 'x', '', '', '', '')");
    books.sql("INSERT INTO login_attempts (subject, failures, last_ms, blocked_ms) VALUES ('old', 1, 5, 5)");
    books.sql(
        "INSERT INTO reservations (call_id, user_id, tokens, pic_times, voice_seconds, calls, owner, expires_ms)"
        " VALUES ('c', 1, 1, 2, 3, 4, 'dead', 5)");
    books.sql(
        "UPDATE users SET tokens_held = 1, pic_times_held = 2, voice_seconds_held = 3, calls_held = 4 WHERE id = 1");
    BillingRules hasty;
    hasty.reservationLife = -1ms;  // no second sign of death is waited for
    Host host(url, hasty);
    std::mutex mutex;
    std::set<std::int64_t> ended;
    const auto owners = [] {  // of whom 1 has another uuid since, 33 is disabled and 41 is gone
        std::vector<CallOwner> all;
        for (int id = 1; id <= 41; ++id) all.push_back({id, 7});
        return all;
    };
    const auto end = [&](const CallOwner& owner) {
        const std::lock_guard lock(mutex);
        ended.insert(owner.user);
    };
    const Housekeeping housekeeping(host.database, host.billing, host.config, {owners, end}, host.log,
                                    {20ms, 20ms, 20ms, 20ms});
    ASSERT_EVENTUALLY(books.read("SELECT COUNT(*) FROM audit") == 0);
    ASSERT_EVENTUALLY(books.read("SELECT COUNT(*) FROM login_attempts") == 0);
    ASSERT_EVENTUALLY(books.read("SELECT COUNT(*) FROM reservations") == 0);
    books.assertIs(0, "SELECT tokens_held + pic_times_held + voice_seconds_held + calls_held FROM users WHERE id = 1");
    const auto endedAre = [&](const std::set<std::int64_t>& expected) {
        const std::lock_guard lock(mutex);
        return ended == expected;
    };
    ASSERT_EVENTUALLY(endedAre({1, 33, 41}));
}
