// Servers that die, come back, hang and hold locks: a clear error in time, and the next call works.
#include "base/error.h"
#include "databases/databases.h"
#include "store/prepared_statement.h"
#include "support/eventually.h"
#include "support/joining_threads.h"
#include "support/temp_dir.h"
#include "unit/expect.h"

#include <Poco/Data/Session.h>

#include <signal.h>
#include <stdlib.h>

#include <chrono>
#include <filesystem>
#include <iterator>

using namespace aiproject;
using namespace aiproject::test;
using Poco::Data::Session;
using Poco::Data::Keywords::bind;
using Poco::Data::Keywords::into;
using Poco::Data::Keywords::now;

namespace {

// Far more than config.timeout and the time to connect, far less than for ever.
const std::chrono::seconds kInTime = std::chrono::seconds(10) * timeFactor();

constexpr const char* kEndless =
    "SELECT COUNT(*) FROM information_schema.columns a, information_schema.columns b, information_schema.columns c";
constexpr const char* kUrlOfTheHolder = "AIPROJECT_TEST_HOLDER";

char stateOf(pid_t pid) {
    const std::string stat = readFile("/proc/" + std::to_string(pid) + "/stat");  // 12 (name) T ...
    const auto name = stat.rfind(')');
    return name == std::string::npos ? '?' : stat.at(name + 2);
}

std::size_t openDescriptors() {
    return std::size_t(std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {}));
}

void onItsOwnThread(const std::function<void()>& work) {
    JoiningThreads threads;
    threads.add(work);
    threads.join();
}

std::string faultOf(const std::function<void()>& work) {
    const auto begin = std::chrono::steady_clock::now();
    try {
        work();
    } catch (const Error& e) {
        CPPUNIT_ASSERT_EQUAL_MESSAGE(e.what(), int(ErrorKind::databaseBusy), int(e.kind()));
        CPPUNIT_ASSERT(std::chrono::steady_clock::now() - begin < kInTime);
        return e.what();
    }
    throw std::logic_error("no Error came");
}

bool succeeds(const std::function<void()>& work) {
    try {
        work();
        return true;
    } catch (const Error&) {
        return false;
    }
}

struct Faulty {
    DatabaseServer& server;
    const std::string url = server.newDatabase();
    Database database{configOf(url)};
    Database hasty{configOf(url, kHasty)};  // for the calls that are to fail

    explicit Faulty(DatabaseServer& which) : server(which) {
        change(database, "CREATE TABLE t (n BIGINT NOT NULL UNIQUE)");
    }
    ~Faulty() { server.resume(); }
    Faulty(const Faulty&) = delete;
    Faulty& operator=(const Faulty&) = delete;

    static std::int64_t rowsIn(Database& which) { return number(which, "SELECT COUNT(*) FROM t"); }
    // To connect may take all the time of a hasty database. What is to succeed in it finds a session that is there.
    static void warmUp(Database& which) {
        ASSERT_EVENTUALLY(succeeds([&] { rowsIn(which); }));
    }
    static void insertInto(Database& which, int value) {
        which.write([&](Session& session) { session << "INSERT INTO t VALUES (?)", bind(value), now; });
    }
    std::int64_t rows() { return rowsIn(database); }
    void insert(int value) { insertInto(database, value); }
    // As an administrator does, or the server's own limit for idle sessions.
    void endIdleSessions() {
        Database other(configOf(url));
        other.read([&](Session& session) {
            if (other.dialect().name() == "postgresql")
                return Database::execute(session,
                                         "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                                         " WHERE datname = current_database() AND pid <> pg_backend_pid()");
            std::vector<std::int64_t> ids;
            session << "SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()",
                into(ids), now;
            for (const auto id : ids) {
                try {
                    Database::execute(session, "KILL " + std::to_string(id));
                } catch (const std::exception& fault) {
                    // It may have ended by itself since it was listed.
                    if (!says(describe(fault), "Unknown thread id")) throw;
                }
            }
        });
    }
};

struct Server : CppUnit::TestCase {};

}  // namespace

#define ON_EACH_SERVER(sentence)                 \
    static void sentence##_body(Faulty& faulty); \
    SPEC(Server, sentence##_in_postgresql) {     \
        Faulty faulty(postgresql());             \
        sentence##_body(faulty);                 \
    }                                            \
    SPEC(Server, sentence##_in_mariadb) {        \
        Faulty faulty(mariadb());                \
        sentence##_body(faulty);                 \
    }                                            \
    static void sentence##_body(Faulty& faulty)

ON_EACH_SERVER(that_was_restarted_is_noticed_by_nobody) {
    faulty.server.restart();
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), faulty.rows());
    faulty.server.restart();
    faulty.insert(1);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), faulty.rows());
}

// Prepared statements die with their session, whoever ends it.
ON_EACH_SERVER(that_was_restarted_prepares_again_what_sessions_keep) {
    const auto insertKept = [&](std::int64_t value) {
        std::int64_t before = -1;
        faulty.database.write([&](Session& session) {
            changeRows(session, "INSERT INTO t VALUES (?)", {value});
            readRow(session, "SELECT COUNT(*) FROM t", {}, {&before});
        });
        return before;
    };
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), insertKept(1));
    faulty.server.restart();
    CPPUNIT_ASSERT_EQUAL(std::int64_t(2), insertKept(2));
    faulty.endIdleSessions();
    CPPUNIT_ASSERT_EQUAL(std::int64_t(3), insertKept(3));
}

ON_EACH_SERVER(that_ended_idle_sessions_is_noticed_by_nobody) {
    faulty.endIdleSessions();
    faulty.insert(1);
    faulty.endIdleSessions();
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), faulty.rows());
}

ON_EACH_SERVER(that_is_dead_is_a_clear_fault_until_it_is_back) {
    faulty.server.kill();
    for (int round = 0; round < 3; ++round) {
        const std::string fault = faultOf([&] { faulty.insert(1); });
        CPPUNIT_ASSERT_MESSAGE(fault, says(fault, "database " + faulty.url + ": ") && says(fault, "cannot be reached"));
        faultOf([&] { faulty.rows(); });
    }
    faulty.server.restart();
    faulty.insert(1);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), faulty.rows());
}

ON_EACH_SERVER(that_hangs_is_a_clear_fault_until_it_goes_on) {
    Faulty::warmUp(faulty.hasty);
    faulty.server.suspend();
    const std::string fault = faultOf([&] { Faulty::rowsIn(faulty.hasty); });  // on a session that was there
    CPPUNIT_ASSERT_MESSAGE(fault, says(fault, "did not answer in time"));
    faultOf([&] { Faulty::insertInto(faulty.hasty, 1); });  // on a new one
    faulty.server.resume();
    faulty.rows();
    faulty.insert(2);
}

// Each idle session would cost one more call its time, for as long as there are some.
ON_EACH_SERVER(that_kept_silent_once_is_asked_on_no_other_idle_session) {
    const auto useTwo = [&] {
        faulty.hasty.read([&](Session&) { onItsOwnThread([&] { Faulty::rowsIn(faulty.hasty); }); });
    };
    ASSERT_EVENTUALLY(succeeds(useTwo));  // both are idle now
    faulty.server.suspend();
    faultOf([&] { Faulty::rowsIn(faulty.hasty); });
    const std::string fault = faultOf([&] { Faulty::rowsIn(faulty.hasty); });
    CPPUNIT_ASSERT_MESSAGE(fault, says(fault, "cannot be reached"));
}

ON_EACH_SERVER(that_hangs_fails_those_who_wait_for_a_session_with_the_one_who_opens_it) {
    DatabaseConfig config = configOf(faulty.url, kInTime * 6 / 10);
    config.sessions = 1;
    Database database(config);
    const std::size_t before = openDescriptors();
    faulty.server.suspend();
    const auto call = [&] { faultOf([&] { Faulty::rowsIn(database); }); };  // where each tried, it were too late
    JoiningThreads threads;
    threads.add(call);
    ASSERT_EVENTUALLY(openDescriptors() > before);
    for (int each = 0; each < 3; ++each) threads.add(call);
    threads.join();
}

ON_EACH_SERVER(that_dies_within_a_write_is_a_fault_and_nothing_was_written) {
    const auto work = [&](Session& session) {
        session << "INSERT INTO t VALUES (?)", bind(7), now;
        faulty.server.restart();
    };
    // No faultOf(): to restart takes a server the time that it wants.
    const std::string fault = expectError(ErrorKind::databaseBusy, [&] { faulty.database.write(work); }).what();
    CPPUNIT_ASSERT_MESSAGE(fault, says(fault, "database "));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), faulty.rows());
}

ON_EACH_SERVER(that_hangs_at_the_commit_leaves_it_unknown_and_says_so) {
    Faulty::warmUp(faulty.hasty);
    const std::string fault = faultOf([&] {
        faulty.hasty.write([&](Session& session) {
            session << "INSERT INTO t VALUES (?)", bind(7), now;
            faulty.server.suspend();
        });
    });
    faulty.server.resume();
    CPPUNIT_ASSERT_MESSAGE(fault, says(fault, "nobody knows whether the transaction was done"));
}

ON_EACH_SERVER(whose_row_another_holds_is_a_clear_fault_and_passes) {
    faulty.insert(1);
    Faulty::warmUp(faulty.hasty);
    faulty.database.write([&](Session& session) {
        Database::execute(session, "UPDATE t SET n = 2");
        const std::string fault = faultOf([&] { change(faulty.hasty, "UPDATE t SET n = 3"); });
        CPPUNIT_ASSERT_MESSAGE(fault, says(fault, "locked by another") || says(fault, "in time"));
        Database other(configOf(faulty.url));
        CPPUNIT_ASSERT_EQUAL(std::int64_t(1), Faulty::rowsIn(other));  // readers go on
    });
    change(faulty.database, "UPDATE t SET n = 3");
    CPPUNIT_ASSERT_EQUAL(std::int64_t(3), number(faulty.database, "SELECT n FROM t"));
}

SPEC(Server, row_is_held_for_ever_by_what_the_next_specs_start) {
    const char* url = ::getenv(kUrlOfTheHolder);
    if (!url) return;
    Database database(configOf(url, kHasty));
    Faulty::warmUp(database);
    database.write([&](Session& session) {
        Database::execute(session, "UPDATE t SET n = 2");
        ::raise(SIGSTOP);  // as a host that is frozen, with all its threads
    });
}

ON_EACH_SERVER(takes_its_rows_back_from_a_host_that_froze) {
    faulty.insert(1);
    Command command{"/proc/self/exe", {"faults", "row_is_held_for_ever"}};
    command.environment[kUrlOfTheHolder] = faulty.url;
    command.output = "/dev/null";
    ChildProcess holder(command);
    ASSERT_EVENTUALLY(stateOf(holder.pid()) == 'T');
    const auto take = [&] { change(faulty.database, "UPDATE t SET n = 3"); };
    const bool isBack = eventually([&] { return succeeds(take); });
    holder.signal(SIGKILL);
    CPPUNIT_ASSERT(isBack);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(3), number(faulty.database, "SELECT n FROM t"));
}

ON_EACH_SERVER(statement_that_the_server_ended_is_a_fault_of_its_own) {
    const bool isPostgresql = faulty.database.dialect().name() == "postgresql";
    const std::string fault = faultOf([&] {
        faulty.database.read([&](Session& session) {
            Database::execute(session, isPostgresql ? "SET statement_timeout = 50" : "SET max_statement_time = 0.05");
            Database::execute(session, isPostgresql ? "SELECT pg_sleep(20)" : kEndless);
        });
    });
    CPPUNIT_ASSERT_MESSAGE(fault, says(fault, "took longer than"));
}
