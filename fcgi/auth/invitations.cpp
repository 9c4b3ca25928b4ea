#include "auth/invitations.h"

#include "auth/registration.h"
#include "base/error.h"
#include "base/random_bytes.h"
#include "base/unix_time.h"
#include "base/utf8.h"
#include "store/database.h"

#include <Poco/Data/RecordSet.h>
#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>

#include <algorithm>

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

bool isRevoked(Session& session, const std::string& code) {
    int count = 0;
    session << "SELECT COUNT(*) FROM revoked_invitations WHERE code = ?", into(count), bind(code), now;
    return count > 0;
}

Terms termsOf(Session& session, const std::string& code) {
    Terms terms;
    std::string found;
    session << "SELECT code, academy, uses_left, begins_ms, ends_ms, tokens, pic_times, voice_seconds, money"
               " FROM invitations WHERE code = ?",
        into(found), into(terms.academy), into(terms.usesLeft), into(terms.beginsMs), into(terms.endsMs),
        into(terms.grant.tokens), into(terms.grant.picTimes), into(terms.grant.voiceSeconds), into(terms.grant.money),
        bind(code), now;
    // A revoked one is like one that never was: nobody needs to learn that it was good once.
    if (found.empty() || isRevoked(session, code)) throw registrationRefused(kUnknown);
    return terms;
}

std::string calledCode(const std::string& code, const Grant& grant) {
    return withGrant(hintOf(code), {grant.tokens, grant.picTimes, grant.voiceSeconds, grant.money});
}

Balances granted(const Balances& left, const Grant& grant) {
    const auto add = [](std::int64_t balance, std::int64_t amount) {
        return amount < 0 ? -1 : raisedBy(balance, amount);
    };
    return {add(left.tokens, grant.tokens), add(left.picTimes, grant.picTimes),
            add(left.voiceSeconds, grant.voiceSeconds), add(left.money, grant.money)};
}

constexpr const char* kSelectInvitations =
    "SELECT code, tokens, pic_times, voice_seconds, money, academy, uses_left, begins_ms, ends_ms, created_ms,"
    " (SELECT COUNT(*) FROM invitation_uses WHERE invitation_uses.code = invitations.code) AS uses"
    " FROM invitations WHERE code NOT IN (SELECT code FROM revoked_invitations)";

std::vector<Invitation> invitationsIn(Statement& select) {
    std::vector<Invitation> found;
    select.execute();
    Poco::Data::RecordSet rows(select);
    for (bool more = rows.moveFirst(); more; more = rows.moveNext()) {
        const auto number = [&](const char* column) { return rows[column].convert<std::int64_t>(); };
        found.push_back({rows["code"].convert<std::string>(),
                         {number("tokens"), number("pic_times"), number("voice_seconds"), number("money")},
                         rows["academy"].convert<std::string>(),
                         number("uses_left"),
                         number("begins_ms"),
                         number("ends_ms"),
                         number("created_ms"),
                         number("uses")});
    }
    return found;
}

void requireOpen(const Terms& terms, const std::string& academy) {
    const std::int64_t at = unixMilliseconds();
    if (at < terms.beginsMs) throw registrationRefused("the invitation code is not valid yet");
    if (terms.endsMs != 0 && at >= terms.endsMs) throw registrationRefused("the invitation code has expired");
    if (!terms.academy.empty() && terms.academy != academy)
        throw registrationRefused("the invitation code is for users of another academy");
}

}  // namespace

std::string shortCode(const std::string& code) { return code.substr(0, code.size() / 4) + "..."; }

std::string hintOf(const std::string& code) { return "invitation " + shortCode(code); }

std::string Invitations::newCode() {
    constexpr char kSigns[] = "ABCDEFGHJKMNPQRSTVWXYZ0123456789";  // 32, without I, L, O and U
    std::string code = randomBytes(16);
    for (char& sign : code) sign = kSigns[static_cast<unsigned char>(sign) % 32];
    return code;
}

void Invitations::add(Session& session, const Invitation& invitation) const {
    session << "INSERT INTO invitations (code, tokens, pic_times, voice_seconds, money, academy, uses_left,"
               " begins_ms, ends_ms, created_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        bind(invitation.code), bind(invitation.grant.tokens), bind(invitation.grant.picTimes),
        bind(invitation.grant.voiceSeconds), bind(invitation.grant.money), bind(invitation.academy),
        bind(invitation.usesLeft), bind(invitation.beginsMs), bind(invitation.endsMs), bind(invitation.createdMs), now;
    Audit::add(session, {"invitation_added", "", origin_, calledCode(invitation.code, invitation.grant)});
}

void Invitations::add(const Invitation& invitation) {
    Invitation row = invitation;
    row.createdMs = unixMilliseconds();
    try {
        database_.write([&](Session& session) { add(session, row); });
    } catch (const ConstraintViolation&) {
        throw Error(ErrorKind::nameTaken, "there is an invitation " + invitation.code + " already");
    }
}

std::vector<Invitation> Invitations::make(const InvitationTerms& terms, std::int64_t count) {
    const std::int64_t nowMs = unixMilliseconds();
    // As registration stores that of a user, or nobody could have it.
    const Invitation model{{},           terms.grant, checkedAcademy(terms.academy), terms.usesLeft, terms.beginsMs,
                           terms.endsMs, nowMs};
    if (terms.endsMs != 0 && terms.endsMs <= std::max(terms.beginsMs, nowMs))
        throw refusalOf("ends", "the end is over before anybody could use the code");
    if (count < 1 || count > kMostAtOnce)
        throw refusalOf("count", "'count' is not a whole number from 1 to " + std::to_string(kMostAtOnce));
    std::vector<Invitation> made(std::size_t(count), model);
    for (Invitation& invitation : made) invitation.code = newCode();
    database_.write([&](Session& session) {
        for (const Invitation& invitation : made) add(session, invitation);
    });
    return made;
}

std::vector<Invitation> Invitations::all() {
    std::vector<Invitation> all;
    database_.read([&](Session& session) {
        Statement select(session);
        select << kSelectInvitations << " ORDER BY created_ms, code";
        all = invitationsIn(select);
    });
    return all;
}

std::vector<Invitation> Invitations::page(const InvitationPage& page) {
    std::vector<Invitation> found;
    database_.read([&](Session& session) {
        Statement select(session);
        select << kSelectInvitations
               << " AND (created_ms < ? OR (created_ms = ? AND code > ?)) ORDER BY created_ms DESC, code LIMIT ?",
            bind(page.beforeMs), bind(page.beforeMs), bind(page.beforeCode), bind(page.limit);
        found = invitationsIn(select);
    });
    return found;
}

bool Invitations::revoke(const std::string& code) {
    bool isThere = false;
    database_.write([&](Session& session) {
        // A worker of an older release knows the count only.
        Statement end(session);
        end << "UPDATE invitations SET uses_left = 0 WHERE code = ?", bind(code);
        isThere = end.execute() > 0 && !isRevoked(session, code);
        if (!isThere) return;
        session << "INSERT INTO revoked_invitations (code, at_ms) VALUES (?, ?)", bind(code), bind(unixMilliseconds()),
            now;
        Grant grant;
        session << "SELECT tokens, pic_times, voice_seconds, money FROM invitations WHERE code = ?", into(grant.tokens),
            into(grant.picTimes), into(grant.voiceSeconds), into(grant.money), bind(code), now;
        Audit::add(session, {"invitation_revoked", "", origin_, calledCode(code, grant)});
    });
    return isThere;
}

void Invitations::requireUsable(const std::string& code, const std::string& academy) {
    requireForm(code);
    database_.read([&](Session& session) {
        const Terms terms = termsOf(session, code);
        if (terms.usesLeft == 0) throw registrationRefused(kUsedUp);
        requireOpen(terms, academy);
    });
}

BalanceChange Invitations::redeem(Session& session, const QuotaConfig& quota, const std::string& code,
                                  const Redeemer& user) {
    requireForm(code);
    // First the count, which locks the row: two who come at once are not both the last.
    Statement use(session);
    use << "UPDATE invitations SET uses_left = CASE WHEN uses_left > 0 THEN uses_left - 1 ELSE uses_left END"
           " WHERE code = ? AND uses_left <> 0",
        bind(code);
    const std::size_t counted = use.execute();
    const Terms terms = termsOf(session, code);
    if (counted == 0) throw registrationRefused(kUsedUp);
    requireOpen(terms, user.academy);
    int used = 0;
    session << "SELECT COUNT(*) FROM invitation_uses WHERE code = ? AND user_id = ?", into(used), bind(code),
        bind(user.userId), now;
    if (used > 0) throw registrationRefused("this invitation code was used by this account already");
    session << "INSERT INTO invitation_uses (code, user_id, at_ms) VALUES (?, ?, ?)", bind(code), bind(user.userId),
        bind(unixMilliseconds()), now;
    return changeBalances(session, quota, user.userId, {"redeemed", "account", hintOf(code)},
                          [&](const Balances& left) { return granted(left, terms.grant); })
        .value_or(BalanceChange{});
}

}  // namespace aiproject
