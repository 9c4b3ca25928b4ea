// The table `browser_sessions`: who signed in with name and password in a browser, and goes on by a cookie. A row has
// the keyed hash of the token alone, so that nobody reads a token out of it.
//
// ENDS     kIdle after its last use and kLongest after its begin; with a new password or uuid of its user (the epoch);
//          when the user is disabled or deleted; when another one begins and the user has kMost.
// ERRORS   Error(databaseBusy) when the database does not answer.
// THREADS  No state of its own: as safe as Database and CredentialKey, which outlive it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/audit.h"
#include "auth/credential.h"
#include "auth/user_store.h"
#include "base/unix_time.h"

namespace aiproject {

struct BrowserSession {
    std::int64_t id = 0;
    std::int64_t madeMs = 0;
    std::int64_t usedMs = 0;  // to a minute
    std::string network;      // of the client when it began (client_network.h)

    std::int64_t endsMs() const noexcept;  // unless it is used again, or ended
};

class BrowserSessions {
public:
    static constexpr std::int64_t kIdleMs = 12LL * 3'600'000, kLongestMs = 7LL * 86'400'000;
    static constexpr std::int64_t kBetweenUsesMs = 60'000;  // that are written down
    static constexpr int kMost = 20;                        // of one user
    using Clock = std::function<std::int64_t()>;            // milliseconds since 1970

    BrowserSessions(Database& database, const CredentialKey& credential, Clock clock = &unixMilliseconds)
        : database_(database), credential_(credential), clock_(std::move(clock)) {}

    struct Begun {
        std::string token;  // a credential: for the cookie alone, never for a log
        BrowserSession row;
    };
    struct Holder {
        StoredUser user;
        bool isAdmin = false;
        BrowserSession session;
    };

    // Within the write transaction that records the login. Always a new token. The user's oldest session beyond kMost
    // ends, and the one of the token `replaced`, whosever it was: a browser has one at a time.
    Begun begin(Poco::Data::Session& session, const StoredUser& user, const std::string& address,
                std::string_view replaced = {});
    // Whose session that is now, disabled or not; writes down that it was used. Nothing: none's, or it has ended.
    std::optional<Holder> find(std::string_view token);
    // The newest first.
    std::vector<BrowserSession> list(std::int64_t userId, std::int64_t epoch);
    // How many it has ended. `entry` goes to the audit log where there was one, of endOthers() with their number.
    int end(std::int64_t userId, std::int64_t sessionId, const AuditEntry& entry);
    int endOthers(std::int64_t userId, std::int64_t sessionId, const AuditEntry& entry);

    // Within a write transaction of the caller's.
    static void endAllOf(Poco::Data::Session& session, std::int64_t userId);
    // The rows of those that were not used for kIdleMs, or began before kLongestMs.
    static void removeOld(Poco::Data::Session& session, std::int64_t nowMs);

private:
    Database& database_;
    const CredentialKey& credential_;
    const Clock clock_;
};

}  // namespace aiproject
