// The original's users moved into each database, from a dump and from its own server; and the sums of the ledger.
#include "base/most_units.h"
#include "moving/importer.h"

#include "auth/accounts.h"
#include "billing/usage_report.h"
#include "databases/databases.h"
#include "support/temp_dir.h"
#include "unit/expect.h"

#include <atomic>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

const std::string kMd5 = "f53309996632be1e65aa4259d59cd55a";  // of "old password#_#"

// As the original's models make it.
const std::string kTable =
    "CREATE TABLE `user` (`Id` varchar(50) NOT NULL, `UserName` varchar(50) NOT NULL, `PassWord` varchar(50) NOT NULL,"
    " `Tokens` bigint DEFAULT NULL, `Email` varchar(10) NOT NULL, `PicTimes` bigint DEFAULT NULL,"
    " `Academy` varchar(100) DEFAULT NULL, PRIMARY KEY (`Id`)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;\n";

// So many sound rows, and three that cannot be taken.
std::string rows(int sound) {
    std::string text = "INSERT INTO `user` VALUES ('a','ANN','" + kMd5 +
                       "',1,'a@b.cn',1,NULL),('b','bob','secret',1,'',1,NULL)"
                       ",('c','','" +
                       kMd5 + "',1,'',1,NULL),('d','王小明','" + kMd5 + "',NULL,'a@b.cn',-3,'物理')";
    for (int i = 1; i < sound; ++i)
        text += ",('e" + std::to_string(i) + "','" + (i == 1 ? "O\\'Neil" : "name" + std::to_string(i)) + "','" + kMd5 +
                "',9223372036854775807,'a@b.cn',7,NULL)";
    return text + ",('z','ann','" + kMd5 + "',5,'a@b.cn',7,NULL);\n";
}

struct Moving : CppUnit::TestCase {
    TempDir dir;
};

ImportCounts import(const std::string& url, const OriginalUsers& users) {
    Database database(configOf(url));
    migrate(database);
    ImportSettings settings;
    settings.mode = ImportMode::apply;
    settings.cost = kCheap;
    settings.threads = 2;
    return Importer(database, settings,
                    {[](const OriginalUser&, RowResult, const std::string&) {}, [](std::uint64_t, std::uint64_t) {}})
        .run(users);
}

void assertMovedIn(const std::string& url, const OriginalUsers& users, std::uint64_t sound) {
    const ImportCounts first = import(url, users);
    CPPUNIT_ASSERT_EQUAL(sound + 1, first.imported);  // and ANN, of the two who were one name there
    CPPUNIT_ASSERT_EQUAL(std::uint64_t(3), first.skipped);
    const ImportCounts second = import(url, users);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t(0), second.imported);
    CPPUNIT_ASSERT_EQUAL(sound + 1, second.alreadyThere);
    Database database(configOf(url));
    Accounts accounts(database, CredentialKey({1}), {}, kCheap);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), accounts.login("王小明", "old password").user.tokens);
    CPPUNIT_ASSERT_EQUAL("物理"s, accounts.login("王小明", "old password").user.academy);
    CPPUNIT_ASSERT_EQUAL(kMostUnits, accounts.login("O'Neil", " old password ").user.tokens);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(sound) + 1, number(database, "SELECT COUNT(*) FROM users"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(sound) + 1,
                         number(database, "SELECT COUNT(*) FROM audit WHERE event = 'imported'"));
}

}  // namespace

ON_EACH_DATABASE(Moving, in_from_a_dump) {
    const TempDir folder;
    const std::string dump = folder.write("original.sql", kTable + rows(120));
    assertMovedIn(url, originalUsersFrom(dump, ""), 120);
}

ON_EACH_DATABASE(Moving, in_from_the_server_itself) {
    constexpr int kSound = 1'010;  // two pages
    const std::string original = mariadb().newDatabase();
    {
        Database server(configOf(original));
        change(server, kTable + rows(kSound));
    }
    assertMovedIn(url, originalUsersFrom(original, ""), kSound);
}

ON_EACH_DATABASE(Moving, in_twice_at_once_makes_everybody_once) {
    const TempDir folder;
    const std::string dump = folder.write("original.sql", kTable + rows(120));
    Database database(configOf(url));
    migrate(database);
    std::atomic<std::uint64_t> imported{0}, alreadyThere{0};
    together(2, [&](int) {
        const ImportCounts counts = import(url, originalUsersFrom(dump, ""));
        imported += counts.imported;
        alreadyThere += counts.alreadyThere;
    });
    CPPUNIT_ASSERT_EQUAL(std::uint64_t(121), imported.load());
    CPPUNIT_ASSERT_EQUAL(std::uint64_t(121), alreadyThere.load());
    CPPUNIT_ASSERT_EQUAL(std::int64_t(121), number(database, "SELECT COUNT(*) FROM users"));
}

namespace {

constexpr std::int64_t kDay = 1'709'164'800'000;  // 2024-02-29
constexpr std::int64_t kDayLong = 86'400'000;
constexpr std::int64_t kLarge = (std::int64_t(1) << 61) + 1;  // no double has it

struct Usage : CppUnit::TestCase {
    TempDir dir;
};

void add(Database& database, std::int64_t at, int user, const std::string& model, std::int64_t tokens) {
    static int call = 0;
    const auto number = [](std::int64_t value) { return std::to_string(value); };
    change(database,
           "INSERT INTO ledger (call_id, at_ms, user_id, user_name, model, route, kind, tokens_in, tokens_out, tokens,"
           " pictures, voice_seconds, charged_tokens, charged_pictures, charged_voice_seconds, milliseconds, outcome,"
           " basis, request_id, upstream_id) VALUES ('" +
               number(++call) + "', " + number(at) + ", " + number(user) + ", '" + (user == 2 ? "bob" : "ann") +
               "', '" + model + "', 'r', 'text', 1, 2, " + number(tokens) + ", 3, 4, " + number(tokens) +
               ", 5, 6, 7, 'complete', 'estimated', '', '')");
}

}  // namespace

ON_EACH_DATABASE(Usage, is_summed_up_to_its_last_digit) {
    Database database(configOf(url));
    migrate(database);
    add(database, kDay, 1, "spark", kLarge);
    add(database, kDay + kDayLong - 1, 1, "spark", kLarge + 1);
    add(database, kDay + kDayLong, 2, "echo", 5);
    add(database, kDay + kDayLong, 3, "echo", 6);  // another ann, after the first was deleted
    Database look(configOf(url), DatabaseUse::look);
    const auto sums = [&](UsageBy by, const std::string& user = "", std::int64_t since = 0) {
        std::string text;
        for (const UsageSum& sum : sumsOf(look, {by, user, since, INT64_MAX}))
            text += sum.subject + ":" + std::to_string(sum.id) + ":" + std::to_string(sum.tokens) + ";";
        return text;
    };
    const std::string large = std::to_string(2 * kLarge + 1);
    CPPUNIT_ASSERT_EQUAL("ann:1:" + large + ";ann:3:6;bob:2:5;", sums(UsageBy::user));
    CPPUNIT_ASSERT_EQUAL("echo:0:11;spark:0:" + large + ";", sums(UsageBy::model));
    CPPUNIT_ASSERT_EQUAL("2024-02-29:0:" + large + ";2024-03-01:0:11;", sums(UsageBy::day));
    CPPUNIT_ASSERT_EQUAL("2024-03-01:0:6;"s, sums(UsageBy::day, "ann", kDay + kDayLong));
    const UsageSum bob = sumsOf(look, {UsageBy::user, "bob", 0, INT64_MAX}).at(0);
    CPPUNIT_ASSERT(bob.calls == 1 && bob.complete == 1 && bob.estimated == 1 && bob.tokensIn == 1 &&
                   bob.tokensOut == 2 && bob.pictures == 3 && bob.voiceSeconds == 4 && bob.chargedTokens == 5 &&
                   bob.chargedPictures == 5 && bob.chargedVoiceSeconds == 6);
}
