#include "store/mysql_dialect.h"

#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>

#include <algorithm>

#include "store/mysql_session.h"

namespace aiproject {

using Poco::Data::Session;
using Poco::Data::Keywords::into;
using Poco::Data::Keywords::now;
using std::chrono::seconds;

namespace {

constexpr seconds kShortestIdleTime{5};

// Three quarters of `timeout`, rounded up where that leaves them below it: the server is to give up before we do.
seconds lockTimeOf(std::chrono::milliseconds timeout) {
    const auto below = std::chrono::ceil<seconds>(timeout) - seconds(1);
    return std::max(seconds(1), std::min(below, std::chrono::ceil<seconds>(timeout * 3 / 4)));
}

// It has no limit of its own for a session that is silent within a transaction, as PostgreSQL has: a host that is
// frozen there would keep its rows locked for hours. One that lay idle outside of one is replaced as any other.
seconds idleTimeOf(std::chrono::milliseconds timeout) {
    return std::max(kShortestIdleTime, std::chrono::ceil<seconds>(timeout * 5));
}

}  // namespace

Session MysqlDialect::open(std::chrono::steady_clock::time_point deadline) const {
    return Session(new MysqlSession(url_, secondsUntil(deadline)));
}

void MysqlDialect::setUp(Session& fresh) const {
    // The server gives up before we do: a session that we leave would go on holding its locks until it notices.
    const std::string lockTime = std::to_string(lockTimeOf(timeout_).count());
    execute(fresh, "SET SESSION innodb_lock_wait_timeout = " + lockTime + ", lock_wait_timeout = " + lockTime +
                       ", wait_timeout = " + std::to_string(idleTimeOf(timeout_).count()) +
                       // What does not fit is refused and never cut; an empty text stays a text.
                       ", sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO'"
                       ", time_zone = '+00:00'");
    execute(fresh, "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED");
    if (use_ == DatabaseUse::look) execute(fresh, "SET SESSION TRANSACTION READ ONLY");
}

void MysqlDialect::lockMigrations(Session& session) const {
    int isOurs = 0;
    session << "SELECT COALESCE(GET_LOCK(SHA1(CONCAT('aiproject migrations ', DATABASE())), 600), 0)", into(isOurs),
        now;
    if (isOurs != 1) throw SqlFault(FaultKind::locked, "another process has been migrating for ten minutes");
    execute(session, "SET SESSION innodb_lock_wait_timeout = 600, lock_wait_timeout = 600, wait_timeout = 600");
}

const char* MysqlDialect::countMigrationTables() const {
    return "SELECT COUNT(*) FROM information_schema.tables"
           " WHERE table_schema = DATABASE() AND table_name = 'schema_migrations'";
}

const char* MysqlDialect::createMigrationTable() const {
    return "CREATE TABLE IF NOT EXISTS schema_migrations ("
           " version BIGINT PRIMARY KEY, name VARCHAR(100) NOT NULL, checksum VARCHAR(64) NOT NULL,"
           " applied_at VARCHAR(20) NOT NULL DEFAULT (DATE_FORMAT(UTC_TIMESTAMP(), '%Y-%m-%dT%H:%i:%sZ'))"
           ") ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4";
}

}  // namespace aiproject
