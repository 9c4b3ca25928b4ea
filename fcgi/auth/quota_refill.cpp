#include "auth/quota_refill.h"

#include <Poco/DateTime.h>
#include <Poco/Timestamp.h>

#include "store/prepared_statement.h"

namespace aiproject {

using Poco::Data::Session;

namespace {

// What is above was written by a clock that was ahead, or is of the other form: the operator has changed days to
// months. A day's grace, for hosts whose clocks differ.
std::int64_t latestPeriod(Refill refill, std::int64_t nowMs) {
    constexpr std::int64_t dayMs = 86'400'000;
    return refillPeriod(refill, nowMs + dayMs);
}

Balances raised(const Balances& balances, const QuotaConfig& quota) {
    const auto raise = [](std::int64_t balance, std::int64_t to) {
        return balance >= 0 && balance < to ? to : balance;
    };
    return {raise(balances.tokens, quota.refillTokens), raise(balances.picTimes, quota.refillPicTimes),
            raise(balances.voiceSeconds, quota.refillVoiceSeconds), raise(balances.money, quota.refillMoney)};
}

}  // namespace

std::int64_t refillPeriod(Refill refill, std::int64_t nowMs) {
    if (refill == Refill::none) return 0;
    const Poco::DateTime date(Poco::Timestamp(nowMs * 1000));
    const std::int64_t month = date.year() * 100 + date.month();
    return refill == Refill::month ? month : month * 100 + date.day();
}

Balances refilled(const Balances& balances, std::int64_t lastPeriod, const QuotaConfig& quota, std::int64_t nowMs) {
    const std::int64_t period = refillPeriod(quota.refill, nowMs);
    const bool isDue = lastPeriod < period || lastPeriod > latestPeriod(quota.refill, nowMs);
    return quota.refill == Refill::none || !isDue ? balances : raised(balances, quota);
}

void refillQuota(Session& session, const QuotaConfig& quota, std::int64_t userId, std::int64_t nowMs) {
    if (quota.refill == Refill::none) return;
    const std::int64_t period = refillPeriod(quota.refill, nowMs);
    // First the mark, which locks the row: of two that come at once, one refills.
    const auto marked =
        changeRows(session, "UPDATE users SET refilled = ? WHERE id = ? AND (refilled < ? OR refilled > ?)",
                   {period, userId, period, latestPeriod(quota.refill, nowMs)});
    if (marked == 0) return;
    changeLocked(session, userId, {"refilled", "system", std::to_string(period)},
                 [&](const Balances& balances) { return raised(balances, quota); });
}

void refillKey(Session& session, std::int64_t keyId, std::int64_t nowMs) {
    const auto period = [&](Refill refill) { return refillPeriod(refill, nowMs); };
    const auto latest = [&](Refill refill) { return latestPeriod(refill, nowMs); };
    changeRows(session,
               "UPDATE api_keys SET tokens_used = 0, money_used = 0,"
               " refilled = CASE WHEN refill = 'day' THEN ? ELSE ? END"
               " WHERE id = ? AND ((refill = 'day' AND (refilled < ? OR refilled > ?))"
               " OR (refill = 'month' AND (refilled < ? OR refilled > ?)))",
               {period(Refill::day), period(Refill::month), keyId, period(Refill::day), latest(Refill::day),
                period(Refill::month), latest(Refill::month)});
}

}  // namespace aiproject
