// Who a client is that says so by one token: an API key, or the uuid of a login.
#include "auth/accounts.h"
#include "base/error.h"
#include "base/unix_time.h"

namespace aiproject {
namespace {

constexpr std::size_t kUuidSigns = 36;

Error unknownToken() {
    return {ErrorKind::userUnknown, "a token that is no key and no uuid of anybody, or has ended",
            "the API key is wrong, revoked or has expired"};
}

bool isToken(std::string_view token) { return ApiKeys::isForm(token) || token.size() == kUuidSigns; }

}  // namespace

User Accounts::identifyToken(std::string_view token) {
    if (!isToken(token)) throw unknownToken();
    return identifyHashed(token, key_.hashOf(token));
}

User Accounts::recallToken(std::string_view token) {
    if (!isToken(token)) throw unknownToken();
    const std::string hash = key_.hashOf(token);
    std::optional<User> known = recentTokens_.find(hash);
    const std::int64_t nowMs = unixMilliseconds();
    if (!known || (known->key.endsMs != 0 && known->key.endsMs <= nowMs)) return identifyHashed(token, hash);
    if (known->key.id != 0) keyUses_.note(known->key.id, nowMs);
    return *std::move(known);
}

User Accounts::identifyHashed(std::string_view token, const std::string& hash) {
    if (ApiKeys::isForm(token)) return admittedKey(hash);
    const std::optional<StoredUser> stored = store_.findByUuidHash(hash);
    // The hash stays in its row when the uuid has ended.
    if (!stored || !key_.isUuidOf(token, stored->id, stored->epoch)) throw unknownToken();
    User user = admitted(*stored);
    user.tokenHash = hash;
    recentTokens_.keep(hash, user);
    return user;
}

User Accounts::admittedKey(const std::string& hash) {
    const std::optional<KeyHolder> holder = keys_.find(hash);
    if (!holder) {
        recentTokens_.forget(hash);
        throw unknownToken();
    }
    User user = admitted(holder->user);
    user.key = holder->key;
    user.tokenHash = hash;
    recentTokens_.keep(hash, user);
    keyUses_.note(user.key.id, unixMilliseconds());
    return user;
}

void Accounts::saveKeyUses() { keys_.noteUses(keyUses_.takeNews(unixMilliseconds())); }

}  // namespace aiproject
