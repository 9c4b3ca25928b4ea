#include "auth/invitations.h"

#include "auth/audit.h"
#include "auth/registration.h"
#include "base/error.h"
#include "base/random_bytes.h"
#include "base/unix_time.h"
#include "base/utf8.h"
#include "store/database.h"

#include <Poco/Data/RecordSet.h>
#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>

namespace aiproject {

using Poco::Data::Session;
using Poco::Data::Statement;
using Poco::Data::Keywords::bind;
using Poco::Data::Keywords::into;
using Poco::Data::Keywords::now;

namespace {

struct Terms {
    std::string academy;
    std::int64_t usesLeft = 0, beginsMs = 0, endsMs = 0;
    Grant grant;
};

constexpr std::size_t kLongestCode = 64;

const std::string kUnknown = "there is no such invitation code";
const std::string kUsedUp = "the invitation code has been used up";

// Before the database sees it: PostgreSQL takes no NUL.
void requireForm(const std::string& code) {
    if (code.empty() || code.size() > kLongestCode || hasControlCharacter(code)) throw registrationRefused(kUnknown);
}

Terms termsOf(Session& session, const std::string& code) {
    Terms terms;
    std::string found;
    session << "SELECT code, academy, uses_left, begins_ms, ends_ms, tokens, pic_times, voice_seconds FROM invitations"
               " WHERE code = ?",
        into(found), into(terms.academy), into(terms.usesLeft), into(terms.beginsMs), into(terms.endsMs),
        into(terms.grant.tokens), into(terms.grant.picTimes), into(terms.grant.voiceSeconds), bind(code), now;
    if (found.empty()) throw registrationRefused(kUnknown);
    return terms;
}

void requireOpen(const Terms& terms, const std::string& academy) {
    const std::int64_t at = unixMilliseconds();
    if (at < terms.beginsMs) throw registrationRefused("the invitation code is not valid yet");
    if (terms.endsMs != 0 && at >= terms.endsMs) throw registrationRefused("the invitation code has expired");
    if (!terms.academy.empty() && terms.academy != academy)
        throw registrationRefused("the invitation code is for users of another academy");
}

}  // namespace

std::string hintOf(const std::string& code) { return "invitation " + code.substr(0, code.size() / 4) + "..."; }

std::string Invitations::newCode() {
    constexpr char kSigns[] = "ABCDEFGHJKMNPQRSTVWXYZ0123456789";  // 32, without I, L, O and U
    std::string code = randomBytes(16);
    for (char& sign : code) sign = kSigns[static_cast<unsigned char>(sign) % 32];
    return code;
}

void Invitations::add(const Invitation& invitation) {
    try {
        database_.write([&](Session& session) {
            session << "INSERT INTO invitations (code, tokens, pic_times, voice_seconds, academy, uses_left, begins_ms,"
                       " ends_ms, created_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                bind(invitation.code), bind(invitation.grant.tokens), bind(invitation.grant.picTimes),
                bind(invitation.grant.voiceSeconds), bind(invitation.academy), bind(invitation.usesLeft),
                bind(invitation.beginsMs), bind(invitation.endsMs), bind(unixMilliseconds()), now;
            Audit::add(session, {"invitation_added", "", {}, hintOf(invitation.code)});
        });
    } catch (const ConstraintViolation&) {
        throw Error(ErrorKind::nameTaken, "there is an invitation " + invitation.code + " already");
    }
}

std::vector<Invitation> Invitations::all() {
    std::vector<Invitation> all;
    database_.read([&](Session& session) {
        all.clear();
        Statement select(session);
        select << "SELECT code, tokens, pic_times, voice_seconds, academy, uses_left, begins_ms, ends_ms, created_ms,"
                  " (SELECT COUNT(*) FROM invitation_uses WHERE invitation_uses.code = invitations.code) AS uses"
                  " FROM invitations ORDER BY created_ms, code";
        select.execute();
        Poco::Data::RecordSet rows(select);
        for (bool more = rows.moveFirst(); more; more = rows.moveNext()) {
            const auto number = [&](const char* column) { return rows[column].convert<std::int64_t>(); };
            all.push_back({rows["code"].convert<std::string>(),
                           {number("tokens"), number("pic_times"), number("voice_seconds")},
                           rows["academy"].convert<std::string>(),
                           number("uses_left"),
                           number("begins_ms"),
                           number("ends_ms"),
                           number("created_ms"),
                           number("uses")});
        }
    });
    return all;
}

bool Invitations::revoke(const std::string& code) {
    std::size_t changed = 0;
    database_.write([&](Session& session) {
        Statement end(session);
        end << "DELETE FROM invitations WHERE code = ?", bind(code);
        changed = end.execute();
        if (changed > 0) Audit::add(session, {"invitation_revoked", "", {}, hintOf(code)});
    });
    return changed > 0;
}

void Invitations::requireUsable(const std::string& code, const std::string& academy) {
    requireForm(code);
    database_.read([&](Session& session) {
        const Terms terms = termsOf(session, code);
        if (terms.usesLeft == 0) throw registrationRefused(kUsedUp);
        requireOpen(terms, academy);
    });
}

void Invitations::redeem(Session& session, const std::string& code, std::int64_t userId, const std::string& academy) {
    requireForm(code);
    // First the count, which locks the row: two who come at once are not both the last.
    Statement use(session);
    use << "UPDATE invitations SET uses_left = CASE WHEN uses_left > 0 THEN uses_left - 1 ELSE uses_left END"
           " WHERE code = ? AND uses_left <> 0",
        bind(code);
    const std::size_t counted = use.execute();
    const Terms terms = termsOf(session, code);
    if (counted == 0) throw registrationRefused(kUsedUp);
    requireOpen(terms, academy);
    int used = 0;
    session << "SELECT COUNT(*) FROM invitation_uses WHERE code = ? AND user_id = ?", into(used), bind(code),
        bind(userId), now;
    if (used > 0) throw registrationRefused("this invitation code was used by this account already");
    session << "INSERT INTO invitation_uses (code, user_id, at_ms) VALUES (?, ?, ?)", bind(code), bind(userId),
        bind(unixMilliseconds()), now;
    addGrant(session, userId, terms.grant);
}

bool addGrant(Session& session, std::int64_t userId, const Grant& grant) {
    Statement add(session);
    add << "UPDATE users SET"
           " tokens = CASE WHEN tokens < 0 OR ? < 0 THEN -1 ELSE tokens + ? END,"
           " pic_times = CASE WHEN pic_times < 0 OR ? < 0 THEN -1 ELSE pic_times + ? END,"
           " voice_seconds = CASE WHEN voice_seconds < 0 OR ? < 0 THEN -1 ELSE voice_seconds + ? END"
           " WHERE id = ?",
        bind(grant.tokens), bind(grant.tokens), bind(grant.picTimes), bind(grant.picTimes), bind(grant.voiceSeconds),
        bind(grant.voiceSeconds), bind(userId);
    return add.execute() > 0;
}

}  // namespace aiproject
