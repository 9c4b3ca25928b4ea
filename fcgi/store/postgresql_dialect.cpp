#include "store/postgresql_dialect.h"

#include <Poco/Data/Session.h>

#include "store/postgresql_session.h"

namespace aiproject {

using Poco::Data::Session;

Session PostgresqlDialect::open(std::chrono::steady_clock::time_point deadline) const {
    return Session(new PostgresqlSession(url_, secondsUntil(deadline)));
}

void PostgresqlDialect::setUp(Session& fresh) const {
    // The server gives up before we do: a session that we leave would go on holding its locks until it notices.
    const auto milliseconds = [](std::chrono::milliseconds time) { return std::to_string(time.count()); };
    execute(fresh, "SET lock_timeout = " + milliseconds(timeout_ * 3 / 4) +
                       "; SET statement_timeout = " + milliseconds(timeout_) +
                       "; SET idle_in_transaction_session_timeout = " + milliseconds(timeout_ * 2) +
                       "; SET default_transaction_isolation = 'read committed'" +
                       // Also where the server's own default is to answer before it is on disk.
                       "; SET synchronous_commit = on");
    if (use_ == DatabaseUse::look) execute(fresh, "SET default_transaction_read_only = on");
}

void PostgresqlDialect::lockMigrations(Session& session) const {
    execute(session,
            "SET lock_timeout = 0; SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0;"
            "SELECT pg_advisory_lock(hashtext('aiproject migrations'))");
}

const char* PostgresqlDialect::countMigrationTables() const {
    return "SELECT COUNT(*) FROM information_schema.tables"
           " WHERE table_schema = current_schema() AND table_name = 'schema_migrations'";
}

const char* PostgresqlDialect::createMigrationTable() const {
    return "CREATE TABLE IF NOT EXISTS schema_migrations ("
           " version BIGINT PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL,"
           " applied_at TEXT NOT NULL DEFAULT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'))";
}

}  // namespace aiproject
