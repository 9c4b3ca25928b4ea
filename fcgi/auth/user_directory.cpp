#include "auth/user_directory.h"

#include "auth/api_keys.h"
#include "auth/browser_sessions.h"
#include "auth/quota_refill.h"
#include "auth/text_forms.h"
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
    " pic_times_held, voice_seconds_held, calls_held, refilled, money, money_held, is_admin,"
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
                         number("last_login"), left.money, number("money_held"), number("is_admin") != 0});
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

std::int64_t changed(std::int64_t balance, const BalanceStep& step, const std::string& unit) {
    if (step.kind == BalanceStep::Kind::set) return step.number;
    if (balance < 0 && step.number != 0)
        throw Error(ErrorKind::notAllowed, unit +
                                               " are unlimited, so that nothing can be added or taken away; =N sets a"
                                               " limit. Nothing was changed");
    return raisedBy(balance, step.number);
}

std::optional<AccountView> oneOf(const std::vector<AccountView>& views) {
    return views.empty() ? std::nullopt : std::optional(views.front());
}

}  // namespace

UserRecord recordOf(const NewUser& checked, const Balances& opening, const std::string& passwordHash) {
    UserRecord record;
    record.name = checked.name;
    record.email = checked.email;
    record.academy = checked.academy;
    record.passwordHash = passwordHash;
    record.lookAlike = lookAlikeKey(checked.name);
    record.tokens = opening.tokens;
    record.picTimes = opening.picTimes;
    record.voiceSeconds = opening.voiceSeconds;
    record.money = opening.money;
    return record;
}

std::vector<AccountView> UserDirectory::list(const AccountFilter& filter) {
    std::vector<AccountView> views;
    const int onlyDisabled = filter.disabledOnly ? 1 : 0, onlyAdmins = filter.adminsOnly ? 1 : 0;
    database_.read([&](Session& session) {
        Statement select(session);
        select << kSelect
               << "WHERE LOWER(name) LIKE LOWER(?) ESCAPE '!' AND name > ? AND disabled >= ? AND is_admin >= ?"
                  " ORDER BY name LIMIT ?",
            bind(patternOf(filter.like)), bind(filter.after), bind(onlyDisabled), bind(onlyAdmins), bind(filter.limit);
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
    return oneOf(views);
}

std::optional<AccountView> UserDirectory::find(std::int64_t id) {
    std::vector<AccountView> views;
    database_.read([&](Session& session) {
        Statement select(session);
        select << kSelect << "WHERE id = ?", bind(id);
        views = viewsOf(select, quota_);
    });
    return oneOf(views);
}

std::string UserDirectory::meantBy(const std::string& typed) {
    const std::optional<StoredUser> found = UserStore(database_).findMeant(typed);
    return found ? found->name : typed;
}

void UserDirectory::add(const UserRecord& user) {
    UserRecord record = user;
    record.refilled = refillPeriod(quota_.refill, unixMilliseconds());
    record.cause = {"registered", actor()};
    UserStore(database_).insert(
        record,
        onRecord("registered", user.name, openingText({user.tokens, user.picTimes, user.voiceSeconds, user.money})));
}

bool UserDirectory::grant(std::int64_t userId, const Changes& changes, const std::string& detail) {
    return change(userId, "granted", detail, [&](Session& session) {
        const auto step = [&](const Balances& left) {
            return Balances{changed(left.tokens, changes.tokens, "tokens"),
                            changed(left.picTimes, changes.picTimes, "picture calls"),
                            changed(left.voiceSeconds, changes.voiceSeconds, "voice seconds"),
                            changed(left.money, changes.money, "micro-units of money")};
        };
        if (changes.isAdmin)
            session << "UPDATE users SET is_admin = ? WHERE id = ?", bind(*changes.isAdmin ? 1 : 0), bind(userId), now;
        const auto done = changeBalances(session, quota_, userId, {"granted", actor(), detail}, step);
        return done ? textOf(*done) : std::string();
    });
}

bool UserDirectory::setDisabled(std::int64_t userId, bool disabled) {
    return change(userId, disabled ? "disabled" : "enabled", "", [&](Session& session) {
        session << "UPDATE users SET disabled = ? WHERE id = ?", bind(disabled ? 1 : 0), bind(userId), now;
        if (disabled) BrowserSessions::endAllOf(session, userId);
        return std::string();
    });
}

bool UserDirectory::rotate(std::int64_t userId) {
    const auto account = find(userId);
    return account && UserStore(database_).rotate(userId, onRecord("rotated", account->name));
}

bool UserDirectory::setPassword(std::int64_t userId, const std::string& passwordHash) {
    const auto account = find(userId);
    return account && UserStore(database_).setPassword(userId, passwordHash, onRecord("password", account->name));
}

bool UserDirectory::remove(std::int64_t userId) {
    return change(userId, "deleted", "", [&](Session& session) {
        const auto done = changeBalances(session, quota_, userId, {"deleted", actor()}, [](const Balances& left) {
            return Balances{0, 0, 0, left.money < 0 ? -1 : 0};
        });
        session << "DELETE FROM users WHERE id = ?", bind(userId), now;
        ApiKeys::revokeAllOf(session, userId);
        BrowserSessions::endAllOf(session, userId);
        return done ? textOf(*done) : std::string();
    });
}

// Which account it was, because another one may have that name later.
UserStore::Alongside UserDirectory::onRecord(const std::string& event, const std::string& name,
                                             const std::string& detail) const {
    return [=, origin = origin_](Session& session, std::int64_t userId) {
        const std::string who = "id " + std::to_string(userId);
        Audit::add(session, {event, name, origin, detail.empty() ? who : who + ", " + detail});
    };
}

bool UserDirectory::change(std::int64_t userId, const std::string& event, const std::string& detail, const Work& work) {
    bool isThere = false;
    database_.write([&](Session& session) {
        std::string name;
        Statement select(session);
        select << "SELECT name FROM users WHERE id = ?", into(name), bind(userId);
        isThere = select.execute() > 0;
        if (!isThere) return;  // nothing was written into `name`
        const std::string more = work(session);
        onRecord(event, name, detail.empty() || more.empty() ? detail + more : detail + ": " + more)(session, userId);
    });
    return isThere;
}

}  // namespace aiproject
