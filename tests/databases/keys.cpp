// API keys and money on each database, as two hosts see them. The rules themselves are in tests/unit/auth_api_keys.cpp,
// billing_keys.cpp and billing_money.cpp.
#include "auth/accounts.h"
#include "billing/billing.h"
#include "databases/databases.h"
#include "support/eventually.h"
#include "support/temp_dir.h"
#include "unit/expect.h"
#include "upkeep/housekeeping.h"

#include <mutex>
#include <set>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

const CredentialKey kKeyOfHosts({1, 2, 3, 4});

struct KeyHost : CppUnit::TestCase {
    TempDir dir;
};

struct Counter {
    TempDir dir;
    Config config;
    Log log;
    Database database;
    Accounts accounts;
    Billing billing;

    explicit Counter(const std::string& url)
        : config(configured(url, dir)),
          log(config.log, "worker"),
          database(config.database),
          accounts(migrated(database), kKeyOfHosts, config.auth, kCheap),
          billing(database, config, billingRules(config), log) {}

    static Database& migrated(Database& database) {
        migrate(database);
        return database;
    }
    static Config configured(const std::string& url, const TempDir& dir) {
        Config config;
        config.database = configOf(url);
        config.billing.spoolDir = dir.file("spool");
        config.log.file = dir.file("log");
        config.models["dear"].price.prompt = 1'000'000;
        return config;
    }
    std::int64_t read(const std::string& select) { return number(database, select); }
    static CallToBill callOf(const User& user, std::int64_t atMost) {
        CallToBill call{user.id, user.name, "/v1/chat/completions", "request-1", Unit::token, atMost, user.tokens >= 0};
        call.keyId = user.key.id;
        call.isKeyLimited = user.key.isLimited;
        call.atMostMoney = atMost;
        call.isMoneyLimited = user.money >= 0;
        return call;
    }
    void call(const std::string& token, std::int64_t tokens, std::int64_t atMost = 10) {
        CallEnd end;
        end.outcome = Outcome::complete;
        end.isWhole = end.isDelivered = true;
        end.reported = ReportedTokens{0, tokens, 0, tokens};
        billing.begin(callOf(accounts.recallToken(token), atMost)).settle(end, {"dear", ""});
    }
};

}  // namespace

ON_EACH_DATABASE(KeyHost, lets_in_counts_and_refuses_on_all_hosts) {
    Counter one(url), other(url);
    const User ann = one.accounts.registerUser({"ann", "correct horse", "a@example.org", ""});
    KeyTerms terms{"laptop", {"dear", "spark"}};
    terms.mostTokens = terms.mostMoney = 100;
    terms.refill = Refill::day;
    const NewKey made = one.accounts.keys().add({ann.id, ann.name}, terms);
    change(one.database, "UPDATE users SET tokens = 1000, money = 1000");
    for (int i = 0; i < 5; ++i) (i % 2 == 0 ? one : other).call(made.key, 20);
    expectError(ErrorKind::tokensSpent, [&] { other.call(made.key, 20); });
    const std::vector<ApiKey> keys = other.accounts.keys().list();
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), keys.size());
    CPPUNIT_ASSERT(keys[0].terms.models == terms.models && keys[0].terms.refill == Refill::day);
    CPPUNIT_ASSERT_EQUAL("ann"s, keys[0].userName);
    CPPUNIT_ASSERT(keys[0].tokensUsed == 100 && keys[0].moneyUsed == 100);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(900), one.read("SELECT money FROM users"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(5),
                         one.read("SELECT COUNT(*) FROM ledger WHERE key_id > 0 AND cost = 20 AND charged_money = 20"));
    change(one.database, "UPDATE api_keys SET refilled = 20200101");
    one.call(made.key, 1);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), one.read("SELECT tokens_used FROM api_keys"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), one.read("SELECT tokens_held + money_held FROM api_keys"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), one.read("SELECT money_held + tokens_held FROM users"));
    CPPUNIT_ASSERT(other.accounts.keys().revoke(made.row.id, ann.id));
    expectError(ErrorKind::userUnknown, [&] { one.call(made.key, 1); });
    one.accounts.saveKeyUses();
    CPPUNIT_ASSERT(one.read("SELECT used_ms FROM api_keys") > 0);
}

ON_EACH_DATABASE(KeyHost, overdraws_a_key_by_less_than_a_call_when_many_come_at_once) {
    Counter one(url), other(url);
    const User ann = one.accounts.registerUser({"ann", "correct horse", "a@example.org", ""});
    KeyTerms terms;
    terms.mostTokens = 100;
    const std::string key = one.accounts.keys().add({ann.id, ann.name}, terms).key;
    together(20, [&](int index) {
        try {
            (index % 2 == 0 ? one : other).call(key, 30, 30);
        } catch (const Error& error) {
            CPPUNIT_ASSERT_EQUAL(int(ErrorKind::tokensSpent), int(error.kind()));
        }
    });
    const std::int64_t used = one.read("SELECT tokens_used FROM api_keys");
    CPPUNIT_ASSERT_MESSAGE(std::to_string(used), used > 0 && used < 100 + 30);
    CPPUNIT_ASSERT_EQUAL(used, one.read("SELECT CAST(SUM(tokens) AS DECIMAL(30)) FROM ledger"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), one.read("SELECT tokens_held FROM api_keys"));
}

ON_EACH_DATABASE(KeyHost, releases_what_a_dead_worker_held_of_a_key) {
    Counter host(url);
    host.accounts.registerUser({"ann", "correct horse", "a@example.org", ""});
    KeyTerms terms;
    terms.mostTokens = 100;
    const std::int64_t id = host.accounts.keys().add({1, "ann"}, terms).row.id;
    change(host.database,
           "INSERT INTO reservations (call_id, user_id, tokens, pic_times, voice_seconds, money, key_id, key_tokens,"
           " key_money, calls, owner, expires_ms) VALUES ('c', 1, 0, 0, 0, 5, " +
               std::to_string(id) + ", 6, 7, 0, 'dead', 5)");
    change(host.database, "UPDATE users SET money_held = 5");
    change(host.database, "UPDATE api_keys SET tokens_held = 6, money_held = 7");
    BillingRules hasty;
    hasty.reservationLife = -1ms;
    Billing billing(host.database, host.config, hasty, host.log);
    billing.keepHolds();
    billing.keepHolds();
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), host.read("SELECT COUNT(*) FROM reservations"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), host.read("SELECT money_held FROM users"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), host.read("SELECT tokens_held + money_held FROM api_keys"));
}

// Calls of one user that came with keys, of which one was revoked, one has ended and one is good, and with the uuid.
ON_EACH_DATABASE(KeyHost, ends_the_running_calls_of_keys_that_have_ended) {
    Counter host(url);
    const User ann = host.accounts.registerUser({"ann", "correct horse", "a@example.org", ""});
    for (int i = 0; i < 3; ++i) host.accounts.keys().add({ann.id, ann.name}, {});
    host.accounts.keys().revoke(1);
    change(host.database, "UPDATE api_keys SET ends_ms = 5 WHERE id = 2");
    std::mutex mutex;
    std::set<std::int64_t> ended;
    const auto owners = [&] {
        return std::vector<CallOwner>{{ann.id, 0, 1}, {ann.id, 0, 2}, {ann.id, 0, 3}, {ann.id, ann.epoch, 0}};
    };
    const auto end = [&](const CallOwner& owner) {
        const std::lock_guard lock(mutex);
        ended.insert(owner.key);
    };
    const Housekeeping housekeeping(host.database, host.billing, host.config, {owners, end}, host.log,
                                    {20ms, 20ms, 20ms, 20ms});
    const auto endedAre = [&](const std::set<std::int64_t>& expected) {
        const std::lock_guard lock(mutex);
        return ended == expected;
    };
    ASSERT_EVENTUALLY(endedAre({1, 2}));
    change(host.database, "UPDATE users SET disabled = 1");
    ASSERT_EVENTUALLY(endedAre({0, 1, 2, 3}));
}
