// What differs between SQLite, PostgreSQL and MySQL, for Database and Migrations alone.
//
// ERRORS   Poco::Exception, of which kindOf() knows the meaning; Error for what no retry mends.
// THREADS  Constant after construction: any number may call, each with a session of its own.
#pragma once

#include <Poco/Exception.h>

#include <chrono>
#include <memory>
#include <string>

#include "config/config.h"

namespace Poco::Data {
class Session;
}

namespace aiproject {

// A `look` changes nothing: neither the file's journal nor a row.
enum class DatabaseUse { serve, look };

enum class FaultKind {
    constraint,  // a row would break a rule of its table, or a value does not fit its column
    conflict,    // the database ended the transaction in favour of another's: run again, it may succeed
    locked,      // others held what it needs for too long
    slow,        // the database ended a statement that took too long
    lost,        // the connection is gone, or could not be made
    exhausted,   // it has no memory, disk or connection left for this
    other,
};

class Dialect {
public:
    Dialect() = default;
    virtual ~Dialect() = default;
    Dialect(const Dialect&) = delete;
    Dialect& operator=(const Dialect&) = delete;

    virtual std::string name() const = 0;   // of its folder below sql/
    virtual std::string place() const = 0;  // for messages; without the password
    virtual bool exists() const = 0;        // false: open() would make it
    // What this process may not do to its file, and who may; empty: that is not why it fails.
    virtual std::string denial() const { return {}; }
    // That there is no room left for its file, and where; empty: `e` has another reason, or says it itself.
    virtual std::string shortage(const Poco::Exception& /*e*/) const { return {}; }
    virtual bool hasOneWriter() const = 0;  // the whole database has one at a time
    virtual FaultKind kindOf(const Poco::Exception& e) const = 0;

    // Until about `deadline`, the client libraries of the servers in seconds of which they take two (PostgreSQL) or
    // one at least; without a statement that a hanging server could keep.
    virtual Poco::Data::Session open(std::chrono::steady_clock::time_point deadline) const = 0;
    virtual void setUp(Poco::Data::Session& fresh) const = 0;
    // Whose shutdown() ends a wait for the server; -1: there is none.
    virtual int socketOf(Poco::Data::Session& session) const = 0;
    virtual bool isIdle(Poco::Data::Session& session) const = 0;  // connected, and in no transaction

    // A transaction that will write. Waits no longer than until `deadline` for others that do.
    virtual void begin(Poco::Data::Session& session, std::chrono::steady_clock::time_point deadline) const = 0;
    virtual void commit(Poco::Data::Session& session) const = 0;
    virtual void rollback(Poco::Data::Session& session) const noexcept = 0;

    // Within a transaction: keeps the migrations of all processes and hosts apart until the session ends, and
    // lifts the limits of time that setUp() has set.
    virtual void lockMigrations(Poco::Data::Session& session) const = 0;
    virtual const char* countMigrationTables() const = 0;  // SELECT: is there a schema_migrations?
    virtual const char* createMigrationTable() const = 0;
    virtual bool rollsBackTables() const = 0;  // false: CREATE and ALTER commit by themselves
};

// Error(internal) when config.url is none that this build can serve.
std::unique_ptr<Dialect> makeDialect(const DatabaseConfig& config, DatabaseUse use);

}  // namespace aiproject
