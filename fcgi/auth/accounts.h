// Who a client is: registration, login, and the check of every later call. What happens to an account is in the audit
// log, in the same transaction; a refusal stands also when it cannot be recorded.
//
// ERRORS   Every refusal is an Error whose forClient() may be shown; faults of ours are ErrorKind::internal.
// THREADS  Everything may be called from many threads at once; nothing changes after construction
//          except behind the locks of Database and PasswordHasher.
// ORIGIN   Who asks, and in which request; without one it is the command line, which no address answers for.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "auth/audit.h"
#include "auth/credential.h"
#include "auth/invitations.h"
#include "auth/login_guard.h"
#include "auth/password_hash.h"
#include "auth/registration.h"
#include "auth/user_store.h"
#include "config/config.h"

namespace aiproject {

class Database;

struct User {
    std::int64_t id = 0;
    std::int64_t epoch = 0;  // of the uuid: the user may call until it is another
    std::string name;
    std::int64_t tokens = 0;    // what is left; 0: spent, -1: unlimited
    std::int64_t picTimes = 0;  // the same, in pictures
    std::int64_t voiceSeconds = 0;
    std::string academy;
    std::string email;
    std::string created;  // 2026-11-22T08:00:00Z
    std::string tag;      // 32 hex digits that name the user to a model; no credential
};

// What a user who proved to be one goes on with.
struct SignIn {
    User user;
    std::string uuid;  // the user's credential: for the client alone, never for a log
};

class Accounts {
public:
    static constexpr int kThreads = 512;  // of a worker that says nothing else

    // The database outlives this object, and its migrations have been applied.
    Accounts(Database& database, const CredentialKey& key, const AuthConfig& config, HashCost cost = {},
             const QuotaConfig& quota = {}, HashLimits hashes = HashLimits::forThreads(kThreads));

    // As auth.registration has it. registrationRefused with the reason, also when the name looks like another's;
    // nameTaken, which nobody learns who may not register; tooManyRequests after many registrations of its network. The
    // user and what an invitation grants are on disk together when it returns.
    User registerUser(const NewUser& user, const Origin& origin = {});

    // loginRefused, after the same work whether the name or the password is wrong; notAllowed for a
    // disabled account, and only with its right password; tooManyRequests, also after failures (login_guard.h).
    SignIn login(std::string_view name, std::string_view password, const Origin& origin = {});

    // As login, and guarded like it: every uuid from before ends. registrationRefused for a weak new password.
    SignIn changePassword(std::string_view name, std::string_view password, const std::string& newPassword,
                          const Origin& origin = {});

    // userUnknown when the two do not belong together; notAllowed for a disabled account.
    User identify(std::string_view uuid, std::string_view name);

    // For a user that identify() has just answered: a new uuid, and the old one ends everywhere at once. userUnknown
    // when another was quicker.
    SignIn rotate(const User& user, const Origin& origin = {});

    // The same user with what an invitation code has added; registrationRefused with the reason.
    User redeem(const User& user, std::string_view code, const Origin& origin = {});

private:
    struct Proof {  // that someone knows a password
        StoredUser user;
        std::string password;  // trimmed
        LoginGuard::Attempt attempt;
    };

    std::optional<Error> whyUninvited(const NewUser& user);
    void uncount(const LoginGuard::Attempt& attempt);
    void requireFree(const NewUser& user);
    User enrolled(const NewUser& user, const Origin& origin);
    Proof prove(std::string_view name, std::string_view password, const Origin& origin);
    void strengthen(const Proof& proof, const Origin& origin);
    bool fits(const Proof& claim, const std::string& hash, const HashClient& client);
    SignIn signInOf(const StoredUser& user) const;
    User userFor(const StoredUser& stored) const;

    Database& database_;
    UserStore store_;
    Audit audit_;
    Invitations invitations_;
    LoginGuard guard_;
    PasswordHasher hasher_;
    const CredentialKey key_;
    const AuthConfig config_;
    const QuotaConfig quota_;
    const std::string dummyHash_;  // what the password is checked against when there is no such user
};

}  // namespace aiproject
