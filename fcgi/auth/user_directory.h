// The accounts as an operator sees and changes them. Each change leaves a row in the audit log, in the same
// transaction, with the Origin of this object: an admin's, or an empty one, the command line's.
//
// ERRORS   Error(databaseBusy) when the database does not answer; else as said below.
// THREADS  No state of its own: as safe as Database, which outlives it.
#pragma once

#include "auth/audit.h"
#include "auth/balance_step.h"
#include "auth/registration.h"
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
    bool isAdmin = false;
};

struct AccountFilter {
    std::string like;   // in the name, in upper or lower case; empty: all
    std::string after;  // names behind this one
    bool disabledOnly = false;
    int limit = 100;
    bool adminsOnly = false;
};

// The row of a registration that was checked (registration.h).
UserRecord recordOf(const NewUser& checked, const Balances& opening, const std::string& passwordHash);

class UserDirectory {
public:
    UserDirectory(Database& database, const QuotaConfig& quota, const Origin& origin = {})
        : database_(database), quota_(quota), origin_(origin) {}

    // By name.
    std::vector<AccountView> list(const AccountFilter& filter);
    std::optional<AccountView> find(const std::string& name);
    std::optional<AccountView> find(std::int64_t id);
    // The stored name of who is meant by one that was typed, in whatever Unicode form; as it was typed when nobody is.
    std::string meantBy(const std::string& typed);

    // Error(nameTaken), or registrationRefused when it looks like another.
    void add(const UserRecord& user);

    // Changes go by the id: a name may have become another's since it was looked up.
    // False: there is no such user. `detail` is for the books and the audit log. Error(notAllowed), and nothing is
    // done, when something is to be added to an unlimited balance or taken away from it.
    bool grant(std::int64_t userId, const Changes& changes, const std::string& detail);
    // Disabling ends the sessions of browsers, too.
    bool setDisabled(std::int64_t userId, bool disabled);
    // These two make every uuid worthless that was given out before, and end every session of a browser.
    bool rotate(std::int64_t userId);
    bool setPassword(std::int64_t userId, const std::string& passwordHash);
    // Its rows in the ledger and in the audit log stay. Its id never comes back.
    bool remove(std::int64_t userId);

private:
    using Work = std::function<std::string(Poco::Data::Session&)>;  // answers more of the detail

    bool change(std::int64_t userId, const std::string& event, const std::string& detail, const Work& work);
    UserStore::Alongside onRecord(const std::string& event, const std::string& name,
                                  const std::string& detail = {}) const;
    std::string actor() const { return origin_.actor.empty() ? "command" : "admin"; }  // as the books have it

    Database& database_;
    const QuotaConfig quota_;
    const Origin origin_;
};

}  // namespace aiproject
