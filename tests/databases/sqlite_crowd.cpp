// SQLite with 64 threads in 4 processes that write and read at once, as four workers do: nobody finds the database
// locked, no write is lost, and nobody is overtaken for long, counted in writes of others: how long these take is the
// disk's business. And a process that was stopped in the queue.
#include "base/error.h"
#include "base/file_descriptor.h"
#include "databases/databases.h"
#include "support/eventually.h"
#include "support/joining_threads.h"
#include "support/temp_dir.h"

#include <Poco/Data/Session.h>

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>

#include <algorithm>
#include <array>
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
constexpr const char* kFileOfTheStopped = "AIPROJECT_TEST_STOPPED";
constexpr int kProcesses = 4, kThreads = 16, kAll = kProcesses * kThreads, kRounds = 40;
// Of all: the fair value is one. More is for a thread, or a process, that gets no processor when its turn comes to
// queue.
constexpr int kTurns = 3;
constexpr std::int64_t kLongest = std::int64_t(kTurns) * kAll;  // writes of others

struct SqliteCrowd : CppUnit::TestCase {
    TempDir dir;
};

std::int64_t count(Database& database) { return number(database, "SELECT n FROM counter"); }

// How many writes of others one of these waited for, at most.
std::int64_t writeAndRead(Database& database, int thread, int rounds) {
    std::int64_t longest = 0;
    for (int round = 0; round < rounds; ++round) {
        const std::int64_t before = count(database);
        std::int64_t seen = -1;
        database.write([&](Session& session) {
            session << "SELECT n FROM counter", into(seen), now;
            session << "UPDATE counter SET n = ?", bind(seen + 1), now;
            session << "INSERT INTO t (thread) VALUES (?)", bind(thread), now;
        });
        CPPUNIT_ASSERT(count(database) > seen);
        longest = std::max(longest, seen - before);
    }
    return longest;
}

// Has somebody a place in the queue of store/writer_queue.h?
bool hasQueue(const std::string& folder) {
    const FileDescriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    struct flock place {};
    place.l_type = F_WRLCK;
    return ::fcntl(descriptor.get(), F_OFD_GETLK, &place) == 0 && place.l_type != F_UNLCK;
}

}  // namespace

SPEC(SqliteCrowd, is_what_each_process_of_the_next_spec_does) {
    const char* file = ::getenv(kFileOfTheCrowd);
    if (!file) return;
    Database database(configOf(std::string("sqlite:") + file));
    JoiningThreads threads;
    for (int thread = 0; thread < kThreads; ++thread)
        threads.add([&, thread] {
            const std::int64_t longest = writeAndRead(database, thread, kRounds);
            CPPUNIT_ASSERT_MESSAGE(std::to_string(longest) + " writes of others", longest <= kLongest);
        });
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
        const auto code = processes[std::size_t(each)]->wait(4 * kPatience);
        CPPUNIT_ASSERT_MESSAGE(readFile(dir.file("output" + std::to_string(each))), code == 0);
    }
    const std::int64_t all = std::int64_t(kAll) * kRounds;
    CPPUNIT_ASSERT_EQUAL(all, number(database, "SELECT n FROM counter"));
    CPPUNIT_ASSERT_EQUAL(all, number(database, "SELECT COUNT(*) FROM t"));
}

SPEC(SqliteCrowd, is_what_the_process_does_that_the_next_spec_stops) {
    const char* file = ::getenv(kFileOfTheStopped);
    if (!file) return;
    Database database(configOf(std::string("sqlite:") + file, 4 * kPatience));
    change(database, "INSERT INTO t VALUES (100)");
}

SPEC(SqliteCrowd, passes_by_who_was_stopped_in_the_queue) {
    constexpr int rows = 40;
    const std::string file = dir.file("crowd.db");
    Database holder(configOf("sqlite:" + file)), others(configOf("sqlite:" + file, kHasty));
    change(holder, "CREATE TABLE t (n BIGINT)");
    Command command{"/proc/self/exe", {"sqlite_crowd", "is_what_the_process"}};
    command.environment[kFileOfTheStopped] = file;
    command.output = "/dev/null";
    std::unique_ptr<ChildProcess> stopped;
    holder.write([&](Session&) {  // so that it does not come further than to the head of the queue
        stopped = std::make_unique<ChildProcess>(command);
        ASSERT_EVENTUALLY(hasQueue(dir.path()));
        stopped->signal(SIGSTOP);
        const std::string status = "/proc/" + std::to_string(stopped->pid()) + "/status";
        ASSERT_EVENTUALLY(readFile(status).find("State:\tT") != std::string::npos);
    });
    std::array<std::chrono::steady_clock::duration, rows> times{};  // a disk that is busy stretches some of them
    for (int row = 0; row < rows; ++row) {
        const auto begin = std::chrono::steady_clock::now();
        change(others, "INSERT INTO t VALUES (" + std::to_string(row) + ")");
        times.at(std::size_t(row)) = std::chrono::steady_clock::now() - begin;
    }
    std::nth_element(times.begin(), times.begin() + rows / 2, times.end());
    CPPUNIT_ASSERT_MESSAGE("most of them waited for it", times.at(rows / 2) < kHasty / 4);
    CPPUNIT_ASSERT(hasQueue(dir.path()));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), number(others, "SELECT COUNT(*) FROM t WHERE n = 100"));
    stopped->signal(SIGCONT);
    CPPUNIT_ASSERT_EQUAL(0, stopped->wait(4 * kPatience).value_or(-1));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(rows + 1), number(others, "SELECT COUNT(*) FROM t"));
}
