// The books of the balances: whatever is done, and by however many at once, the rows add up to what is left.
#include "auth/accounts.h"
#include "auth/user_directory.h"
#include "base/error.h"
#include "billing/billing.h"
#include "databases/databases.h"
#include "support/account_ids.h"
#include "support/temp_dir.h"
#include "unit/expect.h"

#include <filesystem>
#include <random>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

struct BalanceBooks : CppUnit::TestCase {
    TempDir dir;
};

const CredentialKey kTestKey({1, 2, 3, 4});

// A host with all that changes balances.
struct Shop {
    TempDir dir;
    Config config;
    Log log;
    Database database;
    Accounts accounts;
    UserDirectory directory;
    Billing billing;

    explicit Shop(const std::string& url)
        : config(configured(url, dir)),
          log(config.log, "worker"),
          database(config.database),
          accounts(database, kTestKey, config.auth, kCheap, config.quota),
          directory(database, config.quota),
          billing(database, config, billingRules(config), log) {}

    static Config configured(const std::string& url, const TempDir& dir) {
        Config config;
        config.database = configOf(url);
        config.billing.spoolDir = dir.file("spool");
        config.log.file = dir.file("log");
        config.auth.newTokens = config.auth.newPicTimes = config.auth.newVoiceSeconds = 50;
        config.quota.refill = Refill::day;
        config.quota.refillTokens = 500;
        config.quota.refillPicTimes = 7;
        config.quota.refillVoiceSeconds = 60;
        return config;
    }
    std::int64_t read(const std::string& select) { return number(database, select); }
    std::int64_t pick(std::mt19937& random, std::int64_t most) const {
        return std::int64_t(random() % std::uint32_t(most));
    }

    void call(const User& user, std::mt19937& random) {
        const auto unit = Unit(pick(random, 3));
        CallEnd end;
        end.unit = unit;
        end.outcome = Outcome::complete;
        end.isWhole = end.isDelivered = true;
        end.voiceSeconds = pick(random, 9) + 1;
        const std::int64_t tokens = pick(random, 90);
        end.reported = ReportedTokens{0, 0, tokens, tokens};
        const std::int64_t atMost = unit == Unit::picture ? 1 : unit == Unit::voiceSecond ? end.voiceSeconds : 100;
        billing.begin({user.id, user.name, "/textModel/chat", "request-1", unit, atMost, true})
            .settle(end, {"echo", ""});
    }
    void grant(const User& user, std::mt19937& random) {
        const auto step = [&]() -> BalanceStep {
            switch (pick(random, 5)) {
                case 0: return {BalanceStep::Kind::set, -1};
                case 1: return {BalanceStep::Kind::set, pick(random, 300)};
                case 2: return {BalanceStep::Kind::add, -pick(random, 300)};
                default: return {BalanceStep::Kind::add, pick(random, 300)};
            }
        };
        directory.grant(idOf(directory, user.name), {step(), step(), step()}, "test");
    }
    void redeem(const User& user, std::mt19937& random) {
        Invitation invitation;
        invitation.code = Invitations::newCode();
        invitation.grant = {pick(random, 80), pick(random, 3), pick(random, 20), pick(random, 50)};
        Invitations(database).add(invitation);
        accounts.redeem(user, invitation.code);
        if (pick(random, 2) == 0) Invitations(database).revoke(invitation.code);
    }
    void step(const User& user, std::mt19937& random) {
        try {
            switch (pick(random, 6)) {
                case 0: return grant(user, random);
                case 1: return redeem(user, random);
                case 2:
                    return change(database,
                                  "UPDATE users SET refilled = 20200101 WHERE id = " + std::to_string(user.id));
                default: return call(user, random);
            }
        } catch (const Error& refused) {  // spent, unlimited, or a code that adds nothing
            if (refused.kind() == ErrorKind::internal || refused.kind() == ErrorKind::databaseBusy) throw;
        }
    }

    // With the statement of fcgi/billing/README.md.
    void assertRecomputed(const User& user) {
        const std::string id = std::to_string(user.id);
        for (const auto& [unit, charged] : {std::pair{"tokens"s, "charged_tokens"s},
                                            {"pic_times", "charged_pictures"},
                                            {"voice_seconds", "charged_voice_seconds"}}) {
            const std::int64_t amounts = read(
                "SELECT CAST(COALESCE(SUM(amount), 0) AS DECIMAL(30)) FROM"
                " balance_changes WHERE unit = '" +
                unit + "' AND user_id = " + id);
            const std::int64_t charges =
                read("SELECT CAST(COALESCE(SUM(" + charged + "), 0) AS DECIMAL(30)) FROM ledger WHERE user_id = " + id);
            CPPUNIT_ASSERT_EQUAL_MESSAGE(unit, read("SELECT " + unit + " FROM users WHERE id = " + id),
                                         amounts - charges);
        }
    }
};

}  // namespace

ON_EACH_DATABASE(BalanceBooks, add_up_after_whatever_was_done) {
    Database made(configOf(url));
    migrate(made);
    Shop one(url), other(url);
    const User ann = one.accounts.registerUser({"ann", "correct horse", "a@example.org", ""});
    const User bob = one.accounts.registerUser({"bob", "correct horse", "b@example.org", ""});
    std::mt19937 random(7);  // the same steps each time
    for (int i = 0; i < 150; ++i) (i % 2 == 0 ? one : other).step(i % 3 == 0 ? bob : ann, random);
    for (const User& user : {ann, bob}) one.assertRecomputed(user);
    CPPUNIT_ASSERT(one.read("SELECT COUNT(*) FROM ledger WHERE charged_tokens > 0 AND balance IS NULL") == 0);
    CPPUNIT_ASSERT(one.read("SELECT COUNT(*) FROM balance_changes WHERE reason = 'refilled'") > 0);
}

ON_EACH_DATABASE(BalanceBooks, add_up_when_many_change_one_balance_at_once) {
    Database made(configOf(url));
    migrate(made);
    Shop one(url), other(url);
    const User ann = one.accounts.registerUser({"ann", "correct horse", "a@example.org", ""});
    together(8, [&](int index) {
        std::mt19937 random{std::uint32_t(index)};
        for (int i = 0; i < 12; ++i) (index % 2 == 0 ? one : other).step(ann, random);
    });
    one.assertRecomputed(ann);
}

ON_EACH_DATABASE(BalanceBooks, begin_with_what_was_there_before_them) {
    namespace fs = std::filesystem;
    const TempDir dir;
    const fs::path older = dir.path() / "older";
    for (const auto& entry : fs::recursive_directory_iterator(sqlFolder())) {
        if (!entry.is_regular_file() || entry.path().filename() >= "004") continue;
        const fs::path folder = older / entry.path().parent_path().filename();
        fs::create_directories(folder);
        fs::copy(entry.path(), folder);
    }
    Database database(configOf(url));
    migrate(database, older);
    change(database,
           "INSERT INTO users (id, name, password, email, tokens, pic_times, voice_seconds) VALUES (7, 'old', '', '',"
           " 60, -1, 0)");
    change(database,
           "INSERT INTO ledger (call_id, at_ms, user_id, user_name, model, route, kind, tokens_in, tokens_out, tokens,"
           " pictures, voice_seconds, charged_tokens, charged_pictures, charged_voice_seconds, milliseconds, outcome,"
           " basis, request_id, upstream_id) VALUES ('c', 1, 7, 'old', 'm', 'r', 'text', 1, 1, 2, 0, 0, 40, 0, 0, 1,"
           " 'complete', 'reported', '', '')");
    migrate(database);
    const auto opening = [&](const std::string& unit) {
        return number(database, "SELECT amount FROM balance_changes WHERE unit = '" + unit + "'");
    };
    CPPUNIT_ASSERT_EQUAL(std::int64_t(100), opening("tokens"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(-1), opening("pic_times"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), opening("voice_seconds"));
}
