// The accounts as an operator sees and changes them. Each change leaves a row in the audit log, in the same
// transaction and with an empty Origin: the command line.
//
// ERRORS   Error(databaseBusy) when the database does not answer; else as said below.
// THREADS  No state of its own: as safe as Database, which outlives it.
#pragma once

#include "auth/user_store.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace aiproject {

class Database;

// All of an account but its secrets.
struct AccountView {
    std::int64_t id = 0;
    std::string name;
    std::string email;
    std::string academy;
    std::string createdAt;  // 2026-11-22T10:00:00Z
    bool disabled = false;
    std::int64_t tokens = -1;  // left; -1: unlimited, as the next two
    std::int64_t picTimes = -1;
    std::int64_t voiceSeconds = -1;
    std::int64_t tokensHeld = 0;  // by calls in progress, as all below
    std::int64_t picTimesHeld = 0;
    std::int64_t voiceSecondsHeld = 0;
    std::int64_t callsHeld = 0;
    std::int64_t lastLoginMs = 0;  // since 1970; 0: none that the audit log still knows
    std::int64_t money = -1;       // left, in micro-units
    std::int64_t moneyHeld = 0;
};

struct AccountFilter {
    std::string like;   // in the name, in upper or lower case; empty: all
    std::string after;  // names behind this one
    bool disabledOnly = false;
    int limit = 100;
};

// Of one balance. What is taken away never leaves less than 0.
struct BalanceStep {
    enum class Kind { add, set };
    Kind kind = Kind::add;
    std::int64_t number = 0;  // set: -1 is unlimited
};

struct Changes {
    BalanceStep tokens, picTimes, voiceSeconds;
    BalanceStep money = {};
};

class UserDirectory {
public:
    UserDirectory(Database& database, const QuotaConfig& quota) : database_(database), quota_(quota) {}

    // By name.
    std::vector<AccountView> list(const AccountFilter& filter);
    std::optional<AccountView> find(const std::string& name);
    // The stored name of who is meant by one that was typed, in whatever Unicode form; as it was typed when nobody is.
    std::string meantBy(const std::string& typed);

    // Error(nameTaken), or registrationRefused when it looks like another.
    void add(const UserRecord& user);

    // False: there is no such user. `detail` is for the books and the audit log. Error(notAllowed), and nothing is
    // done, when something is to be added to an unlimited balance or taken away from it.
    bool grant(const std::string& name, const Changes& changes, const std::string& detail);
    bool setDisabled(const std::string& name, bool disabled);
    // These two make every uuid worthless that was given out before.
    bool rotate(const std::string& name);
    bool setPassword(const std::string& name, const std::string& passwordHash);
    // Its rows in the ledger and in the audit log stay. Its id never comes back.
    bool remove(const std::string& name);

private:
    using Work = std::function<std::string(Poco::Data::Session&, std::int64_t userId)>;  // answers more of the detail

    bool change(const std::string& name, const std::string& event, const std::string& detail, const Work& work);

    Database& database_;
    const QuotaConfig quota_;
};

}  // namespace aiproject
