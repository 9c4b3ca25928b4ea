// A session with MySQL or MariaDB. A changed row is a row found, as for the other databases: MySQL alone would not
// count one whose values stay as they are.
//
// ERRORS   SqlFault with the server's own words and number.
// THREADS  One at a time.
#pragma once

#include <mysql/mysql.h>

#include <memory>

#include "config/database_url.h"
#include "store/server_session.h"

namespace aiproject {

class MysqlSession final : public ServerSession {
public:
    MysqlSession(const DatabaseUrl& url, std::chrono::seconds timeout);  // connects
    ~MysqlSession() override { MysqlSession::close(); }
    MysqlSession(const MysqlSession&) = delete;
    MysqlSession& operator=(const MysqlSession&) = delete;

    void run(const std::string& sql) override;
    bool isIdle() const override { return !isLost_ && !isTransaction(); }
    int socket() const override { return int(mysql_get_socket(handle_.get())); }

    Poco::SharedPtr<Poco::Data::StatementImpl> createStatementImpl() override;
    void close() override;
    bool isConnected() const override { return handle_ != nullptr; }
    void commit() override { run("COMMIT"); }
    bool isTransaction() const override { return (handle_->server_status & SERVER_STATUS_IN_TRANS) != 0; }
    const std::string& connectorName() const override;

    // Of what just failed.
    SqlFault fault(unsigned number, const std::string& text);

protected:
    std::unique_ptr<PreparedStatement> prepare(std::string_view sql) override;

private:
    struct Closer {
        void operator()(MYSQL* handle) const { mysql_close(handle); }
    };
    void runScript(const std::string& sql);
    void query(const std::string& sql);

    std::unique_ptr<MYSQL, Closer> handle_;
    bool isLost_ = false;
};

}  // namespace aiproject
