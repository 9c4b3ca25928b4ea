#include "auth/quota_refill.h"

#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>
#include <Poco/DateTime.h>
#include <Poco/Timestamp.h>

namespace aiproject {

using Poco::Data::Keywords::bind;
using Poco::Data::Keywords::now;

namespace {

// What is above was written by a clock that was ahead, or is of the other form: the operator has changed days to
// months. A day's grace, for hosts whose clocks differ.
std::int64_t lastPeriod(Refill refill, std::int64_t nowMs) {
    constexpr std::int64_t dayMs = 86'400'000;
    return refillPeriod(refill, nowMs + dayMs);
}

}  // namespace

std::int64_t refillPeriod(Refill refill, std::int64_t nowMs) {
    if (refill == Refill::none) return 0;
    const Poco::DateTime date(Poco::Timestamp(nowMs * 1000));
    const std::int64_t month = date.year() * 100 + date.month();
    return refill == Refill::month ? month : month * 100 + date.day();
}

StoredUser refilled(StoredUser user, const QuotaConfig& quota, std::int64_t nowMs) {
    const std::int64_t period = refillPeriod(quota.refill, nowMs);
    const bool isDue = user.refilled < period || user.refilled > lastPeriod(quota.refill, nowMs);
    if (quota.refill == Refill::none || !isDue) return user;
    const auto raise = [](std::int64_t& balance, std::int64_t to) {
        if (balance >= 0 && balance < to) balance = to;
    };
    raise(user.tokens, quota.refillTokens);
    raise(user.picTimes, quota.refillPicTimes);
    raise(user.voiceSeconds, quota.refillVoiceSeconds);
    user.refilled = period;
    return user;
}

void refillQuota(Poco::Data::Session& session, const QuotaConfig& quota, std::int64_t userId, std::int64_t nowMs) {
    if (quota.refill == Refill::none) return;
    const std::int64_t period = refillPeriod(quota.refill, nowMs);
    session << "UPDATE users SET"
               " tokens = CASE WHEN tokens >= 0 AND tokens < ? THEN ? ELSE tokens END,"
               " pic_times = CASE WHEN pic_times >= 0 AND pic_times < ? THEN ? ELSE pic_times END,"
               " voice_seconds = CASE WHEN voice_seconds >= 0 AND voice_seconds < ? THEN ? ELSE voice_seconds END,"
               " refilled = ? WHERE id = ? AND (refilled < ? OR refilled > ?)",
        bind(quota.refillTokens), bind(quota.refillTokens), bind(quota.refillPicTimes), bind(quota.refillPicTimes),
        bind(quota.refillVoiceSeconds), bind(quota.refillVoiceSeconds), bind(period), bind(userId), bind(period),
        bind(lastPeriod(quota.refill, nowMs)), now;
}

}  // namespace aiproject
