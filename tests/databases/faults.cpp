// Servers that die, come back, hang and hold locks: a clear error in time, and the next call works.
#include "base/error.h"
#include "databases/databases.h"
#include "support/joining_threads.h"
#include "support/temp_dir.h"

#include <chrono>

using namespace aiproject;
using namespace aiproject::test;
using Poco::Data::Session;
using Poco::Data::Keywords::bind;
using Poco::Data::Keywords::into;
using Poco::Data::Keywords::now;

namespace {

// Far more than config.timeout and the time to connect, far less than for ever.
constexpr std::chrono::seconds kInTime{10};

std::string faultOf(const std::function<void()>& work) {
    const auto begin = std::chrono::steady_clock::now();
    try {
        work();
    } catch (const Error& e) {
        CPPUNIT_ASSERT(e.kind() == ErrorKind::internal);
        CPPUNIT_ASSERT(std::chrono::steady_clock::now() - begin < kInTime);
        return e.what();
    }
    throw std::logic_error("no Error came");
}

struct Faulty {
    DatabaseServer& server;
    const std::string url = server.newDatabase();
    Database database{configOf(url, kHasty)};

    explicit Faulty(DatabaseServer& which) : server(which) {
        change(database, "CREATE TABLE t (n BIGINT NOT NULL UNIQUE)");
    }
    ~Faulty() { server.resume(); }
    Faulty(const Faulty&) = delete;
    Faulty& operator=(const Faulty&) = delete;

    std::int64_t rows() { return number(database, "SELECT COUNT(*) FROM t"); }
    void insert(int value) {
        database.write([&](Session& session) { session << "INSERT INTO t VALUES (?)", bind(value), now; });
    }
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
            for (const auto id : ids) Database::execute(session, "KILL " + std::to_string(id));
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
    faulty.server.suspend();
    const std::string fault = faultOf([&] { faulty.rows(); });  // on a session that was there
    CPPUNIT_ASSERT_MESSAGE(fault, says(fault, "did not answer in time"));
    faultOf([&] { faulty.insert(1); });  // on a new one
    faulty.server.resume();
    ASSERT_EVENTUALLY([&] {
        try {
            return faulty.rows() == 0;
        } catch (const Error&) {
            return false;
        }
    }());
    faulty.insert(2);
}

ON_EACH_SERVER(that_dies_within_a_write_is_a_fault_and_nothing_was_written) {
    const std::string fault = faultOf([&] {
        faulty.database.write([&](Session& session) {
            session << "INSERT INTO t VALUES (?)", bind(7), now;
            faulty.server.restart();
        });
    });
    CPPUNIT_ASSERT_MESSAGE(fault, says(fault, "database "));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), faulty.rows());
}

ON_EACH_SERVER(that_hangs_at_the_commit_leaves_it_unknown_and_says_so) {
    const std::string fault = faultOf([&] {
        faulty.database.write([&](Session& session) {
            session << "INSERT INTO t VALUES (?)", bind(7), now;
            faulty.server.suspend();
        });
    });
    faulty.server.resume();
    CPPUNIT_ASSERT_MESSAGE(fault, says(fault, "nobody knows whether the transaction was done"));
}

ON_EACH_SERVER(whose_row_another_holds_is_a_clear_fault_and_passes) {
    faulty.insert(1);
    Database holder(configOf(faulty.url));
    holder.write([&](Session& session) {
        Database::execute(session, "UPDATE t SET n = 2");
        const std::string fault = faultOf([&] { change(faulty.database, "UPDATE t SET n = 3"); });
        CPPUNIT_ASSERT_MESSAGE(fault, says(fault, "locked by another") || says(fault, "in time"));
        CPPUNIT_ASSERT_EQUAL(std::int64_t(1), faulty.rows());  // readers go on
    });
    change(faulty.database, "UPDATE t SET n = 3");
    CPPUNIT_ASSERT_EQUAL(std::int64_t(3), number(faulty.database, "SELECT n FROM t"));
}
