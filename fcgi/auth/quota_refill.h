// Raises a user's limited balances once a day or month, as quota.refill says: stored by who checks a balance, within
// that transaction; shown as if it were by who only looks.
//
// ERRORS   What the database throws.
// THREADS  No state.
#pragma once

#include <cstdint>

#include "auth/user_store.h"
#include "config/config.h"

namespace Poco::Data {
class Session;
}

namespace aiproject {

// 20261122 or 202611, in UTC; 0 for Refill::none. `nowMs` since 1970.
std::int64_t refillPeriod(Refill refill, std::int64_t nowMs);

// As refillQuota() would leave it.
StoredUser refilled(StoredUser user, const QuotaConfig& quota, std::int64_t nowMs);

// Nothing when quota.refill is none, or the user had this period's refill already.
void refillQuota(Poco::Data::Session& session, const QuotaConfig& quota, std::int64_t userId, std::int64_t nowMs);

}  // namespace aiproject
