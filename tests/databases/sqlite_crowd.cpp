// SQLite with 64 threads in 4 processes that write and read at once, as four workers do: with the timeout that is
// the default, nobody finds the database locked, and no write is lost.
#include "base/error.h"
#include "databases/databases.h"
#include "support/joining_threads.h"
#include "support/temp_dir.h"

#include <stdlib.h>

#include <memory>

using namespace aiproject;
using namespace aiproject::test;
using Poco::Data::Session;
using Poco::Data::Keywords::bind;
using Poco::Data::Keywords::into;
using Poco::Data::Keywords::now;

namespace {

constexpr const char* kFileOfTheCrowd = "AIPROJECT_TEST_CROWD";
constexpr int kProcesses = 4, kThreads = 16, kRounds = 40;

struct SqliteCrowd : CppUnit::TestCase {
    TempDir dir;
};

void writeAndRead(Database& database, int thread) {
    for (int round = 0; round < kRounds; ++round) {
        std::int64_t seen = -1;
        database.write([&](Session& session) {
            session << "SELECT n FROM counter", into(seen), now;
            session << "UPDATE counter SET n = ?", bind(seen + 1), now;
            session << "INSERT INTO t (thread) VALUES (?)", bind(thread), now;
        });
        CPPUNIT_ASSERT(number(database, "SELECT n FROM counter") > seen);
    }
}

}  // namespace

SPEC(SqliteCrowd, is_what_each_process_of_the_next_spec_does) {
    const char* file = ::getenv(kFileOfTheCrowd);
    if (!file) return;
    DatabaseConfig config;  // with its defaults
    config.url = std::string("sqlite:") + file;
    Database database(config);
    JoiningThreads threads;
    for (int thread = 0; thread < kThreads; ++thread) threads.add([&, thread] { writeAndRead(database, thread); });
    threads.join();
}

SPEC(SqliteCrowd, never_finds_the_database_locked) {
    const std::string file = dir.file("crowd.db");
    Database database(configOf("sqlite:" + file));
    change(database, "CREATE TABLE counter (n BIGINT); INSERT INTO counter VALUES (0); CREATE TABLE t (thread BIGINT)");

    std::vector<std::unique_ptr<ChildProcess>> processes;
    for (int each = 0; each < kProcesses; ++each) {
        Command command{"/proc/self/exe", {"sqlite_crowd", "is_what_each_process"}};
        command.environment[kFileOfTheCrowd] = file;
        command.output = dir.file("output" + std::to_string(each));
        processes.push_back(std::make_unique<ChildProcess>(command));
    }
    for (int each = 0; each < kProcesses; ++each) {
        const auto code = processes[std::size_t(each)]->wait(std::chrono::seconds(120));
        CPPUNIT_ASSERT_MESSAGE(readFile(dir.file("output" + std::to_string(each))), code == 0);
    }
    const std::int64_t all = std::int64_t(kProcesses) * kThreads * kRounds;
    CPPUNIT_ASSERT_EQUAL(all, number(database, "SELECT n FROM counter"));
    CPPUNIT_ASSERT_EQUAL(all, number(database, "SELECT COUNT(*) FROM t"));
}
