// A session with a database server, as Poco Data sees it. Ours and not those of Poco's connectors, which open
// themselves with what one text of options can say: no password with a space or a semicolon, no socket, no
// count of the rows found. Poco's binders, extractors and executors serve below.
//
// ERRORS   SqlFault, from every statement and transaction.
// THREADS  One at a time, as Poco says of every session.
#pragma once

#include <Poco/Data/AbstractSessionImpl.h>
#include <Poco/Data/DataException.h>
#include <Poco/Data/Session.h>
#include <Poco/Data/StatementImpl.h>

#include <string>
#include <utility>

#include "store/dialect.h"
#include "store/prepared_statement.h"

namespace aiproject {

class SqlFault : public Poco::Data::DataException {
public:
    SqlFault(FaultKind kind, const std::string& text) : DataException(text), kind_(kind) {}
    const char* name() const noexcept override { return "SQL"; }
    FaultKind kind() const noexcept { return kind_; }

private:
    FaultKind kind_;
};

class ServerSession : public Poco::Data::AbstractSessionImpl<ServerSession>, public PreparedStatements {
public:
    // Without a connection string: Poco puts it into texts of errors.
    ServerSession() : AbstractSessionImpl(std::string()) {}

    static ServerSession* of(Poco::Data::Session& session);  // nullptr: it is SQLite's

    virtual void run(const std::string& sql) = 0;  // statements without values or rows
    virtual bool isIdle() const = 0;               // connected, and in no transaction
    virtual int socket() const = 0;                // as long as the session lives

    void begin() override { run("START TRANSACTION"); }
    void rollback() override { run("ROLLBACK"); }
    bool canTransact() const override { return true; }

    // What Poco can ask of a session and nobody here does: it is open from its constructor on, its timeouts are
    // those of Database, its isolation is what setUp() says.
    void open(const std::string& connection) override;
    void reset() override {}
    void setConnectionTimeout(std::size_t seconds) override;
    std::size_t getConnectionTimeout() const override { return CONNECTION_TIMEOUT_INFINITE; }
    void setTransactionIsolation(Poco::UInt32 level) override;
    Poco::UInt32 getTransactionIsolation() const override;
    bool hasTransactionIsolation(Poco::UInt32 level) const override;
    bool isTransactionIsolation(Poco::UInt32 level) const override;
};

// The part of a statement that is the same for all: row after row, until there is none.
class ServerStatement : public Poco::Data::StatementImpl {
public:
    using StatementImpl::StatementImpl;

protected:
    virtual bool fetch() = 0;  // false: there was no more row

    bool hasNext() override;
    std::size_t next() override;
    bool canBind() const override { return false; }  // a statement runs once
    void bindAll();                                  // every value into binder()
    void begun() { row_ = Row::unknown; }

private:
    enum class Row { unknown, here, none };
    Row row_ = Row::unknown;
};

// What the dialects of servers share.
class ServerDialect : public Dialect {
public:
    explicit ServerDialect(std::string place) : place_(std::move(place)) {}

    std::string place() const override { return place_; }
    bool exists() const override { return true; }
    bool hasOneWriter() const override { return false; }
    FaultKind kindOf(const Poco::Exception& e) const override;
    int socketOf(Poco::Data::Session& session) const override;
    bool isIdle(Poco::Data::Session& session) const override;
    // The limits of time that setUp() has set hold for every statement of the session.
    void begin(Poco::Data::Session& session, std::chrono::steady_clock::time_point) const override { session.begin(); }
    void commit(Poco::Data::Session& session) const override { session.commit(); }
    void rollback(Poco::Data::Session& session) const noexcept override;

protected:
    static std::chrono::seconds secondsUntil(std::chrono::steady_clock::time_point deadline);  // rounded up, 1 or more
    static void execute(Poco::Data::Session& session, const std::string& sql);

private:
    const std::string place_;
};

}  // namespace aiproject
