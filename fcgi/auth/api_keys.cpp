#include "auth/api_keys.h"

#include <Poco/Data/RecordSet.h>
#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>

#include <algorithm>
#include <cctype>

#include "auth/balances.h"
#include "auth/quota_refill.h"
#include "base/error.h"
#include "base/random_bytes.h"
#include "base/unix_time.h"
#include "store/database.h"
#include "store/prepared_statement.h"

namespace aiproject {

using Poco::Data::Session;
using Poco::Data::Statement;
using Poco::Data::Keywords::bind;
using Poco::Data::Keywords::into;
using Poco::Data::Keywords::now;

namespace {

constexpr std::string_view kBegin = "sk-";
constexpr std::size_t kSigns = 48, kHintSigns = 4;
constexpr std::int64_t kKeptDayMs = 86'400'000;

std::string newKey() {
    constexpr std::string_view signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    constexpr unsigned even = 256 / signs.size() * signs.size();  // above it some signs would come more often
    std::string key(kBegin);
    key.reserve(kBegin.size() + kSigns);
    while (key.size() < kBegin.size() + kSigns)
        for (const unsigned char byte : randomBytes(kSigns))
            if (byte < even && key.size() < kBegin.size() + kSigns) key += signs[byte % signs.size()];
    return key;
}

std::string calledKey(std::int64_t id, const std::string& name) {
    return "key " + std::to_string(id) + (name.empty() ? "" : " (" + name + ")");
}

// Those of the last day count when they are revoked, too: nobody fills the table by making and revoking.
void requireRoom(Session& session, std::int64_t userId, std::int64_t nowMs) {
    // The user's row is locked: of two that come at once, the second counts the first one's key.
    lockUser(session, userId);
    int count = 0;
    session << "SELECT COUNT(*) FROM api_keys WHERE user_id = ? AND (revoked_ms = 0 OR created_ms > ?)", into(count),
        bind(userId), bind(nowMs - kKeptDayMs), now;
    if (count >= ApiKeys::kMostOfOneUser)
        throw refusal(ErrorKind::notAllowed, "an account has at most " + std::to_string(ApiKeys::kMostOfOneUser) +
                                                 " keys, with those that were made today and revoked; revoke one, or "
                                                 "come again tomorrow");
}

ApiKey keyIn(Poco::Data::RecordSet& rows, std::int64_t nowMs) {
    const auto text = [&](const char* column) { return rows[column].convert<std::string>(); };
    const auto number = [&](const char* column) { return rows[column].convert<std::int64_t>(); };
    ApiKey key;
    key.id = number("id");
    key.userId = number("user_id");
    key.userName = rows["user_name"].isEmpty() ? "" : text("user_name");
    key.hint = text("hint");
    key.terms.name = text("name");
    key.terms.models = modelsIn(text("models"));
    key.terms.endsMs = number("ends_ms");
    key.terms.mostTokens = number("most_tokens");
    key.terms.mostMoney = number("most_money");
    key.terms.refill = refillOf(text("refill")).value_or(Refill::none);
    key.createdMs = number("created_ms");
    key.revokedMs = number("revoked_ms");
    key.usedMs = number("used_ms");
    // As its next call will find it.
    if (number("refilled") < refillPeriod(key.terms.refill, nowMs)) return key;
    key.tokensUsed = number("tokens_used");
    key.moneyUsed = number("money_used");
    return key;
}

constexpr const char* kSelectKeys =
    "SELECT api_keys.id AS id, user_id, users.name AS user_name, hint, api_keys.name AS name, models, created_ms,"
    " ends_ms, revoked_ms, used_ms, most_tokens, tokens_used, most_money, money_used, refill,"
    " api_keys.refilled AS refilled FROM api_keys LEFT JOIN users ON users.id = api_keys.user_id"
    " WHERE revoked_ms = 0";

std::vector<ApiKey> keysIn(Statement& select) {
    std::vector<ApiKey> keys;
    const std::int64_t nowMs = unixMilliseconds();
    select.execute();
    Poco::Data::RecordSet rows(select);
    keys.reserve(rows.rowCount());
    for (bool more = rows.moveFirst(); more; more = rows.moveNext()) keys.push_back(keyIn(rows, nowMs));
    return keys;
}

}  // namespace

bool ApiKeys::isForm(std::string_view token) {
    return token.size() == kBegin.size() + kSigns && token.substr(0, kBegin.size()) == kBegin &&
           std::all_of(token.begin() + kBegin.size(), token.end(),
                       [](unsigned char sign) { return sign < 128 && std::isalnum(sign); });
}

NewKey ApiKeys::add(const KeyOwner& owner, const KeyTerms& terms, const Origin& origin) {
    const std::int64_t nowMs = unixMilliseconds();
    NewKey made;
    made.row.terms = checkedTerms(terms, nowMs);
    made.row.userId = owner.id;
    made.row.userName = owner.name;
    made.row.createdMs = nowMs;
    made.key = newKey();
    made.row.hint = made.key.substr(made.key.size() - kHintSigns);
    const KeyTerms& fit = made.row.terms;
    const std::string hash = credential_.hashOf(made.key), models = listOf(fit.models), refill = nameOf(fit.refill);
    database_.write([&](Session& session) {
        requireRoom(session, owner.id, nowMs);
        session << "INSERT INTO api_keys (user_id, hash, hint, name, models, created_ms, ends_ms, most_tokens,"
                   " most_money, refill, refilled) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            bind(owner.id), bind(hash), bind(made.row.hint), bind(fit.name), bind(models), bind(nowMs),
            bind(fit.endsMs), bind(fit.mostTokens), bind(fit.mostMoney), bind(refill),
            bind(refillPeriod(fit.refill, nowMs)), now;
        session << "SELECT id FROM api_keys WHERE hash = ?", into(made.row.id), bind(hash), now;
        Audit::add(session, {"key_added", owner.name, origin, calledKey(made.row.id, fit.name)});
    });
    return made;
}

std::vector<ApiKey> ApiKeys::list(std::int64_t userId) {
    std::vector<ApiKey> keys;
    database_.read([&](Session& session) {
        Statement select(session);
        select << kSelectKeys << " AND (? = 0 OR user_id = ?) ORDER BY api_keys.id", bind(userId), bind(userId);
        keys = keysIn(select);
    });
    return keys;
}

std::vector<ApiKey> ApiKeys::page(const KeyPage& page) {
    std::vector<ApiKey> keys;
    database_.read([&](Session& session) {
        Statement select(session);
        select << kSelectKeys << " AND (? = 0 OR user_id = ?) AND api_keys.id < ? ORDER BY api_keys.id DESC LIMIT ?",
            bind(page.userId), bind(page.userId), bind(page.beforeId), bind(page.limit);
        keys = keysIn(select);
    });
    return keys;
}

bool ApiKeys::revoke(std::int64_t keyId, std::int64_t userId, const Origin& origin) {
    bool isRevoked = false;
    database_.write([&](Session& session) {
        Statement update(session);
        update << "UPDATE api_keys SET revoked_ms = ? WHERE id = ? AND revoked_ms = 0 AND (? = 0 OR user_id = ?)",
            bind(unixMilliseconds()), bind(keyId), bind(userId), bind(userId);
        isRevoked = update.execute() > 0;
        if (!isRevoked) return;
        std::string userName, name;
        session << "SELECT users.name, api_keys.name FROM api_keys JOIN users ON users.id = api_keys.user_id"
                   " WHERE api_keys.id = ?",
            into(userName), into(name), bind(keyId), now;
        Audit::add(session, {"key_revoked", userName, origin, calledKey(keyId, name)});
    });
    return isRevoked;
}

std::int64_t ApiKeys::idOf(const std::string& key) {
    std::int64_t id = 0;
    const std::string hash = credential_.hashOf(key);
    database_.read(
        [&](Session& session) { session << "SELECT id FROM api_keys WHERE hash = ?", into(id), bind(hash), now; });
    return id;
}

std::optional<KeyHolder> ApiKeys::find(const std::string& hash) {
    KeyHolder holder;
    std::string models;
    std::int64_t disabled = 0, mostTokens = -1, mostMoney = -1;
    bool isThere = false;
    StoredUser& user = holder.user;
    database_.read([&](Session& session) {
        isThere = readRow(session,
                          "SELECT users.id, users.name, epoch, tokens, pic_times, voice_seconds, money, users.refilled,"
                          " email, academy, created_at, disabled, api_keys.id, models, ends_ms, most_tokens, most_money"
                          " FROM api_keys JOIN users ON users.id = api_keys.user_id"
                          " WHERE api_keys.hash = ? AND revoked_ms = 0",
                          {hash},
                          {&user.id, &user.name, &user.epoch, &user.tokens, &user.picTimes, &user.voiceSeconds,
                           &user.money, &user.refilled, &user.email, &user.academy, &user.created, &disabled,
                           &holder.key.id, &models, &holder.key.endsMs, &mostTokens, &mostMoney});
    });
    if (!isThere || (holder.key.endsMs != 0 && holder.key.endsMs <= unixMilliseconds())) return std::nullopt;
    user.disabled = disabled != 0;
    holder.key.models = modelsIn(models);
    holder.key.isLimited = mostTokens >= 0 || mostMoney >= 0;
    return holder;
}

void ApiKeys::revokeAllOf(Session& session, std::int64_t userId) {
    session << "UPDATE api_keys SET revoked_ms = ? WHERE user_id = ? AND revoked_ms = 0", bind(unixMilliseconds()),
        bind(userId), now;
}

// Some in each transaction: all at once would keep others from writing.
void ApiKeys::noteUses(const std::vector<std::pair<std::int64_t, std::int64_t>>& uses) {
    constexpr std::size_t together = 32;
    for (std::size_t begin = 0; begin < uses.size(); begin += together)
        database_.write([&](Session& session) {
            for (std::size_t at = begin; at < std::min(begin + together, uses.size()); ++at)
                changeRows(session, "UPDATE api_keys SET used_ms = ? WHERE id = ? AND used_ms < ?",
                           {uses[at].second, uses[at].first, uses[at].second});
        });
}

}  // namespace aiproject
