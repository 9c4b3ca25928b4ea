#include "store/postgresql_session.h"

#include <Poco/Data/PostgreSQL/Binder.h>
#include <Poco/Data/PostgreSQL/Extractor.h>
#include <Poco/Data/PostgreSQL/StatementExecutor.h>
#include <Poco/RegularExpression.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <memory>
#include <set>
#include <utility>

#include "store/postgresql_statement.h"

namespace aiproject {

namespace PostgreSQL = Poco::Data::PostgreSQL;

namespace {

constexpr std::chrono::milliseconds kQuickRefusal{500};

// What Poco 1.11 loses is ours: an explicit instantiation is the one place where C++ lets a private member be named.
//
// The handle's connect() and disconnect() free no connection that was lost or never made: 36 KB each, for as long as
// the server is away. So the connection is ours, and the handle only lends it to Poco's executors.
PGconn*& connectionOf(PostgreSQL::SessionHandle& handle);
template <PGconn* PostgreSQL::SessionHandle::*member>
struct Connection {
    friend PGconn*& connectionOf(PostgreSQL::SessionHandle& handle) { return handle.*member; }
};
template struct Connection<&PostgreSQL::SessionHandle::_pConnection>;

// The executor's destructor frees no result once a later statement has failed in the same transaction.
PGresult*& resultOf(PostgreSQL::StatementExecutor& executor);
template <PGresult* PostgreSQL::StatementExecutor::*member>
struct ResultOfStatement {
    friend PGresult*& resultOf(PostgreSQL::StatementExecutor& executor) { return executor.*member; }
};
template struct ResultOfStatement<&PostgreSQL::StatementExecutor::_pResultHandle>;

// As libpq reads it: in quotes, with a backslash before a quote or a backslash.
std::string assignment(const std::string& name, const std::string& value) {
    std::string quoted;
    for (const char c : value) {
        if (c == '\'' || c == '\\') quoted += '\\';
        quoted += c;
    }
    return name + "='" + quoted + "' ";
}

std::string connectionText(const DatabaseUrl& url, std::chrono::seconds timeout) {
    std::string text = assignment("user", url.user) + assignment("dbname", url.database) +
                       assignment("connect_timeout", std::to_string(timeout.count())) +
                       assignment("client_encoding", "UTF8") + assignment("application_name", "aiproject");
    if (!url.password.empty()) text += assignment("password", url.password);
    if (!url.host.empty()) text += assignment("host", url.host);
    if (url.port != 0) text += assignment("port", std::to_string(url.port));
    for (const auto& [name, value] : url.options) text += assignment(name, value);
    return text;
}

// SQLSTATE, appendix A of PostgreSQL's manual.
FaultKind kindOfState(const std::string& state) {
    static const std::set<std::string> conflicts{"40001", "40P01"};
    static const std::set<std::string> lost{"57P01", "57P02", "57P03", "57P05", "25P03"};
    const std::string group = state.substr(0, 2);
    if (group == "23" || group == "22") return FaultKind::constraint;
    if (conflicts.count(state) == 1) return FaultKind::conflict;
    if (state == "55P03") return FaultKind::locked;
    if (state == "57014") return FaultKind::slow;
    if (lost.count(state) == 1 || group == "08") return FaultKind::lost;
    if (group == "53") return FaultKind::exhausted;
    return FaultKind::other;
}

class PostgresqlStatement final : public ServerStatement {
public:
    explicit PostgresqlStatement(PostgresqlSession& session, PostgreSQL::SessionHandle& handle)
        : ServerStatement(session),
          session_(session),
          executor_(handle),
          binder_(new PostgreSQL::Binder),
          extractor_(new PostgreSQL::Extractor(executor_)) {}
    ~PostgresqlStatement() override { PQclear(std::exchange(resultOf(executor_), nullptr)); }
    PostgresqlStatement(const PostgresqlStatement&) = delete;
    PostgresqlStatement& operator=(const PostgresqlStatement&) = delete;

protected:
    std::size_t columnsReturned() const override { return executor_.columnsReturned(); }
    int affectedRowCount() const override { return int(executor_.getAffectedRowCount()); }
    const Poco::Data::MetaColumn& metaColumn(std::size_t column) const override { return executor_.metaColumn(column); }
    bool canCompile() const override { return executor_.state() < PostgreSQL::StatementExecutor::STMT_COMPILED; }
    Poco::Data::AbstractExtraction::ExtractorPtr extractor() override { return extractor_; }
    Poco::Data::AbstractBinding::BinderPtr binder() override { return binder_; }

    void compileImpl() override {
        bindAll();  // before it is prepared: the types of the values become a part of it
        attempt([this] { executor_.prepare(withNumberedValues()); });
    }
    void bindImpl() override {
        binder_->updateBindVectorToCurrentValues();
        attempt([this] {
            executor_.bindParams(binder_->bindVector());
            executor_.execute();
        });
        begun();
    }
    bool fetch() override { return executor_.fetch(); }

private:
    template <class Step>
    void attempt(const Step& step) const {
        try {
            step();
        } catch (const PostgreSQL::PostgreSQLException&) {
            throw session_.fault();
        }
    }

    // Our statements have no ? but those of values.
    std::string withNumberedValues() const {
        using Poco::Data::MetaColumn;
        const auto values = binder_->bindVector();
        std::string sql;
        std::size_t count = 0;
        for (const char c : toString()) {
            if (c != '?') {
                sql += c;
                continue;
            }
            if (count == values.size()) throw SqlFault(FaultKind::other, "more ? than values in: " + toString());
            const bool isText = values[count].fieldType() == MetaColumn::FDT_STRING;
            sql += "$" + std::to_string(++count) + (isText ? "::text" : "::bigint");
        }
        return sql;
    }

    PostgresqlSession& session_;
    PostgreSQL::StatementExecutor executor_;
    Poco::SharedPtr<PostgreSQL::Binder> binder_;
    Poco::SharedPtr<PostgreSQL::Extractor> extractor_;
};

// "... failed: FATAL:  28P01: ..."; without a code no server has answered.
SqlFault unreached(const std::string& line) {
    static const Poco::RegularExpression form(R"(:  ([0-9A-Z]{5}): )");
    std::vector<std::string> parts;
    const bool isAnswer = form.split(line, parts) >= 2;
    return {isAnswer ? kindOfState(parts[1]) : FaultKind::lost, "cannot be reached: " + line};
}

using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

Result ranIn(PGconn* connection, const std::string& sql, const PostgresqlSession& session) {
    Result result(PQexec(connection, sql.c_str()), &PQclear);
    const auto status = PQresultStatus(result.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) throw session.fault();
    return result;
}

}  // namespace

PostgresqlSession::PostgresqlSession(const DatabaseUrl& url, std::chrono::seconds timeout) {
    const auto begin = std::chrono::steady_clock::now();
    connectionOf(handle_) = PQconnectdb(connectionText(url, timeout).c_str());
    PQsetErrorVerbosity(connection(), PQERRORS_VERBOSE);  // the only text in which Poco leaves the code to us
    // A refusal came without that code, which alone tells a wrong password from a server that has no place left.
    const bool wasRefused = PQstatus(connection()) != CONNECTION_OK;
    if (wasRefused && std::chrono::steady_clock::now() - begin < kQuickRefusal) PQreset(connection());
    if (PQstatus(connection()) != CONNECTION_OK) {
        const std::string text = PQerrorMessage(connection());  // and then lines of advice
        finish();
        throw unreached(text.substr(0, text.find('\n')));
    }
    // Or a notice, as of a table that is there already, would go to standard error.
    PQsetNoticeProcessor(
        connection(), [](void*, const char*) {}, nullptr);
}

PostgresqlSession::~PostgresqlSession() { finish(); }

void PostgresqlSession::close() { finish(); }

void PostgresqlSession::finish() noexcept {
    forget();
    PQfinish(connection());
    connectionOf(handle_) = nullptr;
}

void PostgresqlSession::run(const std::string& sql) { ranIn(connection(), sql, *this); }

bool PostgresqlSession::isIdle() const { return isConnected() && !isTransaction(); }

void PostgresqlSession::commit() {
    const Result result = ranIn(connection(), "COMMIT", *this);
    // The answer to a COMMIT after a statement that failed.
    if (std::strcmp(PQcmdStatus(result.get()), "COMMIT") != 0)
        throw SqlFault(FaultKind::other, "the transaction was rolled back, because a statement in it had failed");
}

// Poco prepares each statement under a name, and cannot free it in a transaction that has failed. Ours go with them.
void PostgresqlSession::rollback() {
    forget();
    run("ROLLBACK; DEALLOCATE ALL");
}

std::unique_ptr<PreparedStatement> PostgresqlSession::prepare(std::string_view sql) {
    return preparedInPostgresql(*this, connection(), sql, "kept_" + std::to_string(++preparedCount_));
}

Poco::SharedPtr<Poco::Data::StatementImpl> PostgresqlSession::createStatementImpl() {
    return new PostgresqlStatement(*this, handle_);
}

const std::string& PostgresqlSession::connectorName() const {
    static const std::string name = "postgresql";
    return name;
}

SqlFault PostgresqlSession::fault() const {
    // "ERROR:  23505: duplicate key ...", and then lines that may hold a row's values.
    static const Poco::RegularExpression form(R"(\A[^:\n]*: +([0-9A-Z]{5}): )");
    const std::string text = PQerrorMessage(connection());
    std::string line = text.substr(0, text.find('\n'));
    std::vector<std::string> parts;
    if (PQstatus(connection()) != CONNECTION_OK) return {FaultKind::lost, "the connection was lost: " + line};
    if (form.split(text, parts) < 2) return {FaultKind::other, line};
    return {kindOfState(parts[1]), line};
}

}  // namespace aiproject
