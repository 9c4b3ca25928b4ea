// What users have left, and the table `balance_changes`: every change of a balance is one row, with its amount, its
// reason and who made it, but for the charges of calls, which are rows of the ledger.
//
//     users.tokens = SUM(balance_changes.amount) - SUM(ledger.charged_tokens), and so for the other units; users.money
//     begins with -1, for which there is no row
//
// ERRORS   What the database throws.
// THREADS  No state.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "config/config.h"

namespace Poco::Data {
class Session;
}

namespace aiproject {

struct Balances {  // -1: unlimited
    std::int64_t tokens = -1;
    std::int64_t picTimes = -1;
    std::int64_t voiceSeconds = -1;
    std::int64_t money = -1;  // micro-units

    bool operator==(const Balances& other) const noexcept {
        return tokens == other.tokens && picTimes == other.picTimes && voiceSeconds == other.voiceSeconds &&
               money == other.money;
    }
};

// Why balances change, and who changes them; the words of the table.
struct BalanceCause {
    std::string reason;       // registered, imported, redeemed, granted, refilled, deleted
    std::string actor;        // account, command, admin, system
    std::string detail = {};  // the invitation, what the command said, the period of the refill
};

struct BalanceChange {
    Balances before, after;
};

// A balance with so much more (or less, but never below 0); what is unlimited stays so.
std::int64_t raisedBy(std::int64_t balance, std::int64_t amount) noexcept;

// "tokens +50 = 550, voice_seconds unlimited": for the audit log; empty: nothing has changed.
std::string textOf(const BalanceChange& change);

// "invitation ABCD...: tokens +50 = 550"
std::string withAmounts(const std::string& what, const BalanceChange& change);

// "invitation ABCD...: tokens 50, money unlimited": what a code grants, as `-1` unlimited.
std::string withGrant(const std::string& what, const Balances& grant);

// "tokens 500, pic_times 0, voice_seconds unlimited"
std::string openingText(const Balances& balances);

// Locks the user's row until the write transaction ends, which on SQLite is the lock itself; first of all, by whoever
// then counts, adds or takes what is his. The rows of his keys are locked with it.
void lockUser(Poco::Data::Session& session, std::int64_t userId);

// The only way to change balances, but for the charges of calls: within the caller's write transaction it refills what
// is due, locks the user's row, and stores what `change` makes of the balances. Nothing: there is no such user.
std::optional<BalanceChange> changeBalances(Poco::Data::Session& session, const QuotaConfig& quota, std::int64_t userId,
                                            const BalanceCause& cause,
                                            const std::function<Balances(const Balances&)>& change);

// For refillQuota(): the same of a row that is locked, and refilled.
std::optional<BalanceChange> changeLocked(Poco::Data::Session& session, std::int64_t userId, const BalanceCause& cause,
                                          const std::function<Balances(const Balances&)>& change);

// The rows of a new user, who has these from the start.
void recordOpening(Poco::Data::Session& session, std::int64_t userId, const Balances& balances,
                   const BalanceCause& cause);

}  // namespace aiproject
