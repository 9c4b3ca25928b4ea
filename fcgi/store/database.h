// The SQL store: a fixed number of sessions that callers wait for, and write transactions.
//
// ERRORS   Error(internal, reason for the log) for every fault of the database, among them whatever
//          Poco::Exception leaves `work`; ConstraintViolation when a row would break a rule of its table. An
//          Error of `work` passes through. A call waits at most config.timeout for a session and
//          at most as long for a locked file; the next call starts afresh, so nothing needs a restart.
// THREADS  Any number may call; a session belongs to one `work` at a time. Not from within `work`.
#pragma once

#include <Poco/Data/Session.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "config/config.h"

namespace aiproject {

// A row that is there already, most likely; what() has the database's own words.
class ConstraintViolation : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// A `look` changes nothing: neither the file's journal nor a row.
enum class DatabaseUse { serve, look };

class Database {
public:
    using Work = std::function<void(Poco::Data::Session&)>;

    // Opens nothing yet. Error(internal) when config.url is not sqlite:FILE.
    explicit Database(const DatabaseConfig& config, DatabaseUse use = DatabaseUse::serve);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    // False: read() and write() would make it.
    bool exists() const;

    // Makes the file (mode 0600) when there is none, as write() does.
    void read(const Work& work);

    // `work` between BEGIN IMMEDIATE and COMMIT, rolled back when it throws. On disk when this returns.
    void write(const Work& work);

    // The statements of `sql`, which is text of ours and never holds a value.
    static void execute(Poco::Data::Session& session, const std::string& sql);

private:
    using Clock = std::chrono::steady_clock;
    class Lease;
    class WriteTurn;
    class Transaction;

    void guarded(const std::function<void()>& work) const;  // turns what it throws into Error
    void lend(const Work& work, Clock::time_point deadline);
    Poco::Data::Session open();
    void keepSafe(Poco::Data::Session& session) const;

    const std::string file_;
    const DatabaseUse use_;
    const int maximum_;
    const std::chrono::milliseconds timeout_;

    std::mutex opening_;  // held while Poco connects

    std::mutex mutex_;  // guards all below
    std::condition_variable sessionFree_;
    std::condition_variable writerGone_;
    std::vector<Poco::Data::Session> idle_;
    int open_ = 0;  // idle or lent
    bool writing_ = false;
};

}  // namespace aiproject
