// The SQL store: a fixed number of sessions that callers wait for, and write transactions.
//
// `work` MAY RUN MORE THAN ONCE: again when the database ended its transaction in favour of another's, and once
// more when a session that lay idle turns out to be dead. So it sets what it answers and does not add to it.
//
// ERRORS   Error(databaseBusy, reason for the log) for trouble that passes: locks, time, a connection or server that is
//          gone, resources that are used up. Error(internal) for all other faults of the database, among them
//          whatever Poco::Exception leaves `work`; ConstraintViolation when a row would break a rule of its table
//          or a value does not fit its column. An Error of `work` passes through. A call waits at most config.timeout
//          for a session, a lock and the server, all together (a new connection: whole seconds, see Dialect::open());
//          the next call starts afresh, so nothing needs a restart.
// THREADS  Any number may call; a session belongs to one `work` at a time. Not from within `work`.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "config/config.h"
#include "observe/metrics.h"
#include "store/dialect.h"
#include "store/session_watch.h"

namespace Poco::Data {
class Session;
}

namespace aiproject {

class Error;

// A row that is there already, most likely; what() has the database's own words.
class ConstraintViolation : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

class Database {
public:
    using Work = std::function<void(Poco::Data::Session&)>;

    // Opens nothing yet. Error(internal) when config.url is none that this build can serve. A session that nobody has
    // needed for `idleLife` ends, but for one: after a burst neither the server nor our memory holds what it took.
    explicit Database(const DatabaseConfig& config, DatabaseUse use = DatabaseUse::serve,
                      std::chrono::milliseconds idleLife = std::chrono::seconds(5));
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    // What fails is counted there from now on. Before other threads use this object.
    void countIn(DatabaseMetrics& metrics) noexcept { metrics_ = &metrics; }

    // False: read() and write() would make it.
    bool exists() const { return dialect_->exists(); }
    const Dialect& dialect() const { return *dialect_; }

    // Makes SQLite's file (mode 0600) when there is none, as write() does.
    void read(const Work& work);

    // `work` in a transaction that is rolled back when it throws. On disk when this returns. SQLite: BEGIN
    // IMMEDIATE, one writer at a time; the servers: READ COMMITTED. When the connection is lost while COMMIT runs,
    // the Error says that nobody knows whether it was done.
    void write(const Work& work);

    // As write(), but apart from all others that do this, on any host, and with ten minutes to do it.
    void migrate(const Work& work);

    // The statements of `sql`, which is text of ours and never holds a value.
    static void execute(Poco::Data::Session& session, const std::string& sql);

private:
    using Clock = std::chrono::steady_clock;
    class Lease;
    class WriteTurn;
    class Transaction;
    struct Idle;
    enum class After { keep, end };  // of a session that is sound

    void guarded(const std::function<void()>& work) const;  // turns what it throws into Error
    std::string placed(const std::string& what) const;
    Error fault(const std::string& what) const;
    Error busy(const std::string& what) const;
    std::string withDenial(const std::string& what) const;
    std::string withShortage(const Poco::Exception& e) const;
    void insist(const Work& work, Clock::time_point deadline);
    void lend(const Work& work, Clock::time_point deadline, After after, bool& wasIdle);
    std::optional<Poco::Data::Session> takeBack(Poco::Data::Session session);
    void forgetIdle();
    void tellThoseWhoWait(const std::string& what);

    const std::unique_ptr<const Dialect> dialect_;
    DatabaseMetrics* metrics_ = nullptr;
    const int maximum_;
    const std::chrono::milliseconds timeout_, idleLife_;
    SessionWatch watch_;

    std::mutex mutex_;  // guards all below
    std::condition_variable sessionFree_;
    std::vector<Idle> idle_;           // who comes takes the last one, so the first one has lain longest
    int open_ = 0;                     // idle or lent
    std::vector<WriteTurn*> writers_;  // who writes, then who waits
    std::uint64_t slowFailures_ = 0;   // openings that failed for time
    std::string slowFailure_;          // what the last of them said
};

}  // namespace aiproject
