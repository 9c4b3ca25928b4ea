// What calls hold of users and keys, and the table `reservations`. Constant statements within a transaction of the
// caller's. All of them lock the user and then touch the reservation and the ledger: the user's lock says that nothing
// about the call is on its way any more, and whoever waited for it sees what the other has done. Where two meet in
// another order after all (putOff() locks no user), the database ends one, and Database::write() runs it again.
//
// ERRORS   What the database throws.
// THREADS  No state.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "billing/settlement.h"

namespace Poco::Data {
class Session;
}

namespace aiproject {

constexpr std::int64_t kNoExpiry = std::numeric_limits<std::int64_t>::max();

// What a call asks for before its first model is asked.
struct Demand {
    std::string callId;
    std::int64_t userId = 0;
    std::optional<std::int64_t> epoch;  // that the user must have; nothing: any
    std::int64_t keyId = 0;             // that must be usable, and not spent where something of it is held; 0: none
    Hold hold;                          // what is 0 is neither checked nor held
    std::int64_t mostCalls = 0;         // of the user, in progress; 0: no limit
    std::int64_t callsPerMinute = 0;    // 0: no limit; hold.priceMs is a call's share of the minute
    std::string_view owner;             // this worker
    std::int64_t nowMs = 0;             // since 1970
    std::chrono::milliseconds life{};   // of the reservation, unless it is put off
};

// Checks and holds in one statement. Nothing changes when it answers why not.
std::optional<Error> reserve(Poco::Data::Session& session, const Demand& demand);

// A call's row in `reservations`.
struct Reservation {
    std::string callId;
    std::int64_t userId = 0;
    Hold hold;
};

// What it holds is free again. False: somebody did it before, or it does not expire before `expiresBefore`.
bool release(Poco::Data::Session& session, const Reservation& reservation, std::int64_t expiresBefore = kNoExpiry);

// A worker that has reservations, and when the last of them expires.
struct Holder {
    std::string owner;
    std::int64_t expiresMs = 0;
};

// All but `owner`.
std::vector<Holder> otherHolders(Poco::Data::Session& session, const std::string& owner);

// Some of that holder's, of those that do not expire after `holder.expiresMs`.
std::vector<Reservation> reservationsOf(Poco::Data::Session& session, const Holder& holder);

// Of all calls of that worker.
void putOff(Poco::Data::Session& session, const Holder& holder);

// The parts of a settlement that end a hold. The user's row is locked before (lockUser), by whoever holds, releases or
// settles.
bool removeReservation(Poco::Data::Session& session, const std::string& callId, std::int64_t expiresBefore = kNoExpiry);
// Both may be nothing. What is charged never takes a balance below 0.
void unholdAndCharge(Poco::Data::Session& session, std::int64_t userId, const Hold& hold, const Amounts& charge);
// What calls cost a key counts in full: the next one is refused.
void unholdAndChargeKey(Poco::Data::Session& session, std::int64_t keyId, const Hold& hold, const Amounts& charge);

}  // namespace aiproject
