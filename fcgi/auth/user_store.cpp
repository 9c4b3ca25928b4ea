#include "auth/user_store.h"

#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>

#include "auth/look_alikes.h"
#include "auth/text_forms.h"
#include "base/error.h"
#include "store/database.h"
#include "store/prepared_statement.h"

namespace aiproject {

using Poco::Data::Session;
using Poco::Data::Statement;
using Poco::Data::Keywords::bind;
using Poco::Data::Keywords::into;
using Poco::Data::Keywords::now;

std::optional<StoredUser> UserStore::find(const std::string& name) {
    return findOne(
        "SELECT id, name, password, epoch, tokens, pic_times, voice_seconds, money, refilled, email, academy,"
        " created_at, disabled FROM users WHERE name = ?",
        name);
}

std::optional<StoredUser> UserStore::findByUuidHash(const std::string& hash) {
    return findOne(
        "SELECT id, name, password, epoch, tokens, pic_times, voice_seconds, money, refilled, email, academy,"
        " created_at, disabled FROM users WHERE uuid_hash = ?",
        hash);
}

std::optional<StoredUser> UserStore::findOne(std::string_view select, const std::string& value) {
    std::optional<StoredUser> found(std::in_place);  // the answer itself: a copy would deepen each stream's stack
    StoredUser& user = *found;
    std::int64_t disabled = 0;
    bool isThere = false;
    const auto work = [&](Session& session) {
        isThere = readRow(
            session, select, {value},
            {&user.id, &user.name, &user.passwordHash, &user.epoch, &user.tokens, &user.picTimes, &user.voiceSeconds,
             &user.money, &user.refilled, &user.email, &user.academy, &user.created, &disabled});
    };
    database_.read(std::ref(work));  // or it would be copied into the heap
    user.disabled = disabled != 0;
    if (!isThere) found.reset();
    return found;
}

std::optional<StoredUser> UserStore::findMeant(const std::string& typed) {
    if (std::optional<StoredUser> found = find(typed)) return found;
    for (const std::string& form : storedForms(typed)) {  // now only: to compute them takes longer than to look
        if (form == typed) continue;
        if (std::optional<StoredUser> found = find(form)) return found;
    }
    return std::nullopt;
}

std::int64_t UserStore::insert(const UserRecord& user, const Alongside& alongside) {
    std::int64_t id = 0;
    if (!user.lookAlike.empty()) LookAlikes(database_).requireComplete();
    try {
        database_.write([&](Session& session) {
            id = insert(session, user);
            if (alongside) alongside(session, id);
        });
    } catch (const ConstraintViolation& e) {
        if (find(user.name)) throw Error(ErrorKind::nameTaken, "the name was taken by another registration");
        if (LookAlikes(database_).isTaken(user.lookAlike)) throw LookAlikes::refusal();
        throw Error(ErrorKind::internal, "a new user breaks a rule of the table: " + std::string(e.what()));
    }
    return id;
}

std::int64_t UserStore::insert(Session& session, const UserRecord& user) {
    if (!user.lookAlike.empty() && LookAlikes::isTaken(session, user.lookAlike)) {
        int sameName = 0;
        session << "SELECT COUNT(*) FROM users WHERE name = ?", into(sameName), bind(user.name), now;
        if (sameName == 0) throw LookAlikes::refusal();
    }
    session << "INSERT INTO users (name, password, email, academy, tokens, pic_times, voice_seconds, look_alike,"
               " refilled, money) VALUES (?, ?, ?, ?, ?, ?, ?, NULLIF(?, ''), ?, ?)",
        bind(user.name), bind(user.passwordHash), bind(user.email), bind(user.academy), bind(user.tokens),
        bind(user.picTimes), bind(user.voiceSeconds), bind(user.lookAlike), bind(user.refilled), bind(user.money), now;
    std::int64_t id = 0;
    session << "SELECT id FROM users WHERE name = ?", into(id), bind(user.name), now;
    recordOpening(session, id, {user.tokens, user.picTimes, user.voiceSeconds, user.money}, user.cause);
    return id;
}

void UserStore::replacePasswordHash(const StoredUser& user, const std::string& passwordHash) {
    database_.write([&](Session& session) {
        session << "UPDATE users SET password = ? WHERE id = ? AND password = ?", bind(passwordHash), bind(user.id),
            bind(user.passwordHash), now;
    });
}

bool UserStore::change(std::int64_t userId, const Update& update, const Alongside& alongside) {
    bool isChanged = false;
    database_.write([&](Session& session) {
        Statement statement(session);
        update(statement);
        isChanged = statement.execute() > 0;
        if (isChanged && alongside) alongside(session, userId);
    });
    return isChanged;
}

bool UserStore::setPassword(std::int64_t userId, const std::string& passwordHash, const Alongside& alongside) {
    const auto update = [&](Statement& statement) {
        statement << "UPDATE users SET password = ?, epoch = epoch + 1 WHERE id = ?", bind(passwordHash), bind(userId);
    };
    return change(userId, update, alongside);
}

bool UserStore::rotate(std::int64_t userId, const Alongside& alongside) {
    const auto update = [&](Statement& statement) {
        statement << "UPDATE users SET epoch = epoch + 1 WHERE id = ?", bind(userId);
    };
    return change(userId, update, alongside);
}

std::optional<std::int64_t> UserStore::changePassword(const StoredUser& user, const std::string& passwordHash,
                                                      const Alongside& alongside) {
    const auto update = [&](Statement& statement) {
        statement << "UPDATE users SET password = ?, epoch = epoch + 1 WHERE id = ? AND password = ? AND epoch = ?",
            bind(passwordHash), bind(user.id), bind(user.passwordHash), bind(user.epoch);
    };
    return change(user.id, update, alongside) ? std::optional(user.epoch + 1) : std::nullopt;
}

std::optional<std::int64_t> UserStore::rotate(std::int64_t userId, std::int64_t epoch, const Alongside& alongside) {
    const auto update = [&](Statement& statement) {
        statement << "UPDATE users SET epoch = epoch + 1 WHERE id = ? AND epoch = ?", bind(userId), bind(epoch);
    };
    return change(userId, update, alongside) ? std::optional(epoch + 1) : std::nullopt;
}

}  // namespace aiproject
