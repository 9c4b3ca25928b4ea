// A session with a SQLite file: Poco's, which keeps its prepared statements as well.
//
// ERRORS   Poco's of SQLite.
// THREADS  One at a time.
#pragma once

#include <Poco/Data/SQLite/SessionImpl.h>

#include <string>

#include "store/prepared_statement.h"

namespace aiproject {

class SqliteSession final : public Poco::Data::SQLite::SessionImpl, public PreparedStatements {
public:
    SqliteSession(const std::string& file, std::size_t loginTimeoutSeconds);
    ~SqliteSession() override { forget(); }
    SqliteSession(const SqliteSession&) = delete;
    SqliteSession& operator=(const SqliteSession&) = delete;

    sqlite3* handle() const noexcept { return handle_; }  // until it is closed

    void close() override {
        forget();
        SessionImpl::close();
    }

protected:
    std::unique_ptr<PreparedStatement> prepare(std::string_view sql) override;

private:
    sqlite3* const handle_;  // Poco gives it out in an Any, which is an allocation
};

}  // namespace aiproject
