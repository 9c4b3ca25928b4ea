// Codes that let in and grant: each once per user, for so many users, from a time to a time, and for the
// users of one academy if it says so.
//
// ERRORS   As said below; Error(databaseBusy) when the database does not answer.
// THREADS  No state of its own: as safe as Database, which outlives it.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "auth/audit.h"
#include "auth/balances.h"

namespace Poco::Data {
class Session;
}

namespace aiproject {

class Database;

struct Grant {  // what an account gets on top; -1: unlimited from now on
    std::int64_t tokens = 0;
    std::int64_t picTimes = 0;
    std::int64_t voiceSeconds = 0;
    std::int64_t money = 0;  // micro-units
};

struct Invitation {
    std::string code;
    Grant grant;
    std::string academy;         // empty: for all
    std::int64_t usesLeft = -1;  // -1: no limit
    std::int64_t beginsMs = 0;
    std::int64_t endsMs = 0;  // 0: never
    std::int64_t createdMs = 0;
    std::int64_t uses = 0;  // how often it was used
};

// As they are asked for.
struct InvitationTerms {
    Grant grant;
    std::string academy;         // as users have typed theirs; empty: for all
    std::int64_t usesLeft = -1;  // -1: no limit
    std::int64_t beginsMs = 0;
    std::int64_t endsMs = 0;  // 0: never
};

struct InvitationPage {
    std::int64_t beforeMs = std::numeric_limits<std::int64_t>::max();  // made then or earlier, ...
    std::string beforeCode = {};                                       // ... and behind that one of the same time
    int limit = 50;
};

struct Redeemer {
    std::int64_t userId = 0;
    std::string academy;
};

// So much of a code that the operator recognises it and nobody can use it.
std::string shortCode(const std::string& code);
// That for the audit log: "invitation ABCD...".
std::string hintOf(const std::string& code);

class Invitations {
public:
    static constexpr int kMostAtOnce = 500;

    explicit Invitations(Database& database, const Origin& origin = {}) : database_(database), origin_(origin) {}

    // 16 letters and digits that nobody guesses (80 bits) and no one misreads.
    static std::string newCode();

    // All or none of `count` codes, each for itself. Error(badRequest) whose sentence says which term is wrong, with
    // its member; registrationRefused for an academy that no user can have.
    std::vector<Invitation> make(const InvitationTerms& terms, std::int64_t count = 1);

    // All that change something leave a row in the audit log.
    // Error(nameTaken) when there is such a code.
    void add(const Invitation& invitation);
    std::vector<Invitation> all();
    // The newest first.
    std::vector<Invitation> page(const InvitationPage& page);
    // Nobody can use it from now on; what it granted stays, and its row. False: there is none.
    bool revoke(const std::string& code);

    // Whether a new user of that academy could use the code now; redeem() decides. Its errors are the same.
    void requireUsable(const std::string& code, const std::string& academy);

    // Within the write transaction that makes or changes the user: counts the use and grants. Answers what it has
    // changed. Error(registrationRefused) whose sentence says why the code does not serve this user.
    static BalanceChange redeem(Poco::Data::Session& session, const QuotaConfig& quota, const std::string& code,
                                const Redeemer& user);

private:
    void add(Poco::Data::Session& session, const Invitation& invitation) const;

    Database& database_;
    const Origin origin_;
};

}  // namespace aiproject
