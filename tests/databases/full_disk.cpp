// A database whose disk is full: a clear error in time, and when there is room again, all that was answered as done.
#include "base/error.h"
#include "databases/databases.h"
#include "support/small_disk.h"

#include <Poco/Data/Session.h>

#include <functional>

using namespace aiproject;
using namespace aiproject::test;
using Poco::Data::Session;
using Poco::Data::Keywords::bind;
using Poco::Data::Keywords::now;

namespace {

constexpr int kMostRows = 100'000;

struct FullDisk : CppUnit::TestCase {
    SmallDisk disk;
};

// How many rows were answered as done before the fault came.
std::int64_t insertUntilItFails(Database& database, const std::string& said) {
    const std::string text(1000, 'x');
    for (std::int64_t row = 0; row < kMostRows; ++row) {
        try {
            database.write(
                [&](Session& session) { session << "INSERT INTO t VALUES (?, ?)", bind(row), bind(text), now; });
        } catch (const Error& e) {
            CPPUNIT_ASSERT_EQUAL_MESSAGE(e.what(), int(ErrorKind::databaseBusy), int(e.kind()));
            CPPUNIT_ASSERT_MESSAGE(e.what(), std::string(e.what()).find(said) != std::string::npos);
            return row;
        }
    }
    throw std::logic_error("the disk has no end");
}

void fillAndFree(const SmallDisk& disk, const std::string& url, const std::string& said,
                 const std::function<void()>& restart) {
    Database database(configOf(url, std::chrono::seconds(2)));
    change(database, "CREATE TABLE t (n BIGINT NOT NULL UNIQUE, text VARCHAR(1000) NOT NULL)");
    disk.fill();
    const std::int64_t rows = insertUntilItFails(database, said);
    disk.free();
    restart();
    // One more may be there: that of a COMMIT whose answer did not come.
    const std::int64_t found = number(database, "SELECT COUNT(*) FROM t");
    CPPUNIT_ASSERT_MESSAGE(std::to_string(found) + " of " + std::to_string(rows), found == rows || found == rows + 1);
    change(database, "INSERT INTO t VALUES (1000000, 'y')");
}

void onServer(const SmallDisk& disk, DatabaseServer::Kind kind) {
    DatabaseServer server(kind, disk.file("."));
    // PostgreSQL may end itself where its log cannot grow; an administrator starts it again.
    fillAndFree(disk, server.newDatabase(), "", [&] { server.restart(); });
}

}  // namespace

SPEC(FullDisk, of_sqlite_is_a_clear_fault_and_passes) {
    if (!disk.isDisk()) return;
    fillAndFree(disk, "sqlite:" + disk.file("accounts.db"), "no space is left on the disk of ", [] {});
}

SPEC(FullDisk, of_postgresql_is_a_clear_fault_and_passes) {
    if (disk.isDisk()) onServer(disk, DatabaseServer::Kind::postgresql);
}

SPEC(FullDisk, of_mariadb_is_a_clear_fault_and_passes) {
    if (disk.isDisk()) onServer(disk, DatabaseServer::Kind::mariadb);
}
