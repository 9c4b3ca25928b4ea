// The table `audit`: what happened to accounts, for the operator.
//
// ERRORS   Error(databaseBusy) when the database does not answer.
// THREADS  No state of its own: as safe as Database, which outlives it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/error.h"

namespace Poco::Data {
class Session;
}

namespace aiproject {

class Database;

// Who asked, and in which request; both empty: the command line.
struct Origin {
    std::string address;
    std::string requestId;
};

struct AuditEntry {
    std::string event;     // "login", "login_failed", "registered", "password", "rotated", "granted" ...
    std::string userName;  // as asked for; there may be no such user. Empty: nobody can have that name
    Origin origin;
    std::string detail = {};
    std::int64_t atMs = 0;  // set by add()
};

class Audit {
public:
    explicit Audit(Database& database) : database_(database) {}

    void add(const AuditEntry& entry);
    // Within a write transaction of the caller's: both are there or neither is.
    static void add(Poco::Data::Session& session, const AuditEntry& entry);

    // The newest first; userName empty: everybody.
    std::vector<AuditEntry> newest(const std::string& userName, int count);

private:
    Database& database_;
};

// Throws the refusal, whether or not `record` can write it down: a full database opens no door. What went wrong
// with that is in the refusal's text for the log.
[[noreturn]] void refuseOnRecord(const Error& refusal, const std::function<void()>& record);

}  // namespace aiproject
