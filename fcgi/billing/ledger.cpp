#include "billing/ledger.h"

#include <Poco/Data/Session.h>

#include <algorithm>

#include "auth/quota_refill.h"
#include "base/unix_time.h"
#include "billing/refusal.h"
#include "store/prepared_statement.h"

namespace aiproject {

using Poco::Data::Session;
using Poco::Data::Keywords::bind;
using Poco::Data::Keywords::into;
using Poco::Data::Keywords::now;

namespace {

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

// One row in any case: an aggregate of no user's row is one, too, which is charged nothing. The user's row is locked,
// so that what the row says was charged is what the balance will fall by.
void insertRow(Session& session, const Settlement& row, const Amounts& charge) {
    changeRows(
        session,
        "INSERT INTO ledger (call_id, at_ms, user_id, user_name, model, route, kind, tokens_in, tokens_out, tokens,"
        " pictures, voice_seconds, milliseconds, outcome, basis, request_id, upstream_id,"
        " key_id, tokens_cached, tokens_reasoning, cost,"
        " charged_tokens, charged_pictures, charged_voice_seconds, balance, charged_money, balance_money)"
        " SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
        " COALESCE(MAX(CASE WHEN tokens < 0 THEN 0 WHEN tokens < ? THEN tokens ELSE ? END), 0),"
        " COALESCE(MAX(CASE WHEN pic_times < 0 THEN 0 WHEN pic_times < ? THEN pic_times ELSE ? END), 0),"
        " COALESCE(MAX(CASE WHEN voice_seconds < 0 THEN 0 WHEN voice_seconds < ? THEN voice_seconds ELSE ? END), 0),"
        " MAX(CASE WHEN ? > 0 THEN CASE WHEN tokens < 0 THEN tokens WHEN tokens < ? THEN 0 ELSE tokens - ? END"
        " WHEN ? > 0 THEN CASE WHEN pic_times < 0 THEN pic_times WHEN pic_times < ? THEN 0 ELSE pic_times - ? END"
        " WHEN ? > 0 THEN CASE WHEN voice_seconds < 0 THEN voice_seconds WHEN voice_seconds < ? THEN 0"
        " ELSE voice_seconds - ? END END),"
        " COALESCE(MAX(CASE WHEN money < 0 THEN 0 WHEN money < ? THEN money ELSE ? END), 0),"
        " MAX(CASE WHEN ? > 0 THEN CASE WHEN money < 0 THEN money WHEN money < ? THEN 0 ELSE money - ? END END)"
        " FROM users WHERE id = ?",
        {row.callId,
         row.atMs,
         row.userId,
         row.userName,
         row.model,
         row.route,
         row.kind,
         row.tokensIn,
         row.tokensOut,
         row.used.tokens,
         row.used.pictures,
         row.used.voiceSeconds,
         row.milliseconds,
         row.outcome,
         row.basis,
         row.requestId,
         row.upstreamId,
         row.keyId,
         row.tokensCached,
         row.tokensReasoning,
         row.used.money,
         charge.tokens,
         charge.tokens,
         charge.pictures,
         charge.pictures,
         charge.voiceSeconds,
         charge.voiceSeconds,
         charge.tokens,
         charge.tokens,
         charge.tokens,
         charge.pictures,
         charge.pictures,
         charge.pictures,
         charge.voiceSeconds,
         charge.voiceSeconds,
         charge.voiceSeconds,
         charge.money,
         charge.money,
         charge.money,
         charge.money,
         charge.money,
         row.userId});
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

// The user's row is locked: reservations and settlements do that first.
void holdOfKey(Session& session, const Hold& hold) {
    changeRows(session, "UPDATE api_keys SET tokens_held = tokens_held + ?, money_held = money_held + ? WHERE id = ?",
               {hold.keyTokens, hold.keyMoney, hold.keyId});
}

void lockUser(Session& session, std::int64_t userId) {
    changeRows(session, "UPDATE users SET tokens_held = tokens_held WHERE id = ?", {userId});
}

bool removeReservation(Session& session, const std::string& callId, std::int64_t expiresBefore) {
    return changeRows(session, "DELETE FROM reservations WHERE call_id = ? AND expires_ms < ?",
                      {callId, expiresBefore}) > 0;
}

bool isSettled(Session& session, const std::string& callId) {
    std::int64_t count = 0;
    readRow(session, "SELECT COUNT(*) FROM ledger WHERE call_id = ?", {callId}, {&count});
    return count > 0;
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

bool settle(Session& session, const Settlement& settlement, const QuotaConfig& quota) {
    if (settlement.userId != 0) lockUser(session, settlement.userId);
    if (isSettled(session, settlement.callId)) return false;
    Hold given = settlement.hold;
    given.priceMs = 0;  // a model was asked: the call is one of its minute
    if (given.isMade && !removeReservation(session, settlement.callId, kNever)) given = {};
    Amounts charge = settlement.isCharged ? settlement.used : Amounts{};
    charge.money = settlement.isMoneyCharged ? settlement.used.money : 0;
    if (!charge.isNothing()) refillQuota(session, quota, settlement.userId, unixMilliseconds());
    insertRow(session, settlement, charge);
    if (given.isMade || !charge.isNothing()) unholdAndCharge(session, settlement.userId, given, charge);
    if (settlement.isKeyCharged || given.keyId != 0) {
        refillKey(session, settlement.keyId, unixMilliseconds());
        unholdAndChargeKey(session, settlement.keyId, given, settlement.isKeyCharged ? settlement.used : Amounts{});
    }
    return true;
}

int settle(Session& session, std::vector<const Settlement*> settlements, const QuotaConfig& quota) {
    std::stable_sort(settlements.begin(), settlements.end(),
                     [](const auto* one, const auto* other) { return one->userId < other->userId; });
    int added = 0;
    for (const Settlement* one : settlements) added += settle(session, *one, quota) ? 1 : 0;
    return added;
}

}  // namespace aiproject
