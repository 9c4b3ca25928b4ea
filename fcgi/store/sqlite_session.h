// A session with a SQLite file: Poco's, which keeps its prepared statements as well.
//
// ERRORS   Poco's of SQLite.
// THREADS  One at a time.
#pragma once

#include <Poco/Data/SQLite/SessionImpl.h>

#include "store/prepared_statement.h"

namespace aiproject {

class SqliteSession final : public Poco::Data::SQLite::SessionImpl, public PreparedStatements {
public:
    using SessionImpl::SessionImpl;
    ~SqliteSession() override { forget(); }
    SqliteSession(const SqliteSession&) = delete;
    SqliteSession& operator=(const SqliteSession&) = delete;

    void close() override {
        forget();
        SessionImpl::close();
    }

protected:
    std::unique_ptr<PreparedStatement> prepare(std::string_view sql) override;
};

}  // namespace aiproject
