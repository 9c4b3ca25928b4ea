// Sums of the table `ledger`.
//
// ERRORS   Error(databaseBusy) when the database does not answer.
// THREADS  No state: as safe as Database.
#pragma once

#include <Poco/JSON/Object.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aiproject {

class Database;

enum class UsageBy { user, model, key, day, dayAndModel };

// The words of commands and requests: "user", "day,model".
const char* nameOf(UsageBy by) noexcept;
std::optional<UsageBy> usageByOf(std::string_view word) noexcept;

struct UsageQuestion {
    UsageBy by = UsageBy::user;
    std::string user;          // empty: everybody
    std::int64_t sinceMs = 0;  // calls that ended then or later
    std::int64_t untilMs = 0;  // and before then
    std::int64_t userId = 0;   // of that user alone; 0: as `user` says
    int mostRows = 0;          // the first of them; 0: all
};

struct UsageSum {
    std::string subject;   // user name (empty: nobody), model (empty: none was reached), key, day as 2026-11-22 (UTC)
    std::string day = {};  // by day and model
    std::int64_t id = 0;   // by user: names come back after a deletion, ids do not; by key: names are no ids; 0: none
    std::int64_t calls = 0, complete = 0, estimated = 0;
    std::int64_t tokensIn = 0, tokensOut = 0, tokens = 0, pictures = 0, voiceSeconds = 0;
    std::int64_t chargedTokens = 0, chargedPictures = 0, chargedVoiceSeconds = 0;
    std::int64_t tokensCached = 0, tokensReasoning = 0, cost = 0, chargedMoney = 0;  // money: micro-units
};

struct UsageFigure {
    const char* name;   // in JSON and CSV
    const char* title;  // in a table of 80 columns; nullptr: there is no room
    std::int64_t UsageSum::*number;
};
extern const std::vector<UsageFigure> kUsageFigures;

// {"day":…,"calls":…}: what it is the sum of, then all figures. By user and key with the id as well.
Poco::JSON::Object jsonOf(const UsageSum& sum, UsageBy by);

// With a '?' for the begin, the end, the user's id and the user's name, where they are asked for, and the most rows.
std::string sumStatement(const UsageQuestion& question);

// In the order of the subject; by day and model in that of the day, then of the model.
std::vector<UsageSum> sumsOf(Database& database, const UsageQuestion& question);

}  // namespace aiproject
