// Who a client is: registration, login, and the check of every later call.
//
// ERRORS   Every refusal is an Error whose forClient() may be shown; faults of ours are ErrorKind::internal.
// THREADS  Everything may be called from many threads at once; nothing changes after construction
//          except behind the locks of Database and PasswordHasher.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "auth/credential.h"
#include "auth/password_hash.h"
#include "auth/registration.h"
#include "auth/user_store.h"
#include "config/config.h"

namespace aiproject {

class Database;

struct User {
    std::int64_t id = 0;
    std::string name;
    std::int64_t tokens = 0;    // what is left; 0: spent, -1: unlimited
    std::int64_t picTimes = 0;  // the same, in pictures
    std::int64_t voiceSeconds = 0;
    std::string academy;
    std::string tag;  // 32 hex digits that name the user to a model; no credential
};

struct Session {
    User user;
    std::string uuid;  // the user's credential: for the client alone, never for a log
};

class Accounts {
public:
    // The database outlives this object, and its migrations have been applied.
    Accounts(Database& database, const CredentialKey& key, const AuthConfig& config, HashCost cost = {});

    // registrationRefused with the reason; nameTaken. On disk when it returns.
    User registerUser(const NewUser& user);

    // loginRefused, after the same work whether the name or the password is wrong; notAllowed for a
    // disabled account, and only with its right password; tooManyRequests.
    Session login(std::string_view name, std::string_view password);

    // userUnknown when the two do not belong together; notAllowed for a disabled account.
    User identify(std::string_view uuid, std::string_view name);

    // Takes what a call has used from what is left; never below 0, and nothing from an unlimited account.
    void charge(std::int64_t userId, const Spending& spent);

private:
    User userFor(const StoredUser& stored) const;

    UserStore store_;
    PasswordHasher hasher_;
    const CredentialKey key_;
    const AuthConfig config_;
    const std::string dummyHash_;  // what the password is checked against when there is no such user
};

}  // namespace aiproject
