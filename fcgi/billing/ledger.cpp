#include "billing/ledger.h"

#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>

#include <algorithm>

#include "auth/quota_refill.h"
#include "base/unix_time.h"
#include "billing/refusal.h"

namespace aiproject {

using Poco::Data::Session;
using Poco::Data::Statement;
using Poco::Data::Keywords::bind;
using Poco::Data::Keywords::into;
using Poco::Data::Keywords::now;

namespace {

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

int flag(bool isSet) { return isSet ? 1 : 0; }

// What has the time and place of a row, without what was charged.
constexpr const char* kColumns =
    "INSERT INTO ledger (call_id, at_ms, user_id, user_name, model, route, kind, tokens_in, tokens_out, tokens,"
    " pictures, voice_seconds, milliseconds, outcome, basis, request_id, upstream_id,"
    " charged_tokens, charged_pictures, charged_voice_seconds, balance)";
constexpr const char* kValues = "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?";

void bindRow(Statement& insert, const Settlement& row) {
    insert, bind(row.callId), bind(row.atMs), bind(row.userId), bind(row.userName), bind(row.model), bind(row.route),
        bind(row.kind), bind(row.tokensIn), bind(row.tokensOut), bind(row.used.tokens), bind(row.used.pictures),
        bind(row.used.voiceSeconds), bind(row.milliseconds), bind(row.outcome), bind(row.basis), bind(row.requestId),
        bind(row.upstreamId);
}

void insertUncharged(Session& session, const Settlement& row) {
    Statement insert(session);
    insert << kColumns << " VALUES (" << kValues << ", 0, 0, 0, NULL)";
    bindRow(insert, row);
    insert.execute();
}

// False: there is no such user any more. The user's row is locked, so that it is what the balance will fall by.
bool insertCharged(Session& session, const Settlement& row) {
    Statement insert(session);
    insert << kColumns << " SELECT " << kValues
           << ", CASE WHEN tokens < 0 THEN 0 WHEN tokens < ? THEN tokens ELSE ? END,"
              " CASE WHEN pic_times < 0 THEN 0 WHEN pic_times < ? THEN pic_times ELSE ? END,"
              " CASE WHEN voice_seconds < 0 THEN 0 WHEN voice_seconds < ? THEN voice_seconds ELSE ? END,"
              " CASE WHEN ? = 1 THEN CASE WHEN tokens < 0 THEN tokens WHEN tokens < ? THEN 0 ELSE tokens - ? END"
              " WHEN ? = 1 THEN CASE WHEN pic_times < 0 THEN pic_times WHEN pic_times < ? THEN 0"
              " ELSE pic_times - ? END"
              " ELSE CASE WHEN voice_seconds < 0 THEN voice_seconds WHEN voice_seconds < ? THEN 0"
              " ELSE voice_seconds - ? END END"
              " FROM users WHERE id = ?";
    bindRow(insert, row);
    insert, bind(row.used.tokens), bind(row.used.tokens), bind(row.used.pictures), bind(row.used.pictures),
        bind(row.used.voiceSeconds), bind(row.used.voiceSeconds);
    insert, bind(flag(row.used.tokens > 0)), bind(row.used.tokens), bind(row.used.tokens),
        bind(flag(row.used.pictures > 0)), bind(row.used.pictures), bind(row.used.pictures),
        bind(row.used.voiceSeconds), bind(row.used.voiceSeconds), bind(row.userId);
    return insert.execute() > 0;
}

void lowerBalance(Session& session, const Settlement& row) {
    session << "UPDATE users SET"
               " tokens = CASE WHEN tokens < 0 THEN tokens WHEN tokens < ? THEN 0 ELSE tokens - ? END,"
               " pic_times = CASE WHEN pic_times < 0 THEN pic_times WHEN pic_times < ? THEN 0 ELSE pic_times - ? END,"
               " voice_seconds = CASE WHEN voice_seconds < 0 THEN voice_seconds WHEN voice_seconds < ? THEN 0"
               " ELSE voice_seconds - ? END"
               " WHERE id = ?",
        bind(row.used.tokens), bind(row.used.tokens), bind(row.used.pictures), bind(row.used.pictures),
        bind(row.used.voiceSeconds), bind(row.used.voiceSeconds), bind(row.userId), now;
}

// Locks the user's row, also when nothing is taken.
void unhold(Session& session, std::int64_t userId, const Hold& hold) {
    session << "UPDATE users SET tokens_held = tokens_held - ?, pic_times_held = pic_times_held - ?,"
               " voice_seconds_held = voice_seconds_held - ?, calls_held = calls_held - ?, paid_ms = paid_ms - ?"
               " WHERE id = ?",
        bind(hold.amounts.tokens), bind(hold.amounts.pictures), bind(hold.amounts.voiceSeconds), bind(hold.calls),
        bind(hold.priceMs), bind(userId), now;
}

void lockUser(Session& session, std::int64_t userId) { unhold(session, userId, {}); }

bool removeReservation(Session& session, const std::string& callId, std::int64_t expiresBefore) {
    Statement remove(session);
    remove << "DELETE FROM reservations WHERE call_id = ? AND expires_ms < ?", bind(callId), bind(expiresBefore);
    return remove.execute() > 0;
}

bool isSettled(Session& session, const std::string& callId) {
    std::int64_t count = 0;
    session << "SELECT COUNT(*) FROM ledger WHERE call_id = ?", into(count), bind(callId), now;
    return count > 0;
}

// Checks and holds in one statement. False: something does not allow it.
bool hold(Session& session, const Demand& demand) {
    const Amounts& wanted = demand.hold.amounts;
    const std::int64_t priceMs = demand.hold.priceMs;
    Statement update(session);
    update << "UPDATE users SET tokens_held = tokens_held + ?, pic_times_held = pic_times_held + ?,"
              " voice_seconds_held = voice_seconds_held + ?, calls_held = calls_held + ?,"
              " paid_ms = CASE WHEN ? = 0 THEN paid_ms WHEN paid_ms < ? THEN ? ELSE paid_ms + ? END"
              " WHERE id = ? AND disabled = 0"
              " AND (? = 0 OR tokens < 0 OR tokens - tokens_held > 0)"
              " AND (? = 0 OR pic_times < 0 OR pic_times - pic_times_held >= ?)"
              " AND (? = 0 OR voice_seconds < 0 OR voice_seconds - voice_seconds_held >= ?)"
              " AND (? = 0 OR calls_held < ?)"
              " AND (? = 0 OR paid_ms <= ?)",
        bind(wanted.tokens), bind(wanted.pictures), bind(wanted.voiceSeconds), bind(demand.hold.calls),
        bind(flag(priceMs > 0)), bind(demand.nowMs), bind(demand.nowMs + priceMs), bind(priceMs), bind(demand.userId),
        bind(flag(wanted.tokens > 0)), bind(flag(wanted.pictures > 0)), bind(wanted.pictures),
        bind(flag(wanted.voiceSeconds > 0)), bind(wanted.voiceSeconds), bind(flag(demand.mostCalls > 0)),
        bind(demand.mostCalls), bind(flag(demand.callsPerMinute > 0)), bind(latestPaid(demand));
    return update.execute() > 0;
}

}  // namespace

std::optional<Error> reserve(Session& session, const Demand& demand) {
    if (!hold(session, demand)) {
        // Another call may end between the refusal and the question why; with the lock it is either before or after.
        lockUser(session, demand.userId);
        if (!hold(session, demand)) return refusalOf(session, demand);
    }
    const Amounts& wanted = demand.hold.amounts;
    session << "INSERT INTO reservations"
               " (call_id, user_id, tokens, pic_times, voice_seconds, calls, owner, expires_ms)"
               " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        bind(demand.callId), bind(demand.userId), bind(wanted.tokens), bind(wanted.pictures), bind(wanted.voiceSeconds),
        bind(demand.hold.calls), bind(demand.owner), bind(demand.nowMs + std::int64_t(demand.life.count())), now;
    return std::nullopt;
}

bool release(Session& session, const Reservation& reservation, std::int64_t expiresBefore) {
    // A reservation whose COMMIT nobody answered may still be on its way, and has this lock then.
    lockUser(session, reservation.userId);
    if (!removeReservation(session, reservation.callId, expiresBefore)) return false;
    unhold(session, reservation.userId, reservation.hold);
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
    std::vector<std::int64_t> userIds, tokens, pictures, voiceSeconds, calls;
    session << "SELECT call_id, user_id, tokens, pic_times, voice_seconds, calls FROM reservations"
               " WHERE owner = ? AND expires_ms <= ? ORDER BY expires_ms LIMIT ?",
        into(callIds), into(userIds), into(tokens), into(pictures), into(voiceSeconds), into(calls), bind(holder.owner),
        bind(holder.expiresMs), bind(enough), now;
    std::vector<Reservation> found;
    for (std::size_t i = 0; i < callIds.size(); ++i)
        found.push_back({callIds[i], userIds[i], {true, {tokens[i], pictures[i], voiceSeconds[i]}, calls[i]}});
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
    const bool isCharged = settlement.isCharged && !settlement.used.isNothing();
    if (given.isMade) unhold(session, settlement.userId, given);
    if (isCharged) refillQuota(session, quota, settlement.userId, unixMilliseconds());
    if (isCharged && insertCharged(session, settlement))
        lowerBalance(session, settlement);
    else
        insertUncharged(session, settlement);
    return true;
}

}  // namespace aiproject
