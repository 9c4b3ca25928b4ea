// SQLite with 64 threads in 4 processes that write and read at once, as four workers do: with the timeout that is
// the default (or five turns of all, where a disk is so slow that this is longer), at this machine's pace, nobody finds
// the database locked, and no write is lost.
#include "base/error.h"
#include "databases/databases.h"
#include "support/eventually.h"
#include "support/joining_threads.h"
#include "support/temp_dir.h"

#include <Poco/Data/Session.h>

#include <stdlib.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>

using namespace aiproject;
using namespace aiproject::test;
using Poco::Data::Session;
using Poco::Data::Keywords::bind;
using Poco::Data::Keywords::into;
using Poco::Data::Keywords::now;

namespace {

constexpr const char* kFileOfTheCrowd = "AIPROJECT_TEST_CROWD";
constexpr const char* kTimeoutOfTheCrowd = "AIPROJECT_TEST_CROWD_TIMEOUT_MS";
constexpr int kProcesses = 4, kThreads = 16, kRounds = 40, kLoneRounds = 50;

struct SqliteCrowd : CppUnit::TestCase {
    TempDir dir;
};

void writeAndRead(Database& database, int thread, int rounds) {
    for (int round = 0; round < rounds; ++round) {
        std::int64_t seen = -1;
        database.write([&](Session& session) {
            session << "SELECT n FROM counter", into(seen), now;
            session << "UPDATE counter SET n = ?", bind(seen + 1), now;
            session << "INSERT INTO t (thread) VALUES (?)", bind(thread), now;
        });
        CPPUNIT_ASSERT(number(database, "SELECT n FROM counter") > seen);
    }
}

// Each thread's turn has to come within it, on this disk as well.
std::chrono::milliseconds timeoutFor(Database& database) {
    using std::chrono::milliseconds;
    constexpr int turns = 100;  // of all others: who waits too long for the queue of processes goes on without it
    const auto begin = std::chrono::steady_clock::now();
    writeAndRead(database, 0, kLoneRounds);
    const auto time = std::chrono::steady_clock::now() - begin;
    const auto ofAll = time * kProcesses * kThreads / kLoneRounds;
    return timeFactor() * std::max(DatabaseConfig().timeout, std::chrono::duration_cast<milliseconds>(turns * ofAll));
}

}  // namespace

SPEC(SqliteCrowd, is_what_each_process_of_the_next_spec_does) {
    const char* file = ::getenv(kFileOfTheCrowd);
    const char* timeoutMs = ::getenv(kTimeoutOfTheCrowd);
    if (!file || !timeoutMs) return;
    DatabaseConfig config;
    config.url = std::string("sqlite:") + file;
    config.timeout = std::chrono::milliseconds(std::stoi(timeoutMs));
    Database database(config);
    JoiningThreads threads;
    for (int thread = 0; thread < kThreads; ++thread)
        threads.add([&, thread] { writeAndRead(database, thread, kRounds); });
    threads.join();
}

SPEC(SqliteCrowd, never_finds_the_database_locked) {
    const std::string file = dir.file("crowd.db");
    Database database(configOf("sqlite:" + file));
    change(database, "CREATE TABLE counter (n BIGINT); INSERT INTO counter VALUES (0); CREATE TABLE t (thread BIGINT)");

    const std::string timeoutMs = std::to_string(timeoutFor(database).count());
    std::vector<std::unique_ptr<ChildProcess>> processes;
    for (int each = 0; each < kProcesses; ++each) {
        Command command{"/proc/self/exe", {"sqlite_crowd", "is_what_each_process"}};
        command.environment[kFileOfTheCrowd] = file;
        command.environment[kTimeoutOfTheCrowd] = timeoutMs;
        command.output = dir.file("output" + std::to_string(each));
        processes.push_back(std::make_unique<ChildProcess>(command));
    }
    for (int each = 0; each < kProcesses; ++each) {
        const auto code = processes[std::size_t(each)]->wait(4 * kPatience);
        CPPUNIT_ASSERT_MESSAGE(readFile(dir.file("output" + std::to_string(each))), code == 0);
    }
    const std::int64_t all = std::int64_t(kProcesses) * kThreads * kRounds + kLoneRounds;
    CPPUNIT_ASSERT_EQUAL(all, number(database, "SELECT n FROM counter"));
    CPPUNIT_ASSERT_EQUAL(all, number(database, "SELECT COUNT(*) FROM t"));
}
