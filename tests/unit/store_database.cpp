#include "store/database.h"

#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <future>
#include <iterator>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "base/file_descriptor.h"
#include "support/spec.h"
#include "support/temp_dir.h"
#include "unit/auth_fixture.h"

using namespace aiproject;
using namespace aiproject::test;
using namespace std::chrono_literals;
using Poco::Data::Session;
using Poco::Data::Keywords::bind;
using Poco::Data::Keywords::into;
using Poco::Data::Keywords::now;

namespace {

constexpr const char* kTable = "CREATE TABLE IF NOT EXISTS t (n INTEGER UNIQUE)";
constexpr const char* kLockOutAll = "PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE";

struct DatabaseFile : CppUnit::TestCase {
    TempDir dir;
    const std::string file = dir.file("accounts.db");
    const DatabaseConfig patient = databaseAt(file);
    const DatabaseConfig hasty = databaseAt(file, 50ms);
};

std::size_t filesIn(const TempDir& dir) {
    return std::size_t(std::distance(std::filesystem::directory_iterator(dir.path()), {}));
}

void change(Database& database, const std::string& sql) {
    database.write([&](Session& session) { Database::execute(session, sql); });
}

int number(Database& database, const std::string& select) {
    int value = -1;
    database.read([&](Session& session) { session << select, into(value), now; });
    return value;
}

std::string faultOf(const std::function<void()>& work) {
    const Error fault = expectError(ErrorKind::internal, work);
    CPPUNIT_ASSERT(fault.forClient().empty());
    return fault.what();
}

// What passes by itself, and no client need hear as our fault.
std::string troubleOf(const std::function<void()>& work) {
    const Error trouble = expectError(ErrorKind::databaseBusy, work);
    CPPUNIT_ASSERT(trouble.forClient().empty());
    return trouble.what();
}

// Root can write every file, so a test of permissions must not be root.
class AsNobody {
public:
    AsNobody() { CPPUNIT_ASSERT(wasRoot_ ? ::seteuid(65534) == 0 : true); }
    ~AsNobody() { CPPUNIT_ASSERT(wasRoot_ ? ::seteuid(0) == 0 : true); }
    AsNobody(const AsNobody&) = delete;
    AsNobody& operator=(const AsNobody&) = delete;

private:
    bool wasRoot_ = ::geteuid() == 0;
};

}  // namespace

SPEC(DatabaseFile, that_is_looked_at_stays_as_it_is) {
    {
        Database database(patient);
        change(database, kTable);
        database.read([](Session& session) { Database::execute(session, "PRAGMA journal_mode=DELETE"); });
    }
    const std::string before = readFile(file);
    {
        Database look(patient, DatabaseUse::look);
        CPPUNIT_ASSERT(look.exists());
        CPPUNIT_ASSERT_EQUAL(0, number(look, "SELECT COUNT(*) FROM t"));
        expectError(ErrorKind::internal, [&] { change(look, "INSERT INTO t VALUES (1)"); });
    }
    CPPUNIT_ASSERT(before == readFile(file));
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), filesIn(dir));
}

SPEC(DatabaseFile, can_be_asked_for_without_being_made) {
    CPPUNIT_ASSERT(!Database(patient).exists());
    CPPUNIT_ASSERT(!std::filesystem::exists(file));
}

SPEC(DatabaseFile, url_of_another_kind_is_refused_without_telling_it) {
    for (const char* url : {"postgresql://ann:hunter2@db", "mysql://:hunter2@db/ai", "hunter2", "",
                            "sqlite:", "sqlite3:hunter2", "postgres://ann:hunter2@db/ai"}) {
        DatabaseConfig config;
        config.url = url;
        const std::string message = faultOf([&] { Database{config}; });
        assertSays(message, "database.url");
        assertSays(message, "sqlite:FILE");
        CPPUNIT_ASSERT(message.find("hunter2") == std::string::npos);
    }
}

SPEC(DatabaseFile, password_of_a_server_is_in_no_error) {
    for (const std::string dialect : {"postgresql", "mysql"}) {
        DatabaseConfig config = hasty;
        config.url = dialect + "://ann:hunter2@127.0.0.1:1/ai";  // where nobody listens
        Database database(config);
        const std::string message = troubleOf([&] { number(database, "SELECT 1"); });
        assertSays(message, "database " + dialect + "://ann@127.0.0.1:1/ai: ");
        assertSays(message, "cannot be reached");
        CPPUNIT_ASSERT(message.find("hunter2") == std::string::npos);
    }
}

SPEC(DatabaseFile, is_made_for_its_owner_alone) {
    Database database(patient);
    CPPUNIT_ASSERT(!std::filesystem::exists(file));
    change(database, kTable);
    for (const char* ending : {"", "-wal", "-shm"}) CPPUNIT_ASSERT_EQUAL(mode_t(0600), modeOf(file + ending));
}

SPEC(DatabaseFile, name_is_never_a_command_to_sqlite) {
    const auto former = std::filesystem::current_path();
    std::filesystem::current_path(dir.path());
    for (const std::string& name :
         std::vector<std::string>{":memory:", "file:x.db?mode=memory", "sp ace;DROP TABLE t.db"}) {
        Database database(databaseAt(name));
        change(database, kTable);
        CPPUNIT_ASSERT_MESSAGE(name, std::filesystem::exists(dir.path() / name));
    }
    std::filesystem::current_path(former);
}

SPEC(DatabaseFile, sessions_are_durable_and_keep_foreign_keys) {
    Database database(patient);
    std::string journal;
    database.read([&](Session& session) { session << "PRAGMA journal_mode", into(journal), now; });
    CPPUNIT_ASSERT_EQUAL(std::string("wal"), journal);
    CPPUNIT_ASSERT_EQUAL(3, number(database, "PRAGMA synchronous"));
    CPPUNIT_ASSERT_EQUAL(1, number(database, "PRAGMA foreign_keys"));
    CPPUNIT_ASSERT_EQUAL(60'000, number(database, "PRAGMA busy_timeout"));
}

SPEC(DatabaseFile, write_is_seen_by_others_when_it_returns) {
    Database one(patient);
    Database other(patient);
    change(one, kTable);
    change(one, "INSERT INTO t VALUES (7)");
    CPPUNIT_ASSERT_EQUAL(7, number(other, "SELECT n FROM t"));
}

SPEC(DatabaseFile, write_that_throws_has_written_nothing) {
    Database database(patient);
    change(database, kTable);
    const auto insertAndThrow = [&](const auto& exception) {
        database.write([&](Session& session) {
            Database::execute(session, "INSERT INTO t VALUES (1)");
            throw exception;
        });
    };
    CPPUNIT_ASSERT_THROW(insertAndThrow(Error(ErrorKind::nameTaken, "x")), Error);
    CPPUNIT_ASSERT_THROW(insertAndThrow(std::logic_error("x")), std::logic_error);
    CPPUNIT_ASSERT_THROW(insertAndThrow(Poco::RuntimeException("x")), Error);
    CPPUNIT_ASSERT_THROW(insertAndThrow(7), int);
    CPPUNIT_ASSERT_THROW(change(database, "INSERT INTO t VALUES (1); INSERT INTO t VALUES (1)"), ConstraintViolation);
    CPPUNIT_ASSERT_EQUAL(0, number(database, "SELECT COUNT(*) FROM t"));
    change(database, "INSERT INTO t VALUES (1)");
}

SPEC(DatabaseFile, session_is_kept_after_a_refusal_and_dropped_after_a_fault) {
    DatabaseConfig config = patient;
    config.sessions = 1;
    Database database(config);
    change(database, kTable);
    const auto mark = [&] { database.read([](Session& s) { Database::execute(s, "CREATE TEMP TABLE mark (n)"); }); };
    const auto isMarked = [&] { return number(database, "SELECT COUNT(*) FROM sqlite_temp_master") == 1; };

    mark();
    CPPUNIT_ASSERT_THROW(database.write([](Session&) { throw Error(ErrorKind::nameTaken, "x"); }), Error);
    CPPUNIT_ASSERT_THROW(change(database, "INSERT INTO t VALUES (1); INSERT INTO t VALUES (1)"), ConstraintViolation);
    CPPUNIT_ASSERT(isMarked());

    assertSays(faultOf([&] { change(database, "INSERT INTO nowhere VALUES (1)"); }), "no such table: nowhere");
    CPPUNIT_ASSERT(!isMarked());

    mark();
    database.read([](Session& session) { Database::execute(session, "BEGIN"); });  // and never ends it
    CPPUNIT_ASSERT(!isMarked());
}

SPEC(DatabaseFile, call_waits_for_a_session_but_not_for_ever) {
    DatabaseConfig config = hasty;
    config.sessions = 1;
    Database database(config);
    const auto count = [&] { return number(database, "SELECT 1"); };
    database.read([&](Session&) {
        auto other = std::async(std::launch::async, [&] { return troubleOf(count); });
        assertSays(other.get(), "database.sessions");
    });
    CPPUNIT_ASSERT_EQUAL(1, count());
}

SPEC(DatabaseFile, session_that_nobody_needs_ends_after_a_while) {
    for (const auto life : {std::chrono::milliseconds(1), std::chrono::milliseconds(3'600'000)}) {
        Database database(patient, DatabaseUse::serve, life);
        // Of two that are needed at the same time, the one that is given back first.
        const auto inSecond = [&](const Database::Work& work) {
            database.read([&](Session&) { std::async(std::launch::async, [&] { database.read(work); }).get(); });
        };
        inSecond([](Session& session) { Database::execute(session, "CREATE TEMP TABLE mark (n)"); });
        std::this_thread::sleep_for(2ms);  // more than the shorter life
        CPPUNIT_ASSERT_EQUAL(0, number(database, "SELECT COUNT(*) FROM sqlite_temp_master"));
        int isMarked = -1;
        inSecond([&](Session& session) { session << "SELECT COUNT(*) FROM sqlite_temp_master", into(isMarked), now; });
        CPPUNIT_ASSERT_EQUAL(int(life > 1ms), isMarked);
    }
}

SPEC(DatabaseFile, few_sessions_serve_many_threads) {
    DatabaseConfig config = patient;
    config.sessions = 3;
    Database database(config);
    std::atomic<int> inside{0};
    std::atomic<int> most{0};
    together(16, [&](int) {
        for (int round = 0; round < 50; ++round) {
            database.read([&](Session&) {
                const int here = ++inside;
                for (int seen = most; here > seen && !most.compare_exchange_weak(seen, here);) continue;
                std::this_thread::yield();
                --inside;
            });
        }
    });
    CPPUNIT_ASSERT(most <= 3);
}

SPEC(DatabaseFile, writes_that_read_first_lose_nothing) {
    Database one(patient);
    Database other(patient);  // as another process
    change(one, "CREATE TABLE counter (n INTEGER)");
    change(one, "INSERT INTO counter VALUES (0)");
    together(16, [&](int index) {
        for (int round = 0; round < 25; ++round) {
            (index % 2 ? one : other).write([](Session& session) {
                int value = 0;
                session << "SELECT n FROM counter", into(value), now;
                session << "UPDATE counter SET n = ?", bind(value + 1), now;
            });
        }
    });
    CPPUNIT_ASSERT_EQUAL(16 * 25, number(one, "SELECT n FROM counter"));
}

SPEC(DatabaseFile, first_sessions_of_many_processes_may_open_at_once) {
    for (int round = 0; round < 10; ++round) {
        const DatabaseConfig config = databaseAt(dir.file("new" + std::to_string(round) + ".db"));
        together(8, [&](int) {
            Database database(config);
            CPPUNIT_ASSERT_EQUAL(1, number(database, "SELECT 1"));
        });
    }
}

SPEC(DatabaseFile, locked_for_writing_is_a_clear_fault_and_passes) {
    Database holder(patient);
    Database database(hasty);
    change(holder, kTable);
    CPPUNIT_ASSERT_EQUAL(0, number(database, "SELECT COUNT(*) FROM t"));
    holder.write([&](Session&) {
        const std::string message = troubleOf([&] { change(database, "INSERT INTO t VALUES (1)"); });
        assertSays(message, "database " + file + ": locked by another process for too long: ");
        assertSays(message, "database.timeout_ms is 50");
        CPPUNIT_ASSERT_EQUAL(0, number(database, "SELECT COUNT(*) FROM t"));  // readers go on
    });
    change(database, "INSERT INTO t VALUES (1)");
    CPPUNIT_ASSERT_EQUAL(1, number(database, "SELECT COUNT(*) FROM t"));
}

SPEC(DatabaseFile, locked_against_everyone_is_a_clear_fault_and_passes) {
    {
        Database maker(patient);
        change(maker, kTable);
    }
    Database database(hasty);
    {
        Database holder(patient);
        holder.read([&](Session& session) {
            Database::execute(session, kLockOutAll);
            assertSays(troubleOf([&] { number(database, "SELECT COUNT(*) FROM t"); }), "locked by another process");
            assertSays(troubleOf([&] { change(database, "INSERT INTO t VALUES (1)"); }), "locked by another process");
        });
    }
    change(database, "INSERT INTO t VALUES (1)");
    CPPUNIT_ASSERT_EQUAL(1, number(database, "SELECT COUNT(*) FROM t"));
}

SPEC(DatabaseFile, garbage_is_a_clear_fault_and_stays_untouched) {
    const std::string garbage(8192, 'x');
    dir.write("accounts.db", garbage);
    Database database(hasty);
    for (int attempt = 0; attempt < 20; ++attempt) {
        const std::string message = faultOf([&] { change(database, kTable); });
        assertSays(message, file);
        assertSays(message, "not a database");
    }
    CPPUNIT_ASSERT_EQUAL(garbage, readFile(file));
    std::filesystem::remove(file);
    change(database, kTable);
}

SPEC(DatabaseFile, folder_that_is_missing_is_a_clear_fault_and_passes) {
    const std::string inside = dir.file("later/accounts.db");
    Database database(databaseAt(inside, 50ms));
    const std::string message = faultOf([&] { change(database, kTable); });
    assertSays(message, inside);
    assertSays(message, "No such file or directory");
    std::filesystem::create_directory(dir.path() / "later");
    change(database, kTable);
}

SPEC(DatabaseFile, that_may_only_be_read_is_a_clear_fault_and_passes) {
    {
        Database maker(patient);
        change(maker, kTable);
    }
    CPPUNIT_ASSERT_EQUAL(0, ::chmod(dir.path().c_str(), 0555));
    CPPUNIT_ASSERT_EQUAL(0, ::chmod(file.c_str(), 0444));
    Database database(hasty);
    {
        const AsNobody nobody;
        const std::string message = faultOf([&] { change(database, "INSERT INTO t VALUES (1)"); });
        assertSays(message, "database " + file + ": ");
        assertSays(message, dir.path().string() + " may not be read and written by ");
        assertSays(message, " (permission denied); it belongs to ");
    }
    CPPUNIT_ASSERT_EQUAL(0, ::chmod(dir.path().c_str(), 0700));
    CPPUNIT_ASSERT_EQUAL(0, ::chmod(file.c_str(), 0600));
    change(database, "INSERT INTO t VALUES (1)");
}

SPEC(DatabaseFile, of_another_user_is_told_as_that_and_not_as_one_that_cannot_be_opened) {
    {
        Database maker(patient);
        change(maker, kTable);
    }
    CPPUNIT_ASSERT_EQUAL(0, ::chmod(dir.path().c_str(), 0755));
    CPPUNIT_ASSERT_EQUAL(0, ::chmod(file.c_str(), ::geteuid() == 0 ? 0600 : 0));
    Database database(hasty, DatabaseUse::look);
    {
        const AsNobody nobody;
        const std::string message = faultOf([&] { number(database, "SELECT COUNT(*) FROM t"); });
        assertSays(message, file + " may not be read by ");
        assertSays(message, " (permission denied); it belongs to ");
        assertSays(message, "sudo -u ");
    }
    CPPUNIT_ASSERT_EQUAL(0, ::chmod(file.c_str(), 0600));
    CPPUNIT_ASSERT_EQUAL(0, number(database, "SELECT COUNT(*) FROM t"));
}

// The suite's own limit of time ends it where each write would wait for half of the patient one.
SPEC(DatabaseFile, writes_do_not_wait_for_who_holds_the_lock_of_its_folder) {
    Database database(patient);
    change(database, kTable);
    const FileDescriptor folder(::open(dir.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    CPPUNIT_ASSERT_EQUAL(0, ::flock(folder.get(), LOCK_EX));
    for (int row = 0; row < 30; ++row) change(database, "INSERT INTO t VALUES (" + std::to_string(row) + ")");
    CPPUNIT_ASSERT_EQUAL(30, number(database, "SELECT COUNT(*) FROM t"));
}
