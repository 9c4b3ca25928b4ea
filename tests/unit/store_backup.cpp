#include "store/backup.h"

#include <Poco/Data/SQLite/Connector.h>
#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>
#include <sys/stat.h>

#include <atomic>
#include <fstream>

#include "support/eventually.h"
#include "support/joining_threads.h"
#include "support/spec.h"
#include "support/temp_dir.h"
#include "unit/auth_fixture.h"

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;
using Poco::Data::Keywords::bind;
using Poco::Data::Keywords::into;
using Poco::Data::Keywords::now;

namespace {

struct Backup : CppUnit::TestCase {
    TempDir dir;
    const std::string file = dir.file("accounts.db"), copy = dir.file("copy.db");
    DatabaseConfig config = databaseAt(file, std::chrono::milliseconds(200));

    Backup() {
        config.migrations = sqlFolder();
        Database database(config);
        migrate(database);
        addUser(database, "ann");
    }

    static void addUser(Database& database, const std::string& name) {
        database.write([&](Poco::Data::Session& session) {
            session << "INSERT INTO users (name, password, email) VALUES (?, 'x', 'y')", bind(name), now;
        });
    }
    static std::string answer(const std::string& databaseFile, const std::string& sql) {
        std::string text;
        Database(databaseAt(databaseFile), DatabaseUse::look).read([&](Poco::Data::Session& session) {
            session << sql, into(text), now;
        });
        return text;
    }
    static std::string usersIn(const std::string& databaseFile) {
        return answer(databaseFile, "SELECT group_concat(name) FROM (SELECT name FROM users ORDER BY name)");
    }
    std::size_t files() const {
        return std::size_t(std::distance(std::filesystem::directory_iterator(dir.path()), {}));
    }
    static void damage(const std::string& databaseFile) {
        std::fstream stream(databaseFile, std::ios::in | std::ios::out | std::ios::binary);
        for (int page = 2; page < 12; ++page) {
            stream.seekp(page * 4096 + 8);
            stream << std::string(200, '\xee');
        }
    }
    std::string refusal() const {
        return reasonOf([this] { restore(config, copy); });
    }
};

}  // namespace

SPEC(Backup, is_one_private_file_with_all_of_it) {
    Database inUse(config);
    addUser(inUse, "bob");  // still in the write-ahead log
    const std::uint64_t bytes = backUp(config, copy, Existing::refuse);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t(std::filesystem::file_size(copy)), bytes);
    struct stat status {};
    CPPUNIT_ASSERT_EQUAL(0, stat(copy.c_str(), &status));
    CPPUNIT_ASSERT_EQUAL(mode_t(0600), mode_t(status.st_mode & 0777));
    CPPUNIT_ASSERT_EQUAL("ann,bob"s, usersIn(copy));
    CPPUNIT_ASSERT_EQUAL("ok"s, answer(copy, "PRAGMA integrity_check"));
    CPPUNIT_ASSERT_EQUAL("delete"s, answer(copy, "PRAGMA journal_mode"));
}

SPEC(Backup, replaces_no_file_unless_it_is_told_to) {
    dir.write("copy.db", "precious");
    assertSays(reasonOf([this] { backUp(config, copy, Existing::refuse); }), "is there already; --force replaces it");
    CPPUNIT_ASSERT_EQUAL("precious"s, readFile(copy));
    backUp(config, copy, Existing::replace);
    CPPUNIT_ASSERT_EQUAL("ann"s, usersIn(copy));
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), files());
    assertSays(reasonOf([this] { backUp(config, file, Existing::replace); }), "is the database itself");

    Database other(databaseAt(copy));
    addUser(other, "bob");
    assertSays(reasonOf([this] { backUp(config, copy, Existing::replace); }), "copy.db-wal is beside it");
    CPPUNIT_ASSERT_EQUAL("ann,bob"s, usersIn(copy));
}

SPEC(Backup, is_of_one_moment_while_others_write) {
    std::atomic<int> written{0};
    JoiningThreads writer;
    writer.add([&] {
        Database database(databaseAt(file));
        while (!writer.isOver()) {  // two rows that must be there together
            const std::string number = std::to_string(written);
            database.write([&](Poco::Data::Session& session) {
                session << "INSERT INTO users (name, password, email) VALUES (?, 'x', 'left')", bind("l" + number), now;
                session << "INSERT INTO users (name, password, email) VALUES (?, 'x', 'right')", bind("r" + number),
                    now;
            });
            ++written;
        }
    });
    for (int i = 0; i < 10; ++i) {
        const int before = written;
        CPPUNIT_ASSERT(eventually([&] { return written > before; }));
        backUp(config, copy, Existing::replace);
        CPPUNIT_ASSERT_EQUAL("ok"s, answer(copy, "PRAGMA integrity_check"));
        CPPUNIT_ASSERT_EQUAL(answer(copy, "SELECT COUNT(*) FROM users WHERE email = 'left'"),
                             answer(copy, "SELECT COUNT(*) FROM users WHERE email = 'right'"));
        CPPUNIT_ASSERT(std::stoi(answer(copy, "SELECT COUNT(*) FROM users")) > 2 * before);
    }
    writer.end();
}

SPEC(Backup, says_what_copies_the_other_databases) {
    config.url = "postgresql://u:secret@h/d";
    assertSays(reasonOf([this] { backUp(config, copy, Existing::refuse); }), "pg_dump");
    config.url = "mysql://u:secret@h/d";
    assertSays(refusal(), "mariadb-dump");
    assertSilentOf(refusal(), "secret");
}

SPEC(Backup, is_not_made_of_nothing) {
    std::filesystem::remove(file);
    assertSays(reasonOf([this] { backUp(config, copy, Existing::refuse); }), "does not exist");
    CPPUNIT_ASSERT(!std::filesystem::exists(file) && !std::filesystem::exists(copy));
}

SPEC(Backup, comes_back_and_keeps_what_it_replaces) {
    backUp(config, copy, Existing::refuse);
    {
        Database database(config);
        addUser(database, "later");
    }
    const std::string kept = restore(config, copy);
    CPPUNIT_ASSERT_EQUAL("ann"s, usersIn(file));
    CPPUNIT_ASSERT_EQUAL("ann,later"s, usersIn(kept));
    assertSays(kept, file + ".before-restore-2");
    {
        Database database(config);
        addUser(database, "newer");
    }
    CPPUNIT_ASSERT_EQUAL("ann,newer"s, usersIn(file));
    CPPUNIT_ASSERT_EQUAL("ann"s, usersIn(copy));
}

SPEC(Backup, ends_the_uuids_of_both_when_it_comes_back) {
    backUp(config, copy, Existing::refuse);
    {
        Database database(config);
        addUser(database, "later");
        database.write([](Poco::Data::Session& session) { session << "UPDATE users SET epoch = 7", now; });
    }
    restore(config, copy);
    const auto epoch = [this] { return std::stoll(answer(file, "SELECT epoch FROM users WHERE name = 'ann'")); };
    const long long first = epoch();
    CPPUNIT_ASSERT(first > 7);
    restore(config, copy);
    const long long second = epoch();
    CPPUNIT_ASSERT(second > first);
    CPPUNIT_ASSERT_EQUAL("0"s, answer(copy, "SELECT epoch FROM users"));
}

SPEC(Backup, gives_no_id_that_somebody_had_to_somebody_else) {
    backUp(config, copy, Existing::refuse);
    {
        Database database(config);
        addUser(database, "later");
        database.write([](Poco::Data::Session& session) {
            session << "INSERT INTO users (id, name, password, email) VALUES (70, 'last', 'x', 'y')", now;
            session << "DELETE FROM users WHERE name = 'last'", now;
            session << "INSERT INTO audit (id, at_ms, event, user_name, address, request_id, detail)"
                       " VALUES (80, 1, '', '', '', '', '')",
                now;
        });
    }
    restore(config, copy);
    Database database(config);
    addUser(database, "newer");
    CPPUNIT_ASSERT_EQUAL("71"s, answer(file, "SELECT id FROM users WHERE name = 'newer'"));
    CPPUNIT_ASSERT_EQUAL("80"s, answer(file, "SELECT seq FROM sqlite_sequence WHERE name = 'audit'"));
}

SPEC(Backup, ends_all_uuids_also_when_nobody_knows_what_was_there) {
    backUp(config, copy, Existing::refuse);
    const auto isFarBehind = [this] {
        CPPUNIT_ASSERT(std::stoll(answer(file, "SELECT epoch FROM users WHERE name = 'ann'")) >= 1'000'000);
        Database database(config);
        addUser(database, "newer");
        CPPUNIT_ASSERT(std::stoll(answer(file, "SELECT id FROM users WHERE name = 'newer'")) > 1'000'000);
    };
    std::filesystem::remove(file);
    restore(config, copy);
    isFarBehind();

    damage(file);
    restore(config, copy);
    isFarBehind();
    CPPUNIT_ASSERT_EQUAL("ok"s, answer(file, "PRAGMA integrity_check"));
}

SPEC(Backup, is_not_made_of_a_database_that_is_locked) {
    backUp(config, copy, Existing::refuse);
    Poco::Data::SQLite::Connector::registerConnector();
    Poco::Data::Session other(Poco::Data::SQLite::Connector::KEY, copy);
    other << "BEGIN EXCLUSIVE", now;
    config.url = "sqlite:" + copy;
    const std::string second = dir.file("second.db");
    assertSays(reasonOf([&] { backUp(config, second, Existing::refuse); }), "database is locked");
    CPPUNIT_ASSERT(!std::filesystem::exists(second));
}

SPEC(Backup, comes_back_where_there_is_no_database) {
    backUp(config, copy, Existing::refuse);
    std::filesystem::remove(file);
    CPPUNIT_ASSERT_EQUAL(""s, restore(config, copy));
    CPPUNIT_ASSERT_EQUAL("ann"s, usersIn(file));
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), files());
}

SPEC(Backup, is_not_restored_over_a_database_that_is_open) {
    backUp(config, copy, Existing::refuse);
    {
        Database idle(config);
        addUser(idle, "later");  // its session stays open
        const std::size_t before = files();
        assertSays(refusal(), "is in use");
        CPPUNIT_ASSERT_EQUAL(before, files());
        addUser(idle, "latest");
    }
    CPPUNIT_ASSERT_EQUAL("ann,later,latest"s, usersIn(file));
    restore(config, copy);
}

SPEC(Backup, is_looked_through_before_it_is_restored) {
    dir.write("copy.db", std::string(10'000, 'x'));
    assertSays(refusal(), "copy.db: file is not a database");
    std::filesystem::remove(copy);
    assertSays(refusal(), "does not exist");

    Database(databaseAt(copy)).write([](Poco::Data::Session& session) { session << "CREATE TABLE t (a INT)", now; });
    assertSays(refusal(), "is no database of aiproject");

    backUp(config, copy, Existing::replace);
    Database(databaseAt(copy)).write([](Poco::Data::Session& session) {
        session << "INSERT INTO schema_migrations (version, name, checksum)"
                   " SELECT MAX(version) + 1, 'future.sql', 'x' FROM schema_migrations",
            now;
    });
    assertSays(refusal(), "newer than this release");
    CPPUNIT_ASSERT_EQUAL("ann"s, usersIn(file));
}

SPEC(Backup, that_is_damaged_is_not_restored) {
    backUp(config, copy, Existing::refuse);
    damage(copy);
    refusal();
    CPPUNIT_ASSERT_EQUAL("ann"s, usersIn(file));
    CPPUNIT_ASSERT_EQUAL("ok"s, answer(file, "PRAGMA integrity_check"));
}

// A key that was revoked since must not come back.
SPEC(Backup, comes_back_without_keys_that_were_revoked_since) {
    const auto addKey = [&](int id) {
        Database(config).write([&](Poco::Data::Session& session) {
            const std::string number = std::to_string(id);
            Database::execute(session,
                              "INSERT INTO api_keys (id, user_id, hash, hint, name, models, created_ms, ends_ms,"
                              " most_tokens, most_money, refill, refilled) VALUES (" +
                                  number + ", 1, '" + number + "', '', '', '', 1, 0, -1, -1, 'none', 0)");
        });
    };
    addKey(1);
    addKey(2);
    backUp(config, copy, Existing::refuse);
    Database(config).write([](Poco::Data::Session& session) {
        Database::execute(session, "UPDATE api_keys SET revoked_ms = 5 WHERE id = 1");
    });
    restore(config, copy);
    const std::string revoked = "SELECT group_concat(id) FROM api_keys WHERE revoked_ms <> 0";
    CPPUNIT_ASSERT_EQUAL("1"s, answer(file, revoked));
    // Where nobody knows which were revoked, all are.
    std::filesystem::remove(file);
    restore(config, copy);
    CPPUNIT_ASSERT_EQUAL("1,2"s, answer(file, revoked));
}
