#include "auth/user_directory.h"

#include "auth/api_keys.h"
#include "auth/audit.h"
#include "auth/quota_refill.h"
#include "base/error.h"
#include "base/unix_time.h"
#include "store/database.h"

#include <Poco/Data/RecordSet.h>
#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>

namespace aiproject {

using Poco::Data::Session;
using Poco::Data::Statement;
using Poco::Data::Keywords::bind;
using Poco::Data::Keywords::into;
using Poco::Data::Keywords::now;

namespace {

constexpr const char* kSelect =
    "SELECT id, name, email, academy, created_at, disabled, tokens, pic_times, voice_seconds, tokens_held,"
    " pic_times_held, voice_seconds_held, calls_held, refilled, money, money_held,"
    " (SELECT COALESCE(MAX(at_ms), 0) FROM audit WHERE audit.user_name = users.name AND audit.event = 'login')"
    " AS last_login FROM users ";

// With the refill that is due, as its next call will find it.
std::vector<AccountView> viewsOf(Statement& select, const QuotaConfig& quota) {
    select.execute();
    Poco::Data::RecordSet rows(select);
    std::vector<AccountView> views;
    const std::int64_t nowMs = unixMilliseconds();
    for (bool more = rows.moveFirst(); more; more = rows.moveNext()) {
        const auto text = [&](const char* column) { return rows[column].convert<std::string>(); };
        const auto number = [&](const char* column) { return rows[column].convert<std::int64_t>(); };
        const Balances left =
            refilled({number("tokens"), number("pic_times"), number("voice_seconds"), number("money")},
                     number("refilled"), quota, nowMs);
        views.push_back({number("id"), text("name"), text("email"), text("academy"), text("created_at"),
                         number("disabled") != 0, left.tokens, left.picTimes, left.voiceSeconds, number("tokens_held"),
                         number("pic_times_held"), number("voice_seconds_held"), number("calls_held"),
                         number("last_login"), left.money, number("money_held")});
    }
    return views;
}

// In a LIKE pattern whose escape is '!'.
std::string patternOf(const std::string& part) {
    std::string pattern = "%";
    for (const char sign : part) {
        if (sign == '%' || sign == '_' || sign == '!') pattern += '!';
        pattern += sign;
    }
    return pattern + "%";
}

// Which account it was, because another one may have that name later.
UserStore::Alongside onRecord(const std::string& event, const std::string& name, const std::string& detail = {}) {
    return [=](Session& session, std::int64_t userId) {
        const std::string who = "id " + std::to_string(userId);
        Audit::add(session, {event, name, {}, detail.empty() ? who : who + ", " + detail});
    };
}

std::int64_t changed(std::int64_t balance, const BalanceStep& step, const std::string& unit) {
    if (step.kind == BalanceStep::Kind::set) return step.number;
    if (balance < 0 && step.number != 0)
        throw Error(ErrorKind::notAllowed, unit +
                                               " are unlimited, so that nothing can be added or taken away; =N sets a"
                                               " limit. Nothing was changed");
    return raisedBy(balance, step.number);
}

}  // namespace

std::vector<AccountView> UserDirectory::list(const AccountFilter& filter) {
    std::vector<AccountView> views;
    const int onlyDisabled = filter.disabledOnly ? 1 : 0;
    database_.read([&](Session& session) {
        Statement select(session);
        select << kSelect
               << "WHERE LOWER(name) LIKE LOWER(?) ESCAPE '!' AND name > ? AND disabled >= ? ORDER BY name LIMIT ?",
            bind(patternOf(filter.like)), bind(filter.after), bind(onlyDisabled), bind(filter.limit);
        views = viewsOf(select, quota_);
    });
    return views;
}

std::optional<AccountView> UserDirectory::find(const std::string& name) {
    std::vector<AccountView> views;
    database_.read([&](Session& session) {
        Statement select(session);
        select << kSelect << "WHERE name = ?", bind(name);
        views = viewsOf(select, quota_);
    });
    if (views.empty()) return std::nullopt;
    return views.front();
}

std::string UserDirectory::meantBy(const std::string& typed) {
    const std::optional<StoredUser> found = UserStore(database_).findMeant(typed);
    return found ? found->name : typed;
}

void UserDirectory::add(const UserRecord& user) {
    UserRecord record = user;
    record.refilled = refillPeriod(quota_.refill, unixMilliseconds());
    record.cause = {"registered", "command"};
    UserStore(database_).insert(
        record,
        onRecord("registered", user.name, openingText({user.tokens, user.picTimes, user.voiceSeconds, user.money})));
}

bool UserDirectory::grant(const std::string& name, const Changes& changes, const std::string& detail) {
    return change(name, "granted", detail, [&](Session& session, std::int64_t userId) {
        const auto step = [&](const Balances& left) {
            return Balances{changed(left.tokens, changes.tokens, "tokens"),
                            changed(left.picTimes, changes.picTimes, "picture calls"),
                            changed(left.voiceSeconds, changes.voiceSeconds, "voice seconds"),
                            changed(left.money, changes.money, "micro-units of money")};
        };
        const auto done = changeBalances(session, quota_, userId, {"granted", "command", detail}, step);
        return done ? textOf(*done) : std::string();
    });
}

bool UserDirectory::setDisabled(const std::string& name, bool disabled) {
    return change(name, disabled ? "disabled" : "enabled", "", [&](Session& session, std::int64_t userId) {
        session << "UPDATE users SET disabled = ? WHERE id = ?", bind(disabled ? 1 : 0), bind(userId), now;
        return std::string();
    });
}

bool UserDirectory::rotate(const std::string& name) {
    const auto account = find(name);
    return account && UserStore(database_).rotate(account->id, onRecord("rotated", name));
}

bool UserDirectory::setPassword(const std::string& name, const std::string& passwordHash) {
    const auto account = find(name);
    return account && UserStore(database_).setPassword(account->id, passwordHash, onRecord("password", name));
}

bool UserDirectory::remove(const std::string& name) {
    return change(name, "deleted", "", [&](Session& session, std::int64_t userId) {
        const auto done = changeBalances(session, quota_, userId, {"deleted", "command"}, [](const Balances& left) {
            return Balances{0, 0, 0, left.money < 0 ? -1 : 0};
        });
        session << "DELETE FROM users WHERE id = ?", bind(userId), now;
        ApiKeys::revokeAllOf(session, userId);
        return done ? textOf(*done) : std::string();
    });
}

bool UserDirectory::change(const std::string& name, const std::string& event, const std::string& detail,
                           const Work& work) {
    std::int64_t id = 0;
    database_.write([&](Session& session) {
        id = 0;
        session << "SELECT id FROM users WHERE name = ?", into(id), bind(name), now;
        if (id == 0) return;  // no row: nothing was written into it
        const std::string more = work(session, id);
        onRecord(event, name, detail.empty() || more.empty() ? detail + more : detail + ": " + more)(session, id);
    });
    return id != 0;
}

}  // namespace aiproject
