// A session with PostgreSQL.
//
// A statement says its values as `?`, as for the other databases; it is sent with $1, $2 ... and the type of each
// value, because PostgreSQL would guess from what stands beside it: an integer of 32 bits beside a 0.
//
// ERRORS   SqlFault: the first line of what the server says, and its code; the rest may hold a row's values.
// THREADS  One at a time.
#pragma once

#include <Poco/Data/PostgreSQL/SessionHandle.h>

#include "config/database_url.h"
#include "store/server_session.h"

namespace aiproject {

class PostgresqlSession final : public ServerSession {
public:
    // Connects; whole seconds, of which libpq takes two at least.
    PostgresqlSession(const DatabaseUrl& url, std::chrono::seconds timeout);
    ~PostgresqlSession() override;

    void run(const std::string& sql) override;
    bool isIdle() const override;
    int socket() const override { return PQsocket(connection()); }

    Poco::SharedPtr<Poco::Data::StatementImpl> createStatementImpl() override;
    void close() override;
    bool isConnected() const override { return handle_.isConnected(); }
    void commit() override;
    void rollback() override;
    bool isTransaction() const override { return PQtransactionStatus(connection()) != PQTRANS_IDLE; }
    const std::string& connectorName() const override;

    SqlFault fault() const;  // what the connection says of the statement that just failed

protected:
    std::unique_ptr<PreparedStatement> prepare(std::string_view sql) override;

private:
    void finish() noexcept;
    PGconn* connection() const { return handle_; }

    mutable Poco::Data::PostgreSQL::SessionHandle handle_;  // whose methods lack const
    std::uint64_t preparedCount_ = 0;                       // names the next one
};

}  // namespace aiproject
