#include "auth/login_guard.h"

#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>

#include <algorithm>
#include <limits>

#include "auth/client_network.h"
#include "base/unix_time.h"

namespace aiproject {

using Poco::Data::Session;
using Poco::Data::Statement;
using Poco::Data::Keywords::bind;
using Poco::Data::Keywords::into;
using Poco::Data::Keywords::now;
using std::chrono::milliseconds;

namespace {

// Failures without a pause. An address may be a school's: its logins count as failed while they are looked at, and a
// class that comes in at once is no guesser.
constexpr std::int64_t kFree = 3, kFreeOfAnAddress = 20, kFreeOfA56 = 80, kFreeOfA48 = 320;
constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kKnownMs = 90 * kDayMs;
constexpr std::chrono::seconds kLongestOfAnAccount{30};  // and of registrations
constexpr std::int64_t kMostSkewMs = 60'000;             // between the clocks of two hosts
constexpr int kTries = 8;  // each but the last was overtaken by another attempt on the same subject

const std::string kAddress = "address:", kRegister = "register:";

bool begins(const std::string& subject, const std::string& with) { return subject.compare(0, with.size(), with) == 0; }
bool ends(const std::string& subject, const std::string& with) {
    return subject.size() >= with.size() && subject.compare(subject.size() - with.size(), with.size(), with) == 0;
}

bool isRegistration(const std::string& subject) { return begins(subject, kRegister); }
bool isAddress(const std::string& subject) { return begins(subject, kAddress); }

std::int64_t freeOf(const std::string& subject) {
    if (!isAddress(subject) && !isRegistration(subject)) return kFree;
    return ends(subject, "/48") ? kFreeOfA48 : ends(subject, "/56") ? kFreeOfA56 : kFreeOfAnAddress;
}

// The last bit of blocked_ms says whether the pause is in the audit log.
std::int64_t unrecorded(std::int64_t blockedMs) { return blockedMs - blockedMs % 2; }
bool isRecorded(std::int64_t blockedMs) { return blockedMs % 2 != 0; }

std::string pairOf(const std::string& network, const std::string& name) { return network + " " + name; }

void takeBack(Session& session, const LoginGuard::Attempt::Count& count) {
    // The pause goes when nobody has failed since. First, because MySQL's later assignments see the earlier ones.
    session << "UPDATE login_attempts SET"
               " blocked_ms = CASE WHEN failures = ? OR failures - 1 <= ? THEN 0 ELSE blocked_ms END,"
               " failures = failures - 1"
               " WHERE subject = ? AND failures > 0",
        bind(count.failures), bind(freeOf(count.subject)), bind(count.subject), now;
}

// Whoever cleans the table deletes what is a day older than now, so a mark's time lies ahead.
void leaveMark(Session& session, const std::string& mark) {
    session << "DELETE FROM login_attempts WHERE subject = ?", bind(mark), now;
    session << "INSERT INTO login_attempts (subject, failures, last_ms, blocked_ms) VALUES (?, 0, ?, 0)", bind(mark),
        bind(unixMilliseconds() + kKnownMs - kDayMs), now;
}

}  // namespace

struct LoginGuard::Pause {
    std::string subject;
    std::int64_t endMs = 0;
};

LoginGuard::Attempt LoginGuard::admit(const std::optional<std::string>& name, const Origin& origin) {
    const std::string network = networkOf(origin.address);
    Attempt attempt = countEach(name.value_or(""), origin, [&] { return subjectsOf(name, origin.address); });
    if (name) attempt.account = attempt.counts.front().subject;
    if (name && !network.empty()) attempt.mark = "known:" + pairOf(network, *name);
    return attempt;
}

LoginGuard::Attempt LoginGuard::admitRegistration(const std::string& name, const Origin& origin) {
    std::vector<std::string> subjects = networksOf(origin.address);
    for (std::string& subject : subjects) subject.insert(0, kRegister);
    return countEach(name, origin, [&] { return subjects; });
}

// Asks for the subjects anew when another attempt was quicker.
LoginGuard::Attempt LoginGuard::countEach(const std::string& name, const Origin& origin,
                                          const std::function<std::vector<std::string>()>& subjectsNow) {
    for (int tries = 1; tries <= kTries; ++tries) {
        const std::vector<std::string> subjects = subjectsNow();
        if (subjects.empty()) return {};
        const Pause pause = longestPause(subjects);  // without the lock of a writer: a flood costs little
        if (pause.endMs > 0) refuse(pause, name, origin);
        Attempt attempt;
        try {
            database_.write([&](Session& session) {
                attempt.counts.clear();
                for (const std::string& subject : subjects)
                    attempt.counts.push_back({subject, count(session, subject)});
            });
            return attempt;
        } catch (const ConstraintViolation&) {  // a subject is new to two, or has to wait since we looked
        }
    }
    throw Error(ErrorKind::tooManyRequests, "login_attempts: overtaken " + std::to_string(kTries) + " times by others");
}

void LoginGuard::succeed(const Attempt& attempt, const Database::Work& alongside) {
    for (int tries = 1;; ++tries) {
        try {
            return database_.write([&](Session& session) {
                for (const Attempt::Count& count : attempt.counts) {  // in the order of admit(): no deadlock
                    if (count.subject != attempt.account)
                        takeBack(session, count);
                    else
                        session << "DELETE FROM login_attempts WHERE subject = ?", bind(count.subject), now;
                }
                if (!attempt.mark.empty()) leaveMark(session, attempt.mark);
                alongside(session);
            });
        } catch (const ConstraintViolation& e) {  // two leave one mark
            if (tries == kTries) throw Error(ErrorKind::databaseBusy, "login_attempts: " + std::string(e.what()));
        }
    }
}

void LoginGuard::withdraw(const Attempt& attempt) {
    if (attempt.counts.empty()) return;
    database_.write([&](Session& session) {
        for (const Attempt::Count& count : attempt.counts) takeBack(session, count);
    });
}

std::vector<std::string> LoginGuard::subjectsOf(const std::optional<std::string>& name, const std::string& address) {
    std::vector<std::string> subjects;
    if (name) subjects.push_back("name:" + *name);
    const std::vector<std::string> networks = networksOf(address);
    if (name && !networks.empty()) {
        int known = 0;
        database_.read([&](Session& session) {
            session << "SELECT COUNT(*) FROM login_attempts WHERE subject = ? AND last_ms >= ?", into(known),
                bind("known:" + pairOf(networks.front(), *name)), bind(unixMilliseconds() - kDayMs), now;
        });
        if (known > 0) return {"login:" + pairOf(networks.front(), *name)};
    }
    // Always after the name, and from narrow to wide: two lock their rows in one order.
    for (const std::string& network : networks) subjects.push_back(kAddress + network);
    return subjects;
}

// Of those that have to wait now; its end is 0 when none has.
LoginGuard::Pause LoginGuard::longestPause(const std::vector<std::string>& subjects) {
    Pause longest;
    database_.read([&](Session& session) {
        longest = {};
        const std::int64_t atMs = unixMilliseconds();
        for (const std::string& subject : subjects) {
            std::int64_t endMs = 0;
            session << "SELECT blocked_ms FROM login_attempts WHERE subject = ?", into(endMs), bind(subject), now;
            if (endMs <= atMs || endMs > latestEnd(subject, atMs) || endMs <= longest.endMs) continue;
            longest = {subject, endMs};
        }
    });
    return longest;
}

// The failures of the subject with this one; ConstraintViolation when it has to wait, or is new to two at once.
std::int64_t LoginGuard::count(Session& session, const std::string& subject) const {
    const std::int64_t atMs = unrecorded(unixMilliseconds());
    // A count begins anew a day after its time: of logins the last failure, but of registrations the first, since these
    // succeed, and a university has some every day. A first one that lies ahead comes from a wrong clock.
    const bool keepsTime = isRegistration(subject);
    const std::int64_t oldestMs = atMs - kDayMs, newestMs = keepsTime ? atMs + kMostSkewMs : kNever;
    Statement add(session);
    // failures first, because MySQL's later assignments see the earlier ones.
    add << "UPDATE login_attempts SET"
           " failures = CASE WHEN last_ms < ? OR last_ms > ? THEN 1 ELSE failures + 1 END,"
           " last_ms = CASE WHEN last_ms < ? OR last_ms > ? THEN ? ELSE last_ms END"
           " WHERE subject = ? AND (blocked_ms <= ? OR blocked_ms > ?)",
        bind(oldestMs), bind(newestMs), bind(keepsTime ? oldestMs : kNever), bind(newestMs), bind(atMs), bind(subject),
        bind(atMs), bind(latestEnd(subject, atMs));
    if (add.execute() == 0)
        session << "INSERT INTO login_attempts (subject, failures, last_ms, blocked_ms) VALUES (?, 1, ?, 0)",
            bind(subject), bind(atMs), now;
    std::int64_t failures = 0;
    session << "SELECT failures FROM login_attempts WHERE subject = ?", into(failures), bind(subject), now;
    const std::int64_t pauseMs = pauseAfter(failures, subject).count();
    // 0 and not `atMs`: who has looked at its clock a moment before us, or on another host, would see a pause.
    session << "UPDATE login_attempts SET blocked_ms = ? WHERE subject = ?", bind(pauseMs > 0 ? atMs + pauseMs : 0),
        bind(subject), now;
    return failures;
}

void LoginGuard::refuse(const Pause& pause, const std::string& name, const Origin& origin) {
    const std::int64_t leftMs = pause.endMs - unixMilliseconds();
    const int seconds = int(std::max<std::int64_t>(1, (leftMs + 999) / 1000));
    const bool isOfRegistrations = isRegistration(pause.subject);
    const std::string what = isOfRegistrations ? "too many registrations" : "too many failed logins";
    const Error refusal(ErrorKind::tooManyRequests, what + " of " + pause.subject,
                        what + "; please try again in " + std::to_string(seconds) + " s", seconds);
    if (isRecorded(pause.endMs)) throw refusal;
    refuseOnRecord(refusal, [&] {
        database_.write([&](Session& session) {
            // Once per pause, or a flood would fill the table `audit`.
            Statement record(session);
            record << "UPDATE login_attempts SET blocked_ms = ? WHERE subject = ? AND blocked_ms = ?",
                bind(pause.endMs + 1), bind(pause.subject), bind(pause.endMs);
            if (record.execute() > 0)
                Audit::add(session, {isOfRegistrations ? "registration_slowed" : "login_slowed", name, origin,
                                     pause.subject + " waits " + std::to_string(seconds) + " s more"});
        });
    });
}

milliseconds LoginGuard::limitOf(const std::string& subject) const {
    return isAddress(subject) ? longest_ : std::min(longest_, kLongestOfAnAccount);
}

// What is further ahead than any pause comes from a wrong clock, and must not lock for ever.
std::int64_t LoginGuard::latestEnd(const std::string& subject, std::int64_t atMs) const {
    return atMs + limitOf(subject).count() + kMostSkewMs;
}

milliseconds LoginGuard::pauseAfter(std::int64_t failures, const std::string& subject) const {
    const std::int64_t counted = failures - freeOf(subject);
    if (counted <= 0) return milliseconds(0);
    const auto doublings = std::min<std::int64_t>(counted - 1, 30);
    return std::min(limitOf(subject), milliseconds(1000 * (std::int64_t{1} << doublings)));
}

}  // namespace aiproject
