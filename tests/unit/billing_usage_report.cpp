// Sums of the ledger.
#include "billing/usage_report.h"

#include "support/spec.h"
#include "support/temp_dir.h"
#include "unit/auth_fixture.h"
#include "unit/query_plan.h"

#include <limits>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

constexpr std::int64_t kDay = 1'709'164'800'000;  // 2024-02-29
constexpr std::int64_t kNextDay = kDay + 86'400'000;

struct UsageReport : CppUnit::TestCase {
    TempDir dir;
    Database database{databaseAt(dir.file("accounts.db"))};

    UsageReport() {
        migrate(database);
        add(kDay, 1, "ann", "spark", 100, "complete", "reported");
        add(kDay + 1, 1, "ann", "echo", 20, "client_left", "estimated");
        add(kNextDay - 1, 2, "bob", "spark", 3, "complete", "reported");
        add(kNextDay, 3, "ann", "spark", 4000, "failed", "none");  // another ann, after the first was deleted
    }
    void add(std::int64_t at, int userId, const std::string& user, const std::string& model, std::int64_t tokens,
             const std::string& outcome, const std::string& basis) {
        static int call = 0;
        const auto quoted = [](const std::string& text) { return ",'" + text + "'"; };
        const auto number = [](std::int64_t value) { return "," + std::to_string(value); };
        database.write([&](Poco::Data::Session& session) {
            Database::execute(session,
                              "INSERT INTO ledger (call_id, at_ms, user_id, user_name, model, route, kind, tokens_in,"
                              " tokens_out, tokens, pictures, voice_seconds, charged_tokens, charged_pictures,"
                              " charged_voice_seconds, milliseconds, outcome, basis, request_id, upstream_id)"
                              " VALUES ('" +
                                  std::to_string(++call) + "'" + number(at) + number(userId) + quoted(user) +
                                  quoted(model) + quoted("r") + quoted("text") + number(tokens - 1) + number(1) +
                                  number(tokens) + number(2) + number(3) + number(tokens / 2) + number(1) + number(2) +
                                  number(9) + quoted(outcome) + quoted(basis) + quoted("") + quoted("") + ")");
        });
    }
    // subject:calls:tokens, for each
    std::string sums(UsageBy by, const std::string& user = "", std::int64_t since = 0,
                     std::int64_t until = std::numeric_limits<std::int64_t>::max()) {
        std::string all;
        for (const UsageSum& sum : sumsOf(database, {by, user, since, until}))
            all += sum.subject + ":" + std::to_string(sum.calls) + ":" + std::to_string(sum.tokens) + ";";
        return all;
    }
};

}  // namespace

SPEC(UsageReport, sums_by_model_and_by_day_in_utc) {
    CPPUNIT_ASSERT_EQUAL("echo:1:20;spark:3:4103;"s, sums(UsageBy::model));
    CPPUNIT_ASSERT_EQUAL("2024-02-29:3:123;2024-03-01:1:4000;"s, sums(UsageBy::day));
}

SPEC(UsageReport, keeps_two_users_apart_who_had_one_name) {
    CPPUNIT_ASSERT_EQUAL("ann:2:120;ann:1:4000;bob:1:3;"s, sums(UsageBy::user));
    const auto rows = sumsOf(database, {UsageBy::user, "ann", 0, kNextDay + 1});
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), rows.at(0).id);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(3), rows.at(1).id);
}

SPEC(UsageReport, counts_from_a_time_to_a_time_and_of_one_user) {
    CPPUNIT_ASSERT_EQUAL("2024-02-29:3:123;"s, sums(UsageBy::day, "", kDay, kNextDay));
    CPPUNIT_ASSERT_EQUAL("2024-03-01:1:4000;"s, sums(UsageBy::day, "", kNextDay));
    CPPUNIT_ASSERT_EQUAL("2024-02-29:1:3;"s, sums(UsageBy::day, "bob"));
    CPPUNIT_ASSERT_EQUAL(""s, sums(UsageBy::day, "' OR ''='"));
}

SPEC(UsageReport, has_every_figure_of_the_ledger) {
    const UsageSum ann = sumsOf(database, {UsageBy::user, "ann", kDay, kNextDay}).at(0);
    const auto assertIs = [](std::int64_t expected, std::int64_t number) { CPPUNIT_ASSERT_EQUAL(expected, number); };
    assertIs(2, ann.calls);
    assertIs(1, ann.complete);
    assertIs(1, ann.estimated);
    assertIs(118, ann.tokensIn);
    assertIs(2, ann.tokensOut);
    assertIs(120, ann.tokens);
    assertIs(4, ann.pictures);
    assertIs(6, ann.voiceSeconds);
    assertIs(60, ann.chargedTokens);
    assertIs(2, ann.chargedPictures);
    assertIs(4, ann.chargedVoiceSeconds);
}

SPEC(UsageReport, is_exact_far_above_32_bits) {
    add(kNextDay, 4, "cid", "m", 3'000'000'000'000, "complete", "reported");
    add(kNextDay, 4, "cid", "m", 1, "complete", "reported");
    CPPUNIT_ASSERT_EQUAL("cid:2:3000000000001;"s, sums(UsageBy::user, "cid"));
}

SPEC(UsageReport, looks_at_no_row_of_another_user_and_at_none_of_another_time) {
    for (const UsageBy by : {UsageBy::model, UsageBy::key, UsageBy::day, UsageBy::dayAndModel}) {
        const std::string own = planOf(database, sumStatement({by, "", kDay, kNextDay, 1}));
        const std::string all = planOf(database, sumStatement({by, "", kDay, kNextDay}));
        CPPUNIT_ASSERT_MESSAGE(own,
                               own.find("ledger_by_user (user_id=? AND at_ms>? AND at_ms<?)") != std::string::npos);
        CPPUNIT_ASSERT_MESSAGE(all, all.find("ledger_by_time (at_ms>? AND at_ms<?)") != std::string::npos);
    }
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), sumsOf(database, {UsageBy::model, "ann", kDay, kNextDay, 1}).size());
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), sumsOf(database, {UsageBy::model, "bob", kDay, kNextDay, 1}).size());
}
