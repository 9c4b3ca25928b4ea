#include "billing/ledger.h"

#include <Poco/Data/Session.h>

#include <algorithm>

#include "auth/balances.h"
#include "auth/quota_refill.h"
#include "base/unix_time.h"
#include "billing/reservations.h"
#include "store/prepared_statement.h"

namespace aiproject {

using Poco::Data::Session;

namespace {

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

bool isSettled(Session& session, const std::string& callId) {
    std::int64_t count = 0;
    readRow(session, "SELECT COUNT(*) FROM ledger WHERE call_id = ?", {callId}, {&count});
    return count > 0;
}

}  // namespace

bool settle(Session& session, const Settlement& settlement, const QuotaConfig& quota) {
    if (settlement.userId != 0) lockUser(session, settlement.userId);
    if (isSettled(session, settlement.callId)) return false;
    Hold given = settlement.hold;
    given.priceMs = 0;  // a model was asked: the call is one of its minute
    if (given.isMade && !removeReservation(session, settlement.callId)) given = {};
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
