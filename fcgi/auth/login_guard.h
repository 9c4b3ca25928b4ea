// Who guesses passwords waits: failed logins are counted by account and by address in the table login_attempts, so
// that every worker and host sees them. Three of an account are free, and twenty of an address; then the next wait 1 s,
// 2 s, 4 s ...
//
// SUBJECTS  name:NAME           an account, asked for by whoever
//           address:NETWORK     a client (client_network.h), whatever names it tries
//           login:NETWORK NAME  the two together, from their first login that succeeded: it counts instead of
//                               both, so that strangers, and neighbours who try other names, keep no owner out
//           known:NETWORK NAME  no count: the mark that the two are known, for 90 days after their last login
//           An account waits 30 s at most: whoever fails on purpose, a neighbour with the owner's own name and
//           address among them, keeps its owner out for no longer at a time. An address waits `longest` at most.
//           register:NETWORK    registrations, of a day that begins with the first; a pause is 30 s at most
//           No account is told from a name that nobody has. What is a day old counts no more and may be deleted.
//
// ERRORS   Error(databaseBusy) when the database does not answer: nobody gets in while failures cannot be counted.
// THREADS  No state of its own: as safe as Database, which outlives it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "auth/audit.h"
#include "store/database.h"

namespace aiproject {

class LoginGuard {
public:
    // A login that has begun. It counts as failed until one of the two below says otherwise.
    struct Attempt {
        struct Count {
            std::string subject;
            std::int64_t failures = 0;  // this one among them
        };
        std::vector<Count> counts;
        std::string account;  // the subject among them that a success clears; empty: no account can have that name
        std::string mark;     // what a success leaves; empty: without a name, or an address
    };

    // No pause is longer than `longest`.
    LoginGuard(Database& database, std::chrono::seconds longest) : database_(database), longest_(longest) {}

    // Counts the attempt, before its password is looked at: many at once do not slip through. name: of the form that
    // an account can have; nothing: another, which the address alone answers for. Error(tooManyRequests) with
    // retryAfter while one of its subjects has to wait; the first of each such wait is in the audit log.
    Attempt admit(const std::optional<std::string>& name, const Origin& origin);

    // The same for a registration, before its hash. It stays counted unless withdraw() takes it back.
    Attempt admitRegistration(const std::string& name, const Origin& origin);

    // The password was right: clears the account's count and takes this one back from the address. `alongside`
    // is in the same transaction.
    void succeed(const Attempt& attempt, const Database::Work& alongside);

    // The password could not be looked at, say: takes the attempt back.
    void withdraw(const Attempt& attempt);

private:
    struct Pause;

    Attempt countEach(const std::string& name, const Origin& origin,
                      const std::function<std::vector<std::string>()>& subjects);
    std::vector<std::string> subjectsOf(const std::optional<std::string>& name, const std::string& address);
    Pause longestPause(const std::vector<std::string>& subjects);
    std::int64_t count(Poco::Data::Session& session, const std::string& subject) const;
    [[noreturn]] void refuse(const Pause& pause, const std::string& name, const Origin& origin);
    std::chrono::milliseconds limitOf(const std::string& subject) const;
    std::int64_t latestEnd(const std::string& subject, std::int64_t atMs) const;
    std::chrono::milliseconds pauseAfter(std::int64_t failures, const std::string& subject) const;

    Database& database_;
    const std::chrono::seconds longest_;
};

}  // namespace aiproject
