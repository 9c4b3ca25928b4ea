#include "auth/user_directory.h"

#include "auth/audit.h"
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
    " pic_times_held, voice_seconds_held, calls_held,"
    " (SELECT COALESCE(MAX(at_ms), 0) FROM audit WHERE audit.user_name = users.name AND audit.event = 'login')"
    " AS last_login FROM users ";

std::vector<AccountView> viewsOf(Statement& select) {
    select.execute();
    Poco::Data::RecordSet rows(select);
    std::vector<AccountView> views;
    for (bool more = rows.moveFirst(); more; more = rows.moveNext()) {
        const auto text = [&](const char* column) { return rows[column].convert<std::string>(); };
        const auto number = [&](const char* column) { return rows[column].convert<std::int64_t>(); };
        views.push_back({number("id"), text("name"), text("email"), text("academy"), text("created_at"),
                         number("disabled") != 0, number("tokens"), number("pic_times"), number("voice_seconds"),
                         number("tokens_held"), number("pic_times_held"), number("voice_seconds_held"),
                         number("calls_held"), number("last_login")});
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

int isSet(const BalanceChange& change) { return change.kind == BalanceChange::Kind::set ? 1 : 0; }

}  // namespace

std::vector<AccountView> UserDirectory::list(const AccountFilter& filter) {
    std::vector<AccountView> views;
    const int onlyDisabled = filter.disabledOnly ? 1 : 0;
    database_.read([&](Session& session) {
        Statement select(session);
        select << kSelect
               << "WHERE LOWER(name) LIKE LOWER(?) ESCAPE '!' AND name > ? AND disabled >= ? ORDER BY name LIMIT ?",
            bind(patternOf(filter.like)), bind(filter.after), bind(onlyDisabled), bind(filter.limit);
        views = viewsOf(select);
    });
    return views;
}

std::optional<AccountView> UserDirectory::find(const std::string& name) {
    std::vector<AccountView> views;
    database_.read([&](Session& session) {
        Statement select(session);
        select << kSelect << "WHERE name = ?", bind(name);
        views = viewsOf(select);
    });
    if (views.empty()) return std::nullopt;
    return views.front();
}

std::string UserDirectory::meantBy(const std::string& typed) {
    const std::optional<StoredUser> found = UserStore(database_).findMeant(typed);
    return found ? found->name : typed;
}

void UserDirectory::add(const UserRecord& user) {
    UserStore(database_).insert(user, onRecord("registered", user.name));
}

bool UserDirectory::grant(const std::string& name, const Changes& changes, const std::string& detail) {
    // One statement: calls lower the same numbers meanwhile, and what was read before would undo that.
    return change(name, "granted", detail, [&](Session& session, std::int64_t userId) {
        const auto& [tokens, pictures, seconds] = changes;
        session << "UPDATE users SET"
                   " tokens = CASE WHEN ? = 1 THEN ? WHEN tokens < 0 THEN tokens WHEN tokens + ? < 0 THEN 0"
                   " ELSE tokens + ? END,"
                   " pic_times = CASE WHEN ? = 1 THEN ? WHEN pic_times < 0 THEN pic_times WHEN pic_times + ? < 0 THEN 0"
                   " ELSE pic_times + ? END,"
                   " voice_seconds = CASE WHEN ? = 1 THEN ? WHEN voice_seconds < 0 THEN voice_seconds"
                   " WHEN voice_seconds + ? < 0 THEN 0 ELSE voice_seconds + ? END"
                   " WHERE id = ?",
            bind(isSet(tokens)), bind(tokens.number), bind(tokens.number), bind(tokens.number), bind(isSet(pictures)),
            bind(pictures.number), bind(pictures.number), bind(pictures.number), bind(isSet(seconds)),
            bind(seconds.number), bind(seconds.number), bind(seconds.number), bind(userId), now;
    });
}

bool UserDirectory::setDisabled(const std::string& name, bool disabled) {
    return change(name, disabled ? "disabled" : "enabled", "", [&](Session& session, std::int64_t userId) {
        session << "UPDATE users SET disabled = ? WHERE id = ?", bind(disabled ? 1 : 0), bind(userId), now;
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
    return change(name, "deleted", "", [](Session& session, std::int64_t userId) {
        session << "DELETE FROM users WHERE id = ?", bind(userId), now;
    });
}

bool UserDirectory::change(const std::string& name, const std::string& event, const std::string& detail,
                           const UserStore::Alongside& work) {
    std::int64_t id = 0;
    database_.write([&](Session& session) {
        id = 0;
        session << "SELECT id FROM users WHERE name = ?", into(id), bind(name), now;
        if (id == 0) return;  // no row: nothing was written into it
        work(session, id);
        onRecord(event, name, detail)(session, id);
    });
    return id != 0;
}

}  // namespace aiproject
