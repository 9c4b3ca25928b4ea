#include "auth/browser_sessions.h"

#include <Poco/Data/RecordSet.h>
#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>

#include <algorithm>

#include "auth/balances.h"
#include "auth/client_network.h"
#include "base/error.h"
#include "base/random_bytes.h"
#include "store/database.h"
#include "store/prepared_statement.h"

namespace aiproject {

using Poco::Data::Session;
using Poco::Data::Statement;
using Poco::Data::Keywords::bind;
using Poco::Data::Keywords::into;
using Poco::Data::Keywords::now;

namespace {

constexpr std::size_t kTokenBytes = 32;

void makeRoom(Session& session, std::int64_t userId) {
    // The user's row is locked: of two that come at once, the second counts the first one's session.
    lockUser(session, userId);
    std::int64_t newestToEnd = 0;
    session << "SELECT id FROM browser_sessions WHERE user_id = ? ORDER BY id DESC LIMIT 1 OFFSET ?", into(newestToEnd),
        bind(userId), bind(BrowserSessions::kMost - 1), now;
    session << "DELETE FROM browser_sessions WHERE user_id = ? AND id <= ?", bind(userId), bind(newestToEnd), now;
}

// None that is not in the audit log.
int ended(Database& database, const std::function<void(Statement&)>& write,
          const std::function<AuditEntry(int count)>& entry) {
    int count = 0;
    database.write([&](Session& session) {
        Statement statement(session);
        write(statement);
        count = int(statement.execute());
        if (count > 0) Audit::add(session, entry(count));
    });
    return count;
}

}  // namespace

std::int64_t BrowserSession::endsMs() const noexcept {
    return std::min(usedMs + BrowserSessions::kIdleMs, madeMs + BrowserSessions::kLongestMs);
}

BrowserSessions::Begun BrowserSessions::begin(Session& session, const StoredUser& user, const std::string& address,
                                              std::string_view replaced) {
    const std::int64_t nowMs = clock_();
    Begun begun{randomHex(kTokenBytes), {0, nowMs, nowMs, networkOf(address)}};
    const std::string hash = credential_.hashOf(begun.token);
    if (!replaced.empty())
        session << "DELETE FROM browser_sessions WHERE hash = ?", bind(credential_.hashOf(replaced)), now;
    makeRoom(session, user.id);
    session << "INSERT INTO browser_sessions (user_id, epoch, hash, made_ms, used_ms, network)"
               " VALUES (?, ?, ?, ?, ?, ?)",
        bind(user.id), bind(user.epoch), bind(hash), bind(nowMs), bind(nowMs), bind(begun.row.network), now;
    session << "SELECT id FROM browser_sessions WHERE hash = ?", into(begun.row.id), bind(hash), now;
    return begun;
}

std::optional<BrowserSessions::Holder> BrowserSessions::find(std::string_view token) {
    if (token.size() != 2 * kTokenBytes) return std::nullopt;
    std::optional<Holder> found(std::in_place);
    StoredUser& user = found->user;
    BrowserSession& row = found->session;
    std::int64_t disabled = 0, isAdmin = 0;
    bool isThere = false;
    const std::string hash = credential_.hashOf(token);
    database_.read([&](Session& session) {
        isThere = readRow(session,
                          "SELECT users.id, users.name, users.epoch, tokens, pic_times, voice_seconds, money, refilled,"
                          " email, academy, created_at, disabled, is_admin, browser_sessions.id, made_ms, used_ms,"
                          " network FROM browser_sessions JOIN users ON users.id = browser_sessions.user_id"
                          " AND users.epoch = browser_sessions.epoch WHERE browser_sessions.hash = ?",
                          {hash},
                          {&user.id, &user.name, &user.epoch, &user.tokens, &user.picTimes, &user.voiceSeconds,
                           &user.money, &user.refilled, &user.email, &user.academy, &user.created, &disabled, &isAdmin,
                           &row.id, &row.madeMs, &row.usedMs, &row.network});
    });
    const std::int64_t nowMs = clock_();
    if (!isThere || nowMs >= row.endsMs()) return std::nullopt;
    user.disabled = disabled != 0;
    found->isAdmin = isAdmin != 0;
    if (nowMs - row.usedMs < kBetweenUsesMs) return found;
    row.usedMs = nowMs;
    database_.write([&](Session& session) {
        changeRows(session, "UPDATE browser_sessions SET used_ms = ? WHERE id = ? AND used_ms < ?",
                   {nowMs, row.id, nowMs});
    });
    return found;
}

std::vector<BrowserSession> BrowserSessions::list(std::int64_t userId, std::int64_t epoch) {
    std::vector<BrowserSession> sessions;
    database_.read([&](Session& session) {
        sessions.clear();
        Statement select(session);
        select << "SELECT id, made_ms, used_ms, network FROM browser_sessions WHERE user_id = ? AND epoch = ?"
                  " ORDER BY id DESC",
            bind(userId), bind(epoch);
        select.execute();
        Poco::Data::RecordSet rows(select);
        const auto number = [&](const char* column) { return rows[column].convert<std::int64_t>(); };
        for (bool more = rows.moveFirst(); more; more = rows.moveNext())
            sessions.push_back(
                {number("id"), number("made_ms"), number("used_ms"), rows["network"].convert<std::string>()});
    });
    const auto hasEnded = [nowMs = clock_()](const BrowserSession& row) { return nowMs >= row.endsMs(); };
    sessions.erase(std::remove_if(sessions.begin(), sessions.end(), hasEnded), sessions.end());
    return sessions;
}

int BrowserSessions::end(std::int64_t userId, std::int64_t sessionId, const AuditEntry& entry) {
    const auto remove = [&](Statement& statement) {
        statement << "DELETE FROM browser_sessions WHERE user_id = ? AND id = ?", bind(userId), bind(sessionId);
    };
    return ended(database_, remove, [&](int) { return entry; });
}

int BrowserSessions::endOthers(std::int64_t userId, std::int64_t sessionId, const AuditEntry& entry) {
    const auto remove = [&](Statement& statement) {
        statement << "DELETE FROM browser_sessions WHERE user_id = ? AND id <> ?", bind(userId), bind(sessionId);
    };
    return ended(database_, remove, [&](int count) {
        AuditEntry counted = entry;
        counted.detail = std::to_string(count) + " sessions";
        return counted;
    });
}

void BrowserSessions::endAllOf(Session& session, std::int64_t userId) {
    session << "DELETE FROM browser_sessions WHERE user_id = ?", bind(userId), now;
}

void BrowserSessions::removeOld(Session& session, std::int64_t nowMs) {
    session << "DELETE FROM browser_sessions WHERE used_ms < ? OR made_ms < ?", bind(nowMs - kIdleMs),
        bind(nowMs - kLongestMs), now;
}

}  // namespace aiproject
