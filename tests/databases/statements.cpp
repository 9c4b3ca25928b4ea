// Statements that a session prepares once and keeps.
#include "base/error.h"
#include "databases/databases.h"
#include "store/prepared_statement.h"
#include "support/temp_dir.h"

#include <Poco/Data/SQLite/Utility.h>
#include <Poco/Data/Session.h>
#include <sqlite3.h>

#include <limits>
#include <stdexcept>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;
using Poco::Data::Session;

namespace {

struct Prepared : CppUnit::TestCase {
    TempDir dir;
};

// One session, so that each call meets the statements of those before it.
struct Pairs {
    Database database;

    explicit Pairs(const std::string& url) : database(single(url)) {
        const bool isMysql = database.dialect().name() == "mysql";
        change(database, std::string("CREATE TABLE pairs (n BIGINT NOT NULL UNIQUE, t VARCHAR(5000))") +
                             (isMysql ? " DEFAULT CHARACTER SET = utf8mb4" : ""));
    }
    static DatabaseConfig single(const std::string& url) {
        DatabaseConfig config = configOf(url);
        config.sessions = 1;
        return config;
    }
    static std::int64_t insert(Session& session, std::int64_t n, const std::string& t) {
        return changeRows(session, "INSERT INTO pairs (n, t) VALUES (?, ?)", {n, t});
    }
    std::int64_t insert(std::int64_t n, const std::string& t) {
        std::int64_t changed = 0;
        database.write([&](Session& session) { changed = insert(session, n, t); });
        return changed;
    }
    std::string text(std::int64_t n) {
        std::string text = "no row";
        database.read([&](Session& session) {
            std::int64_t found = 0;
            readRow(session, "SELECT n, t FROM pairs WHERE n = ?", {n}, {&found, &text});
        });
        return text;
    }
};

// Of the only session, as its database says.
std::int64_t statementsOf(Database& database) {
    std::int64_t count = 0;
    database.read([&](Session& session) {
        const std::string name = database.dialect().name();
        if (name == "sqlite") {
            sqlite3* const handle = Poco::Data::SQLite::Utility::dbHandle(session);
            for (auto* one = sqlite3_next_stmt(handle, nullptr); one; one = sqlite3_next_stmt(handle, one)) ++count;
        } else if (name == "postgresql") {
            readRow(session, "SELECT COUNT(*) FROM pg_prepared_statements WHERE name LIKE 'kept%'", {}, {&count});
        } else {
            std::string variable, value;
            readRow(session, "SHOW SESSION STATUS LIKE 'Com_stmt_prepare'", {}, {&variable, &value});
            count = std::stoll(value);
        }
    });
    return count;
}

}  // namespace

ON_EACH_DATABASE(Prepared, give_back_whatever_was_stored) {
    Pairs pairs(url);
    const std::vector<std::pair<std::int64_t, std::string>> rows{
        {0, ""},
        {std::numeric_limits<std::int64_t>::max(), "it's \"quoted\"; -- and \\ all"},
        {std::numeric_limits<std::int64_t>::min(), std::string(5'000, 'x')},
        {-1, "\xe4\xbd\xa0\xe5\xa5\xbd \xf0\x9f\x99\x82"},
        {7, "$1 ? :name"}};
    for (const auto& [n, t] : rows) CPPUNIT_ASSERT_EQUAL(std::int64_t(1), pairs.insert(n, t));
    for (const auto& [n, t] : rows) CPPUNIT_ASSERT_EQUAL(t, pairs.text(n));
    CPPUNIT_ASSERT_EQUAL("no row"s, pairs.text(8));
    change(pairs.database, "UPDATE pairs SET t = NULL WHERE n = 7");
    CPPUNIT_ASSERT_EQUAL(""s, pairs.text(7));
    CPPUNIT_ASSERT_EQUAL("no row"s, pairs.text(8));
}

ON_EACH_DATABASE(Prepared, count_the_rows_that_are_found) {
    Pairs pairs(url);
    for (const std::int64_t n : {1, 2, 3}) pairs.insert(n, "same");
    std::vector<std::int64_t> changed;
    for (const std::int64_t least : {2, 4, 1})
        pairs.database.write([&](Session& session) {
            changed.push_back(changeRows(session, "UPDATE pairs SET t = ? WHERE n >= ?", {"same", least}));
        });
    CPPUNIT_ASSERT((changed == std::vector<std::int64_t>{2, 0, 3}));
}

// Rows that nobody reads, and one that breaks a rule, are in the way of nothing.
ON_EACH_DATABASE(Prepared, are_used_again_after_any_end) {
    Pairs pairs(url);
    for (std::int64_t round = 0; round < 3; ++round) {
        pairs.insert(2 * round, "kept");
        CPPUNIT_ASSERT_THROW(pairs.insert(0, "twice"), ConstraintViolation);
        CPPUNIT_ASSERT_THROW(pairs.database.write([&](Session& session) {
            Pairs::insert(session, 2 * round + 1, "taken back");
            throw Error(ErrorKind::internal, "no");
        }),
                             Error);
        std::int64_t first = -1;
        pairs.database.read([&](Session& session) {
            readRow(session, "SELECT n FROM pairs WHERE t = ? ORDER BY n DESC", {"kept"}, {&first});
        });
        CPPUNIT_ASSERT_EQUAL(std::int64_t(2) * round, first);
    }
    CPPUNIT_ASSERT_EQUAL(std::int64_t(3), number(pairs.database, "SELECT COUNT(*) FROM pairs"));
}

ON_EACH_DATABASE(Prepared, are_prepared_once_in_a_session) {
    Pairs pairs(url);
    pairs.insert(0, "");
    pairs.text(0);
    statementsOf(pairs.database);
    const std::int64_t before = statementsOf(pairs.database);
    CPPUNIT_ASSERT(before >= 2);
    for (int n = 1; n < 50; ++n) {
        pairs.insert(n, "");
        pairs.text(n);
    }
    CPPUNIT_ASSERT_EQUAL(before, statementsOf(pairs.database));
}

ON_EACH_DATABASE(Prepared, follow_a_table_that_changes) {
    Pairs pairs(url);
    pairs.insert(1, "before");
    CPPUNIT_ASSERT_EQUAL("before"s, pairs.text(1));
    Database other(configOf(url));
    change(other, "ALTER TABLE pairs ADD COLUMN more BIGINT");
    pairs.insert(2, "after");
    CPPUNIT_ASSERT_EQUAL("before"s, pairs.text(1));
    CPPUNIT_ASSERT_EQUAL("after"s, pairs.text(2));
}

ON_EACH_DATABASE(Prepared, refuse_values_and_fields_that_do_not_match) {
    Pairs pairs(url);
    pairs.insert(1, "");
    const auto reads = [&](SqlValues values, SqlFields fields) {
        pairs.database.read(
            [&](Session& session) { readRow(session, "SELECT n FROM pairs WHERE n = ?", values, fields); });
    };
    std::int64_t n = 0, other = 0;
    reads({1}, {&n});
    CPPUNIT_ASSERT_THROW(reads({1, 2}, {&n}), std::logic_error);
    CPPUNIT_ASSERT_THROW(reads({1}, {&n, &other}), std::logic_error);
    reads({1}, {&n});
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), n);
}
