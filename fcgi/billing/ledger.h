// The table `ledger`, and what calls pay in `users`. Constant statements within a transaction of the caller's, in the
// order of reservations.h.
//
// ERRORS   What the database throws.
// THREADS  No state.
#pragma once

#include <vector>

#include "billing/settlement.h"
#include "config/config.h"

namespace Poco::Data {
class Session;
}

namespace aiproject {

// The row, the balance, the reservation; false, and nothing, when that call is in the ledger already. A refill that is
// due comes before the charge. The balance never falls below 0, and what the row says was charged is what it fell by.
bool settle(Poco::Data::Session& session, const Settlement& settlement, const QuotaConfig& quota);

// The same of several, in the order in which every transaction locks users. Answers how many rows it has added.
int settle(Poco::Data::Session& session, std::vector<const Settlement*> settlements, const QuotaConfig& quota);

}  // namespace aiproject
