// Why a call may not begin, from the user's row. Within the transaction that has found that it may not.
//
// ERRORS   What the database throws.
// THREADS  No state.
#pragma once

#include "billing/reservations.h"

namespace aiproject {

// The limit that refuses, in the words of the client and of the log.
Error refusalOf(Poco::Data::Session& session, const Demand& demand);

// The latest users.paid_ms with which one more call is within the limit.
std::int64_t latestPaid(const Demand& demand);

}  // namespace aiproject
