#include "billing/reservations.h"

#include <Poco/Data/Session.h>

#include "auth/balances.h"
#include "auth/quota_refill.h"
#include "billing/refusal.h"
#include "store/prepared_statement.h"

namespace aiproject {

using Poco::Data::Session;
using Poco::Data::Keywords::bind;
using Poco::Data::Keywords::into;
using Poco::Data::Keywords::now;

namespace {

// The user's row is locked: reservations and settlements do that first.
void holdOfKey(Session& session, const Hold& hold) {
    changeRows(session, "UPDATE api_keys SET tokens_held = tokens_held + ?, money_held = money_held + ? WHERE id = ?",
               {hold.keyTokens, hold.keyMoney, hold.keyId});
}

// Checks and holds in one statement. False: something does not allow it.
bool hold(Session& session, const Demand& demand) {
    const Amounts& wanted = demand.hold.amounts;
    const std::int64_t priceMs = demand.hold.priceMs, epoch = demand.epoch.value_or(-1);
    return changeRows(session,
                      "UPDATE users SET tokens_held = tokens_held + ?, pic_times_held = pic_times_held + ?,"
                      " voice_seconds_held = voice_seconds_held + ?, money_held = money_held + ?,"
                      " calls_held = calls_held + ?, paid_ms = CASE WHEN ? = 0 THEN paid_ms WHEN paid_ms < ? THEN ? "
                      "ELSE paid_ms + ? END"
                      " WHERE id = ? AND disabled = 0 AND (? < 0 OR epoch = ?)"
                      " AND (? = 0 OR tokens < 0 OR tokens - tokens_held > 0)"
                      " AND (? = 0 OR pic_times < 0 OR pic_times - pic_times_held >= ?)"
                      " AND (? = 0 OR voice_seconds < 0 OR voice_seconds - voice_seconds_held >= ?)"
                      " AND (? = 0 OR calls_held < ?)"
                      " AND (? = 0 OR paid_ms <= ?)"
                      " AND (? = 0 OR money < 0 OR money - money_held > 0)"
                      " AND (? = 0 OR EXISTS (SELECT 1 FROM api_keys WHERE id = ? AND revoked_ms = 0"
                      " AND (ends_ms = 0 OR ends_ms > ?)"
                      " AND (? = 0 OR most_tokens < 0 OR most_tokens - tokens_used - tokens_held > 0)"
                      " AND (? = 0 OR most_money < 0 OR most_money - money_used - money_held > 0)))",
                      {wanted.tokens,
                       wanted.pictures,
                       wanted.voiceSeconds,
                       wanted.money,
                       demand.hold.calls,
                       priceMs,
                       demand.nowMs,
                       demand.nowMs + priceMs,
                       priceMs,
                       demand.userId,
                       epoch,
                       epoch,
                       wanted.tokens,
                       wanted.pictures,
                       wanted.pictures,
                       wanted.voiceSeconds,
                       wanted.voiceSeconds,
                       demand.mostCalls,
                       demand.mostCalls,
                       demand.callsPerMinute,
                       latestPaid(demand),
                       wanted.money,
                       demand.keyId,
                       demand.keyId,
                       demand.nowMs,
                       demand.hold.keyTokens,
                       demand.hold.keyMoney}) > 0;
}

}  // namespace

bool removeReservation(Session& session, const std::string& callId, std::int64_t expiresBefore) {
    return changeRows(session, "DELETE FROM reservations WHERE call_id = ? AND expires_ms < ?",
                      {callId, expiresBefore}) > 0;
}

// Ends a hold and takes what is charged, never below 0; both may be nothing.
void unholdAndCharge(Session& session, std::int64_t userId, const Hold& hold, const Amounts& charge) {
    changeRows(session,
               "UPDATE users SET tokens_held = tokens_held - ?, pic_times_held = pic_times_held - ?,"
               " voice_seconds_held = voice_seconds_held - ?, calls_held = calls_held - ?, paid_ms = paid_ms - ?,"
               " tokens = CASE WHEN tokens < 0 THEN tokens WHEN tokens < ? THEN 0 ELSE tokens - ? END,"
               " pic_times = CASE WHEN pic_times < 0 THEN pic_times WHEN pic_times < ? THEN 0 ELSE pic_times - ? END,"
               " voice_seconds = CASE WHEN voice_seconds < 0 THEN voice_seconds WHEN voice_seconds < ? THEN 0"
               " ELSE voice_seconds - ? END,"
               " money_held = money_held - ?,"
               " money = CASE WHEN money < 0 THEN money WHEN money < ? THEN 0 ELSE money - ? END"
               " WHERE id = ?",
               {hold.amounts.tokens, hold.amounts.pictures, hold.amounts.voiceSeconds, hold.calls, hold.priceMs,
                charge.tokens, charge.tokens, charge.pictures, charge.pictures, charge.voiceSeconds,
                charge.voiceSeconds, hold.amounts.money, charge.money, charge.money, userId});
}

// The same of the key. What its calls cost counts in full: the next one is refused.
void unholdAndChargeKey(Session& session, std::int64_t keyId, const Hold& hold, const Amounts& charge) {
    changeRows(session,
               "UPDATE api_keys SET tokens_held = tokens_held - ?, money_held = money_held - ?,"
               " tokens_used = tokens_used + ?, money_used = money_used + ? WHERE id = ?",
               {hold.keyTokens, hold.keyMoney, charge.tokens, charge.money, keyId});
}

std::optional<Error> reserve(Session& session, const Demand& demand) {
    const Hold& held = demand.hold;
    if (held.keyId != 0) {
        lockUser(session, demand.userId);  // and with it the key, of which the next statement sees what is held
        refillKey(session, held.keyId, demand.nowMs);
    }
    if (!hold(session, demand)) {
        // Another call may end between the refusal and the question why; with the lock it is either before or after.
        lockUser(session, demand.userId);
        if (!hold(session, demand)) return refusalOf(session, demand);
    }
    if (held.keyId != 0) holdOfKey(session, held);
    const Amounts& wanted = held.amounts;
    changeRows(
        session,
        "INSERT INTO reservations"
        " (call_id, user_id, tokens, pic_times, voice_seconds, money, key_id, key_tokens, key_money, calls,"
        " owner, expires_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        {demand.callId, demand.userId, wanted.tokens, wanted.pictures, wanted.voiceSeconds, wanted.money, held.keyId,
         held.keyTokens, held.keyMoney, held.calls, demand.owner, demand.nowMs + std::int64_t(demand.life.count())});
    return std::nullopt;
}

bool release(Session& session, const Reservation& reservation, std::int64_t expiresBefore) {
    // A reservation whose COMMIT nobody answered may still be on its way, and has this lock then.
    lockUser(session, reservation.userId);
    if (!removeReservation(session, reservation.callId, expiresBefore)) return false;
    const Hold& given = reservation.hold;
    unholdAndCharge(session, reservation.userId, given, {});
    if (given.keyId != 0) unholdAndChargeKey(session, given.keyId, given, {});
    return true;
}

std::vector<Holder> otherHolders(Session& session, const std::string& owner) {
    std::vector<std::string> owners;
    std::vector<std::int64_t> expiries;
    session << "SELECT owner, MAX(expires_ms) FROM reservations WHERE owner <> ? GROUP BY owner", into(owners),
        into(expiries), bind(owner), now;
    std::vector<Holder> holders;
    for (std::size_t i = 0; i < owners.size(); ++i) holders.push_back({owners[i], expiries[i]});
    return holders;
}

std::vector<Reservation> reservationsOf(Session& session, const Holder& holder) {
    // Those that expire last come last: they are the sign that their worker shows no life.
    constexpr std::int64_t enough = 32;  // in one transaction
    std::vector<std::string> callIds;
    std::vector<std::int64_t> userIds, tokens, pictures, voiceSeconds, money, keyIds, keyTokens, keyMoney, calls;
    session << "SELECT call_id, user_id, tokens, pic_times, voice_seconds, money, key_id, key_tokens, key_money, calls"
               " FROM reservations"
               " WHERE owner = ? AND expires_ms <= ? ORDER BY expires_ms LIMIT ?",
        into(callIds), into(userIds), into(tokens), into(pictures), into(voiceSeconds), into(money), into(keyIds),
        into(keyTokens), into(keyMoney), into(calls), bind(holder.owner), bind(holder.expiresMs), bind(enough), now;
    std::vector<Reservation> found;
    for (std::size_t i = 0; i < callIds.size(); ++i)
        found.push_back({callIds[i],
                         userIds[i],
                         {true,
                          {tokens[i], pictures[i], voiceSeconds[i], money[i]},
                          calls[i],
                          0,
                          keyIds[i],
                          keyTokens[i],
                          keyMoney[i]}});
    return found;
}

void putOff(Session& session, const Holder& holder) {
    session << "UPDATE reservations SET expires_ms = ? WHERE owner = ?", bind(holder.expiresMs), bind(holder.owner),
        now;
}

}  // namespace aiproject
