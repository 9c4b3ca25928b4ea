#include "store/mysql_session.h"

#include <Poco/Data/MySQL/Binder.h>
#include <Poco/Data/MySQL/Extractor.h>
#include <Poco/Data/MySQL/MySQLException.h>
#include <Poco/Data/MySQL/ResultMetadata.h>
#include <Poco/Data/MySQL/StatementExecutor.h>
#include <mysql/errmsg.h>
#include <mysql/mysqld_error.h>

#include <mutex>
#include <set>

#include "store/mysql_statement.h"

namespace aiproject {

namespace MySQL = Poco::Data::MySQL;

namespace {

constexpr unsigned kStatementTimeout = 1969, kMySqlStatementTimeout = 3024;  // MariaDB's, MySQL's
constexpr unsigned kCheckViolated = 4025, kMySqlCheckViolated = 3819;
constexpr unsigned kConnectionKilled = 1927, kIdleTooLong = 4031;
constexpr unsigned kRowChangedMeanwhile = 1020;

FaultKind kindOfNumber(unsigned number) {
    static const std::set<unsigned> constraints{ER_DUP_ENTRY,
                                                ER_BAD_NULL_ERROR,
                                                ER_NO_REFERENCED_ROW_2,
                                                ER_ROW_IS_REFERENCED_2,
                                                kCheckViolated,
                                                kMySqlCheckViolated,
                                                ER_DATA_TOO_LONG,
                                                ER_WARN_DATA_OUT_OF_RANGE,
                                                ER_TRUNCATED_WRONG_VALUE_FOR_FIELD};
    static const std::set<unsigned> conflicts{ER_LOCK_DEADLOCK, kRowChangedMeanwhile};
    static const std::set<unsigned> slow{kStatementTimeout, kMySqlStatementTimeout, ER_QUERY_INTERRUPTED};
    static const std::set<unsigned> lost{CR_SERVER_GONE_ERROR, CR_SERVER_LOST,     CR_SERVER_LOST_EXTENDED,
                                         ER_SERVER_SHUTDOWN,   kConnectionKilled,  kIdleTooLong,
                                         CR_CONNECTION_ERROR,  CR_CONN_HOST_ERROR, CR_UNKNOWN_HOST,
                                         ER_HANDSHAKE_ERROR,   ER_NORMAL_SHUTDOWN};
    static const std::set<unsigned> exhausted{
        ER_CON_COUNT_ERROR,  ER_TOO_MANY_USER_CONNECTIONS, ER_USER_LIMIT_REACHED, ER_DISK_FULL,
        ER_RECORD_FILE_FULL, ER_OUT_OF_RESOURCES,          ER_OUTOFMEMORY,        CR_OUT_OF_MEMORY,
        ER_LOCK_TABLE_FULL,  ER_TOO_MANY_CONCURRENT_TRXS};
    if (constraints.count(number) == 1) return FaultKind::constraint;
    if (conflicts.count(number) == 1) return FaultKind::conflict;
    if (number == ER_LOCK_WAIT_TIMEOUT) return FaultKind::locked;
    if (slow.count(number) == 1) return FaultKind::slow;
    if (exhausted.count(number) == 1) return FaultKind::exhausted;
    return lost.count(number) == 1 ? FaultKind::lost : FaultKind::other;
}

class MysqlStatement final : public ServerStatement {
public:
    MysqlStatement(MysqlSession& session, MYSQL* handle)
        : ServerStatement(session),
          session_(session),
          executor_(handle),
          binder_(new MySQL::Binder),
          extractor_(new MySQL::Extractor(executor_, columns_)) {}

protected:
    std::size_t columnsReturned() const override { return columns_.columnsReturned(); }
    int affectedRowCount() const override { return executor_.getAffectedRowCount(); }
    const Poco::Data::MetaColumn& metaColumn(std::size_t column) const override { return columns_.metaColumn(column); }
    bool canCompile() const override { return executor_.state() < MySQL::StatementExecutor::STMT_COMPILED; }
    Poco::Data::AbstractExtraction::ExtractorPtr extractor() override { return extractor_; }
    Poco::Data::AbstractBinding::BinderPtr binder() override { return binder_; }

    void compileImpl() override {
        attempt([this] {
            executor_.prepare(toString());
            columns_.reset();
            columns_.init(executor_);
            if (columns_.columnsReturned() > 0) executor_.bindResult(columns_.row());
        });
    }
    void bindImpl() override {
        bindAll();
        attempt([this] {
            executor_.bindParams(binder_->getBindArray(), binder_->size());
            executor_.execute();
        });
        begun();
    }
    bool fetch() override {
        bool isRow = false;
        attempt([&] { isRow = executor_.fetch(); });
        return isRow;
    }

private:
    template <class Step>
    void attempt(const Step& step) {
        try {
            step();
        } catch (const MySQL::MySQLException& e) {
            const unsigned number = mysql_stmt_errno(executor_);
            throw session_.fault(number, number == 0 ? e.message() : mysql_stmt_error(executor_));
        }
    }

    MysqlSession& session_;
    MySQL::StatementExecutor executor_;
    MySQL::ResultMetadata columns_;
    Poco::SharedPtr<MySQL::Binder> binder_;
    Poco::SharedPtr<MySQL::Extractor> extractor_;
};

const char* textOrNone(const std::string& text) { return text.empty() ? nullptr : text.c_str(); }

std::string optionOf(const DatabaseUrl& url, const std::string& name) {
    const auto found = url.options.find(name);
    return found == url.options.end() ? "" : found->second;
}

}  // namespace

MysqlSession::MysqlSession(const DatabaseUrl& url, std::chrono::seconds timeout) {
    static std::once_flag once;
    std::call_once(once, [] { mysql_library_init(0, nullptr, nullptr); });  // which is not for two threads at once
    handle_.reset(mysql_init(nullptr));
    const unsigned seconds = unsigned(timeout.count());
    mysql_options(handle_.get(), MYSQL_OPT_CONNECT_TIMEOUT, &seconds);
    mysql_options(handle_.get(), MYSQL_SET_CHARSET_NAME, "utf8mb4");
    if (const std::string file = optionOf(url, "ssl_ca"); !file.empty()) {
        const char verify = 1;
        mysql_options(handle_.get(), MYSQL_OPT_SSL_CA, file.c_str());
        mysql_options(handle_.get(), MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &verify);
    }
    if (!mysql_real_connect(handle_.get(), textOrNone(url.host), url.user.c_str(), textOrNone(url.password),
                            url.database.c_str(), unsigned(url.port), textOrNone(optionOf(url, "socket")),
                            CLIENT_FOUND_ROWS))
        throw SqlFault(kindOfNumber(mysql_errno(handle_.get())),
                       std::string("cannot be reached: ") + mysql_error(handle_.get()));
}

void MysqlSession::query(const std::string& sql) {
    MYSQL* handle = handle_.get();
    if (mysql_real_query(handle, sql.data(), sql.size()) != 0) throw fault(mysql_errno(handle), mysql_error(handle));
    for (;;) {
        if (MYSQL_RES* rows = mysql_store_result(handle))
            mysql_free_result(rows);
        else if (mysql_errno(handle) != 0)  // it failed among its rows
            throw fault(mysql_errno(handle), mysql_error(handle));
        const int next = mysql_next_result(handle);
        if (next < 0) return;
        if (next > 0) throw fault(mysql_errno(handle), mysql_error(handle));
    }
}

void MysqlSession::run(const std::string& sql) {
    if (sql.find(';') == std::string::npos)
        query(sql);
    else
        runScript(sql);
}

// Several statements in one text, for as long as that: nothing else of us may send more than one.
void MysqlSession::runScript(const std::string& sql) {
    MYSQL* const handle = handle_.get();
    const auto off = [](MYSQL* one) { mysql_set_server_option(one, MYSQL_OPTION_MULTI_STATEMENTS_OFF); };
    const std::unique_ptr<MYSQL, decltype(off)> atTheEnd(handle, off);  // also when a statement fails
    mysql_set_server_option(handle, MYSQL_OPTION_MULTI_STATEMENTS_ON);
    query(sql);
}

Poco::SharedPtr<Poco::Data::StatementImpl> MysqlSession::createStatementImpl() {
    return new MysqlStatement(*this, handle_.get());
}

std::unique_ptr<PreparedStatement> MysqlSession::prepare(std::string_view sql) {
    return preparedInMysql(*this, handle_.get(), sql);
}

// The connection first, which leaves its statements nothing to say to a server that may not listen.
void MysqlSession::close() {
    handle_.reset();
    forget();
}

const std::string& MysqlSession::connectorName() const {
    static const std::string name = "mysql";
    return name;
}

SqlFault MysqlSession::fault(unsigned number, const std::string& text) {
    const FaultKind kind = kindOfNumber(number);
    if (kind == FaultKind::lost) isLost_ = true;
    const std::string said = text + " (" + std::to_string(number) + ")";
    return {kind, isLost_ ? "the connection was lost: " + said : said};
}

}  // namespace aiproject
