#include "auth/balances.h"

#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>

#include <algorithm>

#include "auth/quota_refill.h"
#include "base/most_units.h"
#include "base/unix_time.h"
#include "store/prepared_statement.h"
#include "store/server_session.h"

namespace aiproject {

using Poco::Data::Session;
using Poco::Data::Keywords::bind;
using Poco::Data::Keywords::into;
using Poco::Data::Keywords::now;

namespace {

struct UnitColumn {
    const char* name;  // of the column of users
    std::int64_t Balances::*left;
};

constexpr UnitColumn kUnits[] = {{"tokens", &Balances::tokens},
                                 {"pic_times", &Balances::picTimes},
                                 {"voice_seconds", &Balances::voiceSeconds},
                                 {"money", &Balances::money}};

void record(Session& session, std::int64_t userId, const BalanceChange& change, const BalanceCause& cause) {
    const std::int64_t atMs = unixMilliseconds();
    for (const UnitColumn& unit : kUnits) {
        const std::int64_t after = change.after.*unit.left, amount = after - change.before.*unit.left;
        if (amount == 0) continue;
        session << "INSERT INTO balance_changes (at_ms, user_id, user_name, unit, amount, balance, reason, actor,"
                   " detail) SELECT ?, id, name, ?, ?, ?, ?, ?, ? FROM users WHERE id = ?",
            bind(atMs), bind(std::string(unit.name)), bind(amount), bind(after), bind(cause.reason), bind(cause.actor),
            bind(cause.detail), bind(userId), now;
    }
}

std::optional<Balances> balancesOf(Session& session, std::int64_t userId) {
    std::int64_t id = 0;
    Balances balances;
    session << "SELECT id, tokens, pic_times, voice_seconds, money FROM users WHERE id = ?", into(id),
        into(balances.tokens), into(balances.picTimes), into(balances.voiceSeconds), into(balances.money), bind(userId),
        now;
    return id == 0 ? std::nullopt : std::optional(balances);
}

}  // namespace

std::int64_t raisedBy(std::int64_t balance, std::int64_t amount) noexcept {
    if (balance < 0) return balance;
    // No command gives more than kMostUnits, but many may; beyond it a balance is no exact JSON number.
    return std::min(std::max(balance, kMostUnits), std::max<std::int64_t>(0, balance + amount));
}

std::string textOf(const BalanceChange& change) {
    std::string text;
    for (const UnitColumn& unit : kUnits) {
        const std::int64_t before = change.before.*unit.left, after = change.after.*unit.left;
        if (before == after) continue;
        text += (text.empty() ? "" : ", ") + std::string(unit.name);
        if (before >= 0 && after >= 0) text += (after > before ? " +" : " ") + std::to_string(after - before) + " =";
        text += after < 0 ? " unlimited" : " " + std::to_string(after);
    }
    return text;
}

std::string withAmounts(const std::string& what, const BalanceChange& change) {
    const std::string amounts = textOf(change);
    return amounts.empty() ? what : what + ": " + amounts;
}

std::string withGrant(const std::string& what, const Balances& grant) {
    std::string text;
    for (const UnitColumn& unit : kUnits)
        if (const std::int64_t amount = grant.*unit.left; amount != 0)
            text += (text.empty() ? ": " : ", ") + std::string(unit.name) + " " +
                    (amount < 0 ? "unlimited" : std::to_string(amount));
    return what + text;
}

std::string openingText(const Balances& balances) {
    std::string text;
    for (const UnitColumn& unit : kUnits) {
        const std::int64_t left = balances.*unit.left;
        if (unit.left == &Balances::money && left < 0) continue;  // as it was before there were prices
        text +=
            (text.empty() ? "" : ", ") + std::string(unit.name) + " " + (left < 0 ? "unlimited" : std::to_string(left));
    }
    return text;
}

void lockUser(Session& session, std::int64_t userId) {
    if (!ServerSession::of(session)) return;  // a transaction of SQLite has locked the file
    changeRows(session, "UPDATE users SET tokens_held = tokens_held WHERE id = ?", {userId});
}

std::optional<BalanceChange> changeBalances(Session& session, const QuotaConfig& quota, std::int64_t userId,
                                            const BalanceCause& cause,
                                            const std::function<Balances(const Balances&)>& change) {
    refillQuota(session, quota, userId, unixMilliseconds());
    // Locks the row: calls lower the same numbers meanwhile, and what was read before would undo that.
    lockUser(session, userId);
    return changeLocked(session, userId, cause, change);
}

std::optional<BalanceChange> changeLocked(Session& session, std::int64_t userId, const BalanceCause& cause,
                                          const std::function<Balances(const Balances&)>& change) {
    const std::optional<Balances> before = balancesOf(session, userId);
    if (!before) return std::nullopt;
    const BalanceChange changed{*before, change(*before)};
    const Balances& after = changed.after;
    if (!(after == *before))
        session << "UPDATE users SET tokens = ?, pic_times = ?, voice_seconds = ?, money = ? WHERE id = ?",
            bind(after.tokens), bind(after.picTimes), bind(after.voiceSeconds), bind(after.money), bind(userId), now;
    record(session, userId, changed, cause);
    return changed;
}

void recordOpening(Session& session, std::int64_t userId, const Balances& balances, const BalanceCause& cause) {
    record(session, userId, {{0, 0, 0}, balances}, cause);
}

}  // namespace aiproject
