// Sums of the table `ledger`.
//
// ERRORS   Error(internal) when the database does not answer.
// THREADS  No state: as safe as Database.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace aiproject {

class Database;

enum class UsageBy { user, model, key, day };

struct UsageQuestion {
    UsageBy by = UsageBy::user;
    std::string user;          // empty: everybody
    std::int64_t sinceMs = 0;  // calls that ended then or later
    std::int64_t untilMs = 0;  // and before then
};

struct UsageSum {
    std::string subject;  // user name (empty: nobody), model (empty: none answered), key, day as 2026-11-22 (UTC)
    std::int64_t id = 0;  // by user: names come back after a deletion, ids do not; by key: names are no ids; 0: none
    std::int64_t calls = 0, complete = 0, estimated = 0;
    std::int64_t tokensIn = 0, tokensOut = 0, tokens = 0, pictures = 0, voiceSeconds = 0;
    std::int64_t chargedTokens = 0, chargedPictures = 0, chargedVoiceSeconds = 0;
    std::int64_t tokensCached = 0, tokensReasoning = 0, cost = 0, chargedMoney = 0;  // money: micro-units
};

// In the order of the subject.
std::vector<UsageSum> sumsOf(Database& database, const UsageQuestion& question);

}  // namespace aiproject
