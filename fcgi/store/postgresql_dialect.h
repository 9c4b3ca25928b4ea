// PostgreSQL 13 or newer, through libpq.
#pragma once

#include "config/database_url.h"
#include "store/server_session.h"

namespace aiproject {

class PostgresqlDialect final : public ServerDialect {
public:
    PostgresqlDialect(DatabaseUrl url, const std::string& place, DatabaseUse use, std::chrono::milliseconds timeout)
        : ServerDialect(place), url_(std::move(url)), use_(use), timeout_(timeout) {}

    std::string name() const override { return "postgresql"; }
    Poco::Data::Session open(std::chrono::steady_clock::time_point deadline) const override;
    void setUp(Poco::Data::Session& fresh) const override;
    void lockMigrations(Poco::Data::Session& session) const override;
    const char* countMigrationTables() const override;
    const char* createMigrationTable() const override;
    bool rollsBackTables() const override { return true; }

private:
    const DatabaseUrl url_;
    const DatabaseUse use_;
    const std::chrono::milliseconds timeout_;
};

}  // namespace aiproject
