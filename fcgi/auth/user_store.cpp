#include "auth/user_store.h"

#include <Poco/Data/SQLite/SQLiteException.h>
#include <Poco/Data/Statement.h>

#include <algorithm>

#include "auth/database.h"
#include "base/error.h"

namespace aiproject {

using Poco::Data::Session;
using Poco::Data::Keywords::bind;
using Poco::Data::Keywords::into;
using Poco::Data::Keywords::now;

std::optional<StoredUser> UserStore::find(const std::string& name) {
    StoredUser user;
    int disabled = 0;
    database_.read([&](Session& session) {
        session << "SELECT id, name, password, epoch, tokens, pic_times, disabled FROM users WHERE name = ?",
            into(user.id), into(user.name), into(user.passwordHash), into(user.epoch), into(user.tokens),
            into(user.picTimes), into(disabled), bind(name), now;
    });
    user.disabled = disabled != 0;
    if (user.id == 0) return std::nullopt;  // no row: nothing was written into it
    return user;
}

std::int64_t UserStore::insert(const UserRecord& user) {
    std::int64_t id = 0;
    try {
        database_.write([&](Session& session) {
            session
                << "INSERT INTO users (name, password, email, academy, tokens, pic_times) VALUES (?, ?, ?, ?, ?, ?)",
                bind(user.name), bind(user.passwordHash), bind(user.email), bind(user.academy), bind(user.tokens),
                bind(user.picTimes), now;
            session << "SELECT last_insert_rowid()", into(id), now;
        });
    } catch (const Poco::Data::SQLite::ConstraintViolationException& e) {
        if (find(user.name)) throw Error(ErrorKind::nameTaken, "the name was taken by another registration");
        throw Error(ErrorKind::internal, "a new user breaks a rule of the table: " + e.displayText());
    }
    return id;
}

void UserStore::replacePasswordHash(const StoredUser& user, const std::string& passwordHash) {
    database_.write([&](Session& session) {
        session << "UPDATE users SET password = ? WHERE id = ? AND password = ?", bind(passwordHash), bind(user.id),
            bind(user.passwordHash), now;
    });
}

void UserStore::charge(std::int64_t userId, const Spending& spent) {
    const std::int64_t tokens = std::max<std::int64_t>(0, spent.tokens);
    const std::int64_t pictures = std::max<std::int64_t>(0, spent.pictures);
    database_.write([&](Session& session) {
        session << "UPDATE users SET"
                   " tokens = CASE WHEN tokens < 0 THEN tokens ELSE max(0, tokens - ?) END,"
                   " pic_times = CASE WHEN pic_times < 0 THEN pic_times ELSE max(0, pic_times - ?) END"
                   " WHERE id = ?",
            bind(tokens), bind(pictures), bind(userId), now;
    });
}

}  // namespace aiproject
