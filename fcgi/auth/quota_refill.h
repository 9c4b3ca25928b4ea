// Raises a user's limited balances once a day or month, as quota.refill says: stored by changeBalances() and by calls
// that reserve or charge, within their transactions and before anything else; shown as if it were by what only looks.
// A new account has had the refill of its first day or month.
//
// ERRORS   What the database throws.
// THREADS  No state.
#pragma once

#include <cstdint>

#include "auth/balances.h"
#include "config/config.h"

namespace Poco::Data {
class Session;
}

namespace aiproject {

// 20261122 or 202611, in UTC; 0 for Refill::none. `nowMs` since 1970.
std::int64_t refillPeriod(Refill refill, std::int64_t nowMs);

// As refillQuota() would leave them; `lastPeriod` is users.refilled.
Balances refilled(const Balances& balances, std::int64_t lastPeriod, const QuotaConfig& quota, std::int64_t nowMs);

// Nothing when quota.refill is none, or the user had this period's refill already. Locks the user's row otherwise.
void refillQuota(Poco::Data::Session& session, const QuotaConfig& quota, std::int64_t userId, std::int64_t nowMs);

// Begins the count of a key's use anew, once a day or month as its own row says. The user's row is locked.
void refillKey(Poco::Data::Session& session, std::int64_t keyId, std::int64_t nowMs);

}  // namespace aiproject
