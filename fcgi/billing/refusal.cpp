#include "billing/refusal.h"

#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>

#include <algorithm>
#include <optional>

#include "base/unix_time.h"

namespace aiproject {

using Poco::Data::Session;
using Poco::Data::Keywords::bind;
using Poco::Data::Keywords::into;
using Poco::Data::Keywords::now;

namespace {

struct Standing {        // of a user who was refused
    Amounts left, held;  // left: -1 is unlimited
    std::int64_t calls = 0, paidMs = 0, epoch = -1;
    int disabled = 1;
};

struct KeyStanding {  // of the key of a call that was refused
    std::int64_t mostTokens = -1, tokensUsed = 0, tokensHeld = 0, mostMoney = -1, moneyUsed = 0, moneyHeld = 0;
    std::int64_t endsMs = 0, revokedMs = 1;
};

Standing standingOf(Session& session, std::int64_t userId) {
    Standing user;
    session << "SELECT tokens, pic_times, voice_seconds, tokens_held, pic_times_held, voice_seconds_held, calls_held,"
               " paid_ms, epoch, disabled, money, money_held FROM users WHERE id = ?",
        into(user.left.tokens), into(user.left.pictures), into(user.left.voiceSeconds), into(user.held.tokens),
        into(user.held.pictures), into(user.held.voiceSeconds), into(user.calls), into(user.paidMs), into(user.epoch),
        into(user.disabled), into(user.left.money), into(user.held.money), bind(userId), now;
    return user;
}

KeyStanding standingOfKey(Session& session, std::int64_t keyId) {
    KeyStanding key;
    session << "SELECT most_tokens, tokens_used, tokens_held, most_money, money_used, money_held, ends_ms, revoked_ms"
               " FROM api_keys WHERE id = ?",
        into(key.mostTokens), into(key.tokensUsed), into(key.tokensHeld), into(key.mostMoney), into(key.moneyUsed),
        into(key.moneyHeld), into(key.endsMs), into(key.revokedMs), bind(keyId), now;
    return key;
}

struct SpentUnit {
    ErrorKind kind;
    const char* name;
};

// Why a call that needs `least` of a unit is refused; nothing: not for that unit. What only calls in progress keep from
// it is there again when they have ended.
std::optional<Error> spentError(const SpentUnit& unit, std::int64_t least, std::int64_t left, std::int64_t held) {
    constexpr int retrySeconds = 5;  // an answer takes some seconds, and may cost less than it holds
    if (least <= 0 || left < 0 || left - held >= least) return std::nullopt;
    const std::string name = unit.name, need = ", and this call needs " + std::to_string(least);
    const std::string balance = std::to_string(left) + " " + name + " are left";
    if (left < least) {
        const std::string sentence = left == 0 ? "no " + name + " are left" : balance + need;
        return Error(unit.kind, sentence, sentence);
    }
    const std::string sentence = balance + ", but your calls in progress hold " +
                                 (held < left ? std::to_string(held) + " of them" : std::string("them")) +
                                 (least > 1 ? need : "") + "; try again when one of those calls has ended";
    return Error(unit.kind, sentence, sentence, retrySeconds);
}

std::int64_t leftOf(std::int64_t most, std::int64_t used) {
    return most < 0 ? -1 : std::max<std::int64_t>(0, most - used);
}

// Of what a call costs nobody knows beforehand, one is enough.
std::int64_t oneOf(std::int64_t wanted) { return std::min<std::int64_t>(1, wanted); }

std::optional<Error> refusalOfKey(Session& session, const Demand& demand) {
    if (demand.keyId == 0) return std::nullopt;
    const KeyStanding key = standingOfKey(session, demand.keyId);
    if (key.revokedMs != 0 || (key.endsMs != 0 && key.endsMs <= demand.nowMs))
        return Error(ErrorKind::userUnknown, "key " + std::to_string(demand.keyId) + " is revoked or has expired");
    if (auto spent = spentError({ErrorKind::tokensSpent, "tokens of this key"}, oneOf(demand.hold.keyTokens),
                                leftOf(key.mostTokens, key.tokensUsed), key.tokensHeld))
        return spent;
    return spentError({ErrorKind::moneySpent, "micro-units of money of this key"}, oneOf(demand.hold.keyMoney),
                      leftOf(key.mostMoney, key.moneyUsed), key.moneyHeld);
}

}  // namespace

std::int64_t latestPaid(const Demand& demand) {
    constexpr std::int64_t minuteMs = 60'000;
    return demand.nowMs + minuteMs - demand.hold.priceMs;
}

Error refusalOf(Session& session, const Demand& demand) {
    const Standing user = standingOf(session, demand.userId);
    if (demand.epoch && user.epoch != *demand.epoch)
        return {ErrorKind::userUnknown, "the uuid of user " + std::to_string(demand.userId) + " has ended"};
    if (user.disabled != 0) return {ErrorKind::notAllowed, "the account was disabled or deleted"};
    if (const auto refused = refusalOfKey(session, demand)) return *refused;
    const Amounts& wanted = demand.hold.amounts;
    if (const auto spent = spentError({ErrorKind::moneySpent, "micro-units of money"}, oneOf(wanted.money),
                                      user.left.money, user.held.money))
        return *spent;
    if (const auto spent =
            spentError({ErrorKind::tokensSpent, "tokens"}, oneOf(wanted.tokens), user.left.tokens, user.held.tokens))
        return *spent;
    if (const auto spent = spentError({ErrorKind::picturesSpent, "picture calls"}, wanted.pictures, user.left.pictures,
                                      user.held.pictures))
        return *spent;
    if (const auto spent = spentError({ErrorKind::voiceSecondsSpent, "voice seconds"}, wanted.voiceSeconds,
                                      user.left.voiceSeconds, user.held.voiceSeconds))
        return *spent;
    if (demand.mostCalls > 0 && user.calls >= demand.mostCalls)
        return {ErrorKind::tooManyRequests, "limit.user_calls are in progress, of all hosts",
                "too many requests at once"};
    // From now on: the question may have waited for the user's row.
    const std::int64_t sinceMs = unixMilliseconds() - demand.nowMs;
    const std::int64_t waitMs = std::max<std::int64_t>(1, user.paidMs - latestPaid(demand) - sinceMs);
    return {ErrorKind::tooManyRequests, "limit.user_calls_per_minute, of all hosts", {}, int((waitMs + 999) / 1000)};
}

}  // namespace aiproject
