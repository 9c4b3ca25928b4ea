// A call that has ended, as it goes into the database, and as a line of JSON while that is away.
#pragma once

#include <cstdint>
#include <string>

#include "billing/bill.h"

namespace aiproject {

// What a call holds of its user while it runs.
struct Hold {
    bool isMade = false;  // there is a row in `reservations`
    Amounts amounts;
    std::int64_t calls = 0;    // 1: it counts in users.calls_held
    std::int64_t priceMs = 0;  // of users.paid_ms; a release gives it back where it is known: no row has it
    // Of the limits of the key that the call came with.
    std::int64_t keyId = 0;  // 0: it holds nothing of a key
    std::int64_t keyTokens = 0;
    std::int64_t keyMoney = 0;
};

struct Settlement {
    std::string callId;  // 32 hex digits, of no other call: the same settlement twice is one
    std::int64_t userId = 0;
    Hold hold;
    bool isCharged = false;       // the user had a limit of its unit when the call began
    bool isMoneyCharged = false;  // and of money
    std::int64_t keyId = 0;       // that it came with; 0: none
    bool isKeyCharged = false;    // the key had a limit

    // The row of the ledger. Times in milliseconds.
    std::string userName, model, route, kind, outcome, basis, requestId, upstreamId;
    std::int64_t atMs = 0, milliseconds = 0, tokensIn = 0, tokensOut = 0;
    std::int64_t tokensCached = 0, tokensReasoning = 0;
    Amounts used;
};

// Without a line break; requestId and the like may have any bytes that are UTF-8.
std::string jsonOf(const Settlement& settlement);

// Throws what says why it is none.
Settlement settlementIn(const std::string& json);

}  // namespace aiproject
