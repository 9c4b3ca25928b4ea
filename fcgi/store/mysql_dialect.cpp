#include "store/mysql_dialect.h"

#include <Poco/Data/Statement.h>

#include <algorithm>

#include "store/mysql_session.h"

namespace aiproject {

using Poco::Data::Session;
using Poco::Data::Keywords::into;
using Poco::Data::Keywords::now;

Session MysqlDialect::open() const {
    return Session(new MysqlSession(url_, std::chrono::ceil<std::chrono::seconds>(timeout_)));
}

void MysqlDialect::setUp(Session& fresh) const {
    // The server gives up before we do: a session that we leave would go on holding its locks until it notices.
    const auto seconds = std::to_string(std::max<std::int64_t>(1, timeout_.count() * 3 / 4 / 1000));
    execute(fresh, "SET SESSION innodb_lock_wait_timeout = " + seconds + ", lock_wait_timeout = " + seconds +
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
    execute(session, "SET SESSION innodb_lock_wait_timeout = 600, lock_wait_timeout = 600");
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
