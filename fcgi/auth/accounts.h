// Who a client is: registration, login, and the check of every later call. What happens to an account is in the audit
// log, in the same transaction; a refusal stands also when it cannot be recorded.
//
// ERRORS   Every refusal is an Error whose forClient() may be shown; faults of ours are ErrorKind::internal.
// THREADS  Everything may be called from many threads at once; nothing changes after construction
//          except behind the locks of Database and PasswordHasher.
// ORIGIN   Who asks, and in which request; without one it is the command line, which no address answers for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "auth/api_keys.h"
#include "auth/audit.h"
#include "auth/browser_sessions.h"
#include "auth/credential.h"
#include "auth/invitations.h"
#include "auth/key_uses.h"
#include "auth/login_guard.h"
#include "auth/password_hash.h"
#include "auth/recent_users.h"
#include "auth/registration.h"
#include "auth/user.h"
#include "auth/user_store.h"
#include "config/config.h"

namespace aiproject {

class Database;

// What a user who proved to be one goes on with.
struct SignIn {
    User user;
    std::string uuid;  // the user's credential: for the client alone, never for a log
};

// Who goes on by the session of a browser.
struct BrowserUser {
    User user;  // with isAdmin
    BrowserSession session;
};

struct BrowserSignIn {
    BrowserUser user;
    std::string token;  // a credential: for the cookie alone, never for a log
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

    // As login, for a browser: a new session, which ends that of the token `replaced`.
    BrowserSignIn signIn(std::string_view name, std::string_view password, const Origin& origin,
                         std::string_view replaced = {});
    // userUnknown when the session has ended or never was; notAllowed for a disabled account.
    BrowserUser identifySession(std::string_view token);

    // As login, and guarded like it: every uuid from before ends. registrationRefused for a weak new password.
    SignIn changePassword(std::string_view name, std::string_view password, const std::string& newPassword,
                          const Origin& origin = {});

    // userUnknown when the two do not belong together; notAllowed for a disabled account.
    User identify(std::string_view uuid, std::string_view name);

    // As identify(), for a call that may reserve. A user with a limit who was found lately is not looked up again:
    // isConfirmed is false, and the caller passes the epoch on to the reservation (CallToBill::epoch), which refuses an
    // account that has changed, or calls confirm().
    User recall(std::string_view uuid, std::string_view name);
    // The same two for who says only one token (`Authorization: Bearer`): an API key, or the uuid of a login.
    // userUnknown also when the key is revoked or has expired.
    User identifyToken(std::string_view token);
    User recallToken(std::string_view token);
    // A recalled user as it is found now, or the refusal.
    User confirm(const User& recalled);

    // For a user that identify() has just answered: a new uuid, and the old one ends everywhere at once. userUnknown
    // when another was quicker.
    SignIn rotate(const User& user, const Origin& origin = {});

    // The same user with what an invitation code has added; registrationRefused with the reason.
    User redeem(const User& user, std::string_view code, const Origin& origin = {});

    // The keys of users, for who manages them.
    ApiKeys& keys() noexcept { return keys_; }
    // The sessions of browsers, for who lists and ends them.
    BrowserSessions& sessions() noexcept { return sessions_; }
    // For a directory of users: the password's hash, in its turn among those of this worker.
    std::string hashOf(const std::string& password, const Origin& origin);
    // Writes down which keys were used since it was called last.
    void saveKeyUses();

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
    User identifyTyped(std::string_view uuid, const std::optional<std::string>& typed);
    User identifyHashed(std::string_view token, const std::string& hash);
    User admittedKey(const std::string& hash);
    SignIn signInOf(const StoredUser& user) const;
    User admitted(StoredUser stored);
    User userFor(StoredUser stored) const;

    Database& database_;
    UserStore store_;
    Audit audit_;
    Invitations invitations_;
    LoginGuard guard_;
    PasswordHasher hasher_;
    RecentUsers recent_, recentTokens_;
    const CredentialKey key_;
    ApiKeys keys_;
    BrowserSessions sessions_;
    KeyUses keyUses_;
    const AuthConfig config_;
    const QuotaConfig quota_;
    const std::string dummyHash_;  // what the password is checked against when there is no such user
};

}  // namespace aiproject
