#include "store/migrations.h"

#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <string>
#include <vector>

#include "support/spec.h"
#include "support/temp_dir.h"
#include "unit/auth_fixture.h"

using namespace aiproject;
using namespace aiproject::test;
using Poco::Data::Session;
using Poco::Data::Keywords::into;
using Poco::Data::Keywords::now;

namespace {

constexpr const char* kFileOfTheOtherProcess = "AIPROJECT_TEST_MIGRATIONS";

struct Migration : CppUnit::TestCase {
    TempDir dir;
    const std::filesystem::path folder = dir.path() / "sql";
    Database database{databaseAt(dir.file("accounts.db"))};

    void write(const std::string& name, const std::string& sql) const { dir.write("sql/sqlite/" + name, sql); }
    void remove(const std::string& name) const { std::filesystem::remove(folder / "sqlite" / name); }

    std::vector<std::string> apply() {
        std::vector<std::string> lines;
        Migrations(database, folder).apply([&](const std::string& line) { lines.push_back(line); });
        return lines;
    }
    std::string refusal() {
        return expectError(ErrorKind::internal, [&] { apply(); }).what();
    }
    // One for both, so that readiness never says yes to what migrate would refuse.
    std::string refusalOfBoth() {
        std::string message = refusal();
        CPPUNIT_ASSERT_EQUAL(
            message,
            std::string(expectError(ErrorKind::internal, [&] { Migrations(database, folder).isCurrent(); }).what()));
        return message;
    }
    std::string text(const std::string& select) {
        std::string value;
        database.read([&](Session& session) { session << select, into(value), now; });
        return value;
    }
    std::string tables() {
        return text(
            "SELECT group_concat(name, ' ') FROM (SELECT name FROM sqlite_master WHERE type = 'table' "
            "AND name NOT LIKE 'sqlite_%' ORDER BY name)");
    }
};

using Lines = std::vector<std::string>;

}  // namespace

SPEC(Migration, of_an_empty_database_makes_it_current) {
    const Migrations migrations(database, sqlFolder());
    CPPUNIT_ASSERT(!migrations.isCurrent());
    CPPUNIT_ASSERT_EQUAL(std::string("001_users.sql"), migrations.pending().at(0));
    Lines lines;
    const auto progress = [&](const std::string& line) { lines.push_back(line); };
    migrations.apply(progress);
    CPPUNIT_ASSERT_EQUAL(std::string("001_users.sql"), lines.at(0));
    CPPUNIT_ASSERT(migrations.isCurrent());

    lines.clear();
    migrations.apply(progress);
    CPPUNIT_ASSERT(lines.empty());
}

SPEC(Migration, of_an_older_database_applies_what_is_new_and_keeps_what_is_there) {
    write("001_a.sql", "CREATE TABLE a (n INTEGER); INSERT INTO a VALUES (7);");
    CPPUNIT_ASSERT(apply() == Lines{"001_a.sql"});
    write("003_c.sql", "ALTER TABLE a RENAME TO c");
    write("002_b.sql", "-- a comment\nUPDATE a SET n = n + 1;\nCREATE TABLE b (text TEXT DEFAULT ';');");
    write("README.md", "no migration");
    CPPUNIT_ASSERT((Migrations(database, folder).pending() == Lines{"002_b.sql", "003_c.sql"}));
    CPPUNIT_ASSERT((apply() == Lines{"002_b.sql", "003_c.sql"}));
    CPPUNIT_ASSERT_EQUAL(std::string("8"), text("SELECT n FROM c"));
    CPPUNIT_ASSERT_EQUAL(std::string("1 001_a.sql,2 002_b.sql,3 003_c.sql"),
                         text("SELECT group_concat(version || ' ' || name) FROM schema_migrations"));
}

SPEC(Migration, that_makes_reservations_lean_keeps_what_is_held) {
    for (const auto& file : std::filesystem::directory_iterator(sqlFolder() / "sqlite"))
        if (file.path().filename() < "010") write(file.path().filename(), readFile(file.path()));
    apply();
    database.write([](Session& session) {
        session << "INSERT INTO reservations VALUES ('call', 1, 2, 3, 4, 5, 'owner', 6, 7, 8, 9, 10)", now;
    });
    Migrations(database, sqlFolder()).apply([](const std::string& /*line*/) {});
    CPPUNIT_ASSERT_EQUAL(
        std::string("call 1 2 3 4 5 owner 6 7 8 9 10"),
        text("SELECT call_id || ' ' || user_id || ' ' || tokens || ' ' || pic_times || ' ' || voice_seconds || ' ' || "
             "calls"
             " || ' ' || owner || ' ' || expires_ms || ' ' || money || ' ' || key_id || ' ' || key_tokens || ' ' ||"
             " key_money FROM reservations"));
}

SPEC(Migration, looks_at_a_database_without_changing_it) {
    write("001_a.sql", "CREATE TABLE a (n)");
    CPPUNIT_ASSERT(!Migrations(database, folder).isCurrent());
    CPPUNIT_ASSERT_EQUAL(std::string(), tables());
}

SPEC(Migration, that_fails_leaves_what_was_before_it) {
    write("001_a.sql", "CREATE TABLE a (n INTEGER UNIQUE)");
    write("002_b.sql", "CREATE TABLE b (n); INSERT INTO a VALUES (1); INSERT INTO a VALUES (1);");
    assertSays(refusal(), "migration 002_b.sql failed: ");
    write("002_b.sql", "CREATE TABLE b (n); INSERT INTO a VALUES (1); CREATE TABLE ;");
    assertSays(refusal(), "migration 002_b.sql failed: ");
    CPPUNIT_ASSERT_EQUAL(std::string("a schema_migrations"), tables());
    CPPUNIT_ASSERT_EQUAL(std::string("0"), text("SELECT COUNT(*) FROM a"));

    write("002_b.sql", "CREATE TABLE b (n)");
    CPPUNIT_ASSERT(apply() == Lines{"002_b.sql"});
}

SPEC(Migration, that_was_changed_after_it_landed_is_refused) {
    write("001_a.sql", "CREATE TABLE a (n)");
    apply();
    write("001_a.sql", "CREATE TABLE a (n) ");
    assertSays(refusalOfBoth(), "migration 001_a.sql is not the 001_a.sql that was applied");
    remove("001_a.sql");
    write("001_b.sql", "CREATE TABLE a (n)");
    assertSays(refusalOfBoth(), "migration 001_b.sql is not the 001_a.sql that was applied");
}

SPEC(Migration, of_a_database_newer_than_the_files_is_refused) {
    write("001_a.sql", "CREATE TABLE a (n)");
    write("002_b.sql", "CREATE TABLE b (n)");
    apply();
    remove("002_b.sql");
    assertSays(refusalOfBoth(), "newer than this release (it has 002_b.sql, the last file is 001_a.sql)");
}

SPEC(Migration, with_a_gap_is_refused) {
    write("001_a.sql", "CREATE TABLE a (n)");
    write("003_c.sql", "CREATE TABLE c (n)");
    assertSays(refusal(), "number 2 was expected where 003_c.sql stands");
    write("002_b.sql", "CREATE TABLE b (n)");
    write("002_x.sql", "CREATE TABLE x (n)");
    assertSays(refusal(), "number 3 was expected where 002_x.sql stands");
    remove("002_x.sql");
    apply();
    database.write([](Session& s) { Database::execute(s, "DELETE FROM schema_migrations WHERE version = 2"); });
    assertSays(refusalOfBoth(), "lacks migration 2 but has 003_c.sql");
}

SPEC(Migration, folder_without_files_or_with_a_bad_name_is_refused) {
    assertSays(refusal(), "No such file or directory");
    std::filesystem::create_directories(folder / "sqlite");
    assertSays(refusal(), "has no NNN_name.sql");
    for (const char* name : {"1_a.sql", "users.sql", "001-users.sql", "001_Users.sql", "0001_a.sql", "001_.sql"}) {
        write(name, "CREATE TABLE a (n)");
        assertSays(refusal(), std::string(name) + " must be named NNN_name.sql");
        remove(name);
    }
}

SPEC(Migration, by_many_at_once_is_done_once) {
    write("001_a.sql", "CREATE TABLE a (n)");
    write("002_b.sql", "CREATE TABLE b (n)");
    write("003_c.sql", "INSERT INTO a VALUES (1)");
    for (int round = 0; round < 5; ++round) {
        const DatabaseConfig config = databaseAt(dir.file("round" + std::to_string(round) + ".db"));
        std::atomic<int> applied{0};
        together(8, [&](int) {
            Database own(config);
            Migrations(own, folder).apply([&](const std::string&) { ++applied; });
            CPPUNIT_ASSERT(Migrations(own, folder).isCurrent());
        });
        CPPUNIT_ASSERT_EQUAL(3, applied.load());
    }
}

SPEC(Migration, is_what_the_other_process_of_the_next_spec_does) {
    const char* file = ::getenv(kFileOfTheOtherProcess);
    if (!file) return;
    Database own(databaseAt(file));
    Migrations(own, std::filesystem::path(file).parent_path() / "sql").apply([](const std::string&) {});
}

SPEC(Migration, by_many_processes_at_once_is_done_once) {
    write("001_a.sql", "CREATE TABLE a (n)");
    write("002_b.sql", "INSERT INTO a VALUES (1)");
    CPPUNIT_ASSERT_EQUAL(0, ::setenv(kFileOfTheOtherProcess, dir.file("accounts.db").c_str(), 1));
    std::vector<std::string> words{"/proc/self/exe", "store_migrations", "is_what_the_other_process"};
    std::vector<char*> arguments{words[0].data(), words[1].data(), words[2].data(), nullptr};
    std::vector<pid_t> children(4);
    for (pid_t& child : children)
        CPPUNIT_ASSERT_EQUAL(0, ::posix_spawn(&child, words[0].c_str(), nullptr, nullptr, arguments.data(), environ));
    ::unsetenv(kFileOfTheOtherProcess);
    for (const pid_t child : children) {
        int status = -1;
        CPPUNIT_ASSERT_EQUAL(child, ::waitpid(child, &status, 0));
        CPPUNIT_ASSERT_EQUAL(0, status);
    }
    CPPUNIT_ASSERT_EQUAL(std::string("1"), text("SELECT COUNT(*) FROM a"));
    CPPUNIT_ASSERT(Migrations(database, folder).isCurrent());
}
