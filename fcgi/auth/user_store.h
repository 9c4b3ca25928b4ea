// The table `users`. Values bind; the statements are constant text.
//
// ERRORS   Error(databaseBusy) when the database does not answer; else as said below.
// THREADS  No state of its own: as safe as Database, which outlives it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "auth/balances.h"

namespace Poco::Data {
class Session;
class Statement;
}  // namespace Poco::Data

namespace aiproject {

class Database;

struct StoredUser {
    std::int64_t id = 0;
    std::string name;
    std::string passwordHash;
    std::int64_t epoch = 0;      // counted up to make a user's uuid worthless
    std::int64_t tokens = -1;    // -1: unlimited
    std::int64_t picTimes = -1;  // the same, as all below
    std::int64_t voiceSeconds = -1;
    std::int64_t money = -1;
    std::int64_t refilled = 0;  // the period of the last refill: quota_refill.h
    std::string email;
    std::string academy;
    std::string created;  // 2026-11-22T08:00:00Z
    bool disabled = false;
};

struct UserRecord {  // a row to be
    std::string name;
    std::string passwordHash;
    std::string email;
    std::string academy;
    std::int64_t tokens = -1;
    std::int64_t picTimes = -1;
    std::int64_t voiceSeconds = -1;
    std::string lookAlike = {};  // of its name, which no other may have (look_alikes.h); empty: it may look like others
    std::int64_t refilled = 0;   // refillPeriod() of now: the next refill is that of another day or month
    BalanceCause cause{"registered", "account"};  // of what it has from the start
    std::int64_t money = -1;
};

class UserStore {
public:
    // What belongs into the transaction that makes or changes a user: done whole, or undone with it.
    using Alongside = std::function<void(Poco::Data::Session&, std::int64_t userId)>;

    explicit UserStore(Database& database) : database_(database) {}

    std::optional<StoredUser> find(const std::string& name);
    std::optional<StoredUser> findByUuidHash(const std::string& hash);

    // Who is meant by a name as it was typed, in whatever Unicode form: the very bytes first (text_forms.h).
    std::optional<StoredUser> findMeant(const std::string& typed);

    static constexpr std::int64_t kFirstEpoch = 0;  // of a new user, as the table has it

    // The new id. Error(nameTaken), also when two insert one name at the same instant; registrationRefused when it
    // looks like another.
    std::int64_t insert(const UserRecord& user, const Alongside& alongside = {});

    // Within a write transaction of the caller's, out of which ConstraintViolation says that the name is taken.
    static std::int64_t insert(Poco::Data::Session& session, const UserRecord& user);

    // Unless the password was changed since `user` was read.
    void replacePasswordHash(const StoredUser& user, const std::string& passwordHash);

    // These two make every uuid worthless that was given out before. False: there is no such user.
    bool setPassword(std::int64_t userId, const std::string& passwordHash, const Alongside& alongside = {});
    bool rotate(std::int64_t userId, const Alongside& alongside = {});

    // The same for a user who was read before: the new epoch. Nothing, and nothing done, when the password was
    // changed since, or the epoch: of two who come at once with one password or uuid, one wins.
    std::optional<std::int64_t> changePassword(const StoredUser& user, const std::string& passwordHash,
                                               const Alongside& alongside);
    std::optional<std::int64_t> rotate(std::int64_t userId, std::int64_t epoch, const Alongside& alongside);

private:
    std::optional<StoredUser> findOne(std::string_view select, const std::string& value);
    using Update = std::function<void(Poco::Data::Statement&)>;

    // One user's row and what belongs to it, in one transaction. False: no row was changed, and nothing is done.
    bool change(std::int64_t userId, const Update& update, const Alongside& alongside);

    Database& database_;
};

}  // namespace aiproject
