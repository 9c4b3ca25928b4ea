// The table `audit`: what happened to accounts, for the operator.
//
// ERRORS   Error(databaseBusy) when the database does not answer.
// THREADS  No state of its own: as safe as Database, which outlives it.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "base/error.h"

namespace Poco::Data {
class Session;
}

namespace aiproject {

class Database;

// Who asked, and in which request; all empty: the command line.
struct Origin {
    std::string address;
    std::string requestId;
    std::string actor = {};  // the admin who changes something that is another's, or everybody's
};

struct AuditEntry {
    std::string event;     // "login", "login_failed", "registered", "password", "rotated", "granted" ...
    std::string userName;  // as asked for; there may be no such user. Empty: nobody can have that name
    Origin origin;
    std::string detail = {};
    std::int64_t atMs = 0;  // set by add()
    std::int64_t id = 0;    // the same
};

struct AuditQuestion {
    std::string user, event, actor;  // empty: all
    std::int64_t sinceMs = 0;
    std::int64_t untilMs = std::numeric_limits<std::int64_t>::max();   // before then
    std::int64_t beforeId = std::numeric_limits<std::int64_t>::max();  // entries older than this one
    int limit = 50;

    // Events and actors have no index: all rows from sinceMs to untilMs are looked at.
    bool goesByTime() const { return user.empty() && (!event.empty() || !actor.empty()); }
};

// With a '?' for the id, the begin, the end, the user, event and actor, where they are asked for, and the most rows.
std::string pageStatement(const AuditQuestion& question);

class Audit {
public:
    explicit Audit(Database& database) : database_(database) {}

    void add(const AuditEntry& entry);
    // Within a write transaction of the caller's: both are there or neither is.
    static void add(Poco::Data::Session& session, const AuditEntry& entry);

    // The newest first.
    std::vector<AuditEntry> page(const AuditQuestion& question);
    // The same; userName empty: everybody.
    std::vector<AuditEntry> newest(const std::string& userName, int count);

private:
    Database& database_;
};

// Throws the refusal, whether or not `record` can write it down: a full database opens no door. What went wrong
// with that is in the refusal's text for the log.
[[noreturn]] void refuseOnRecord(const Error& refusal, const std::function<void()>& record);

}  // namespace aiproject
