// The rows of the table `ledger`, page by page, the newest first.
//
// ERRORS   Error(databaseBusy) when the database does not answer. SQLite looks for as long as it takes: at rows since
//          sinceMs, until there are enough.
// THREADS  No state: as safe as Database.
#pragma once

#include <Poco/JSON/Object.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace aiproject {

class Database;

struct LedgerQuestion {
    std::int64_t userId = 0;  // 0: everybody
    std::string user;         // as it was called then; empty: everybody
    std::string model;        // empty: all
    std::int64_t sinceMs = 0;
    std::int64_t untilMs = std::numeric_limits<std::int64_t>::max();   // before then
    std::int64_t beforeId = std::numeric_limits<std::int64_t>::max();  // rows older than this one
    int limit = 50;

    // Names and models have no index: all rows from sinceMs to untilMs are looked at.
    bool goesByTime() const { return userId == 0 && (!user.empty() || !model.empty()); }
};

// With a '?' for the id, the begin, the end, the user's id, the user's name and the model, where they are asked for,
// and the most rows.
std::string pageStatement(const LedgerQuestion& question);

struct LedgerRow {
    std::int64_t id = 0;
    Poco::JSON::Object json;  // all of it that tells an operator something
};

std::vector<LedgerRow> ledgerPage(Database& database, const LedgerQuestion& question);

}  // namespace aiproject
