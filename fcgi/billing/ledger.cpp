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

constexpr std::int64_t kNoBalance = -2;  // NULL in the ledger: nothing was charged

// What a settlement takes, and what is left then.
struct Charged {
    Amounts amounts;
    std::int64_t balance = kNoBalance, money = kNoBalance;
};

std::int64_t amountTaken(std::int64_t balance, std::int64_t amount) {
    return std::max<std::int64_t>(0, std::min(balance, amount));
}

std::int64_t balanceLeft(std::int64_t balance, std::int64_t amount) {
    return balance < 0 ? balance : std::max<std::int64_t>(0, balance - amount);
}

// The user's row is locked, so that what the ledger says was charged is what the balance will fall by.
Charged chargedBy(Session& session, std::int64_t userId, const Amounts& charge) {
    Charged charged;
    Balances has;
    if (charge.isNothing() ||
        !readRow(session, "SELECT tokens, pic_times, voice_seconds, money FROM users WHERE id = ?", {userId},
                 {&has.tokens, &has.picTimes, &has.voiceSeconds, &has.money}))
        return charged;
    charged.amounts = {amountTaken(has.tokens, charge.tokens), amountTaken(has.picTimes, charge.pictures),
                       amountTaken(has.voiceSeconds, charge.voiceSeconds), amountTaken(has.money, charge.money)};
    if (charge.tokens > 0)
        charged.balance = balanceLeft(has.tokens, charge.tokens);
    else if (charge.pictures > 0)
        charged.balance = balanceLeft(has.picTimes, charge.pictures);
    else if (charge.voiceSeconds > 0)
        charged.balance = balanceLeft(has.voiceSeconds, charge.voiceSeconds);
    if (charge.money > 0) charged.money = balanceLeft(has.money, charge.money);
    return charged;
}

// VALUES and no SELECT: SQLite keeps a journal of each statement that may insert many rows.
void insertRow(Session& session, const Settlement& row, const Charged& charged) {
    changeRows(session,
               "INSERT INTO ledger (call_id, at_ms, user_id, user_name, model, route, kind, tokens_in, tokens_out,"
               " tokens, pictures, voice_seconds, milliseconds, outcome, basis, request_id, upstream_id,"
               " key_id, tokens_cached, tokens_reasoning, cost,"
               " charged_tokens, charged_pictures, charged_voice_seconds, balance, charged_money, balance_money)"
               " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULLIF(?, -2), ?,"
               " NULLIF(?, -2))",
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
                charged.amounts.tokens,
                charged.amounts.pictures,
                charged.amounts.voiceSeconds,
                charged.balance,
                charged.amounts.money,
                charged.money});
}

bool isSettled(Session& session, const std::string& callId) {
    std::int64_t id = 0;
    return readRow(session, "SELECT id FROM ledger WHERE call_id = ?", {callId}, {&id});
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
    insertRow(session, settlement, chargedBy(session, settlement.userId, charge));
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
