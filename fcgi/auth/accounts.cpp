#include "auth/accounts.h"

#include <optional>
#include <string>

#include "base/error.h"

namespace aiproject {

Accounts::Accounts(Database& database, const CredentialKey& key, const AuthConfig& config, HashCost cost)
    : store_(database), hasher_(cost), key_(key), config_(config), dummyHash_(hasher_.unmatchable()) {}

User Accounts::registerUser(const NewUser& user) {
    const NewUser checked = checkedRegistration(user);
    // Only to spare the hash; insert() decides.
    if (store_.find(checked.name)) throw Error(ErrorKind::nameTaken, "the name is taken");

    StoredUser stored;
    stored.name = checked.name;
    stored.tokens = config_.newTokens;
    stored.picTimes = config_.newPicTimes;
    stored.voiceSeconds = config_.newVoiceSeconds;
    stored.academy = checked.academy;
    stored.id = store_.insert({checked.name, hasher_.hash(checked.password), checked.email, checked.academy,
                               config_.newTokens, config_.newPicTimes, config_.newVoiceSeconds});
    return userFor(stored);
}

Session Accounts::login(std::string_view name, std::string_view password) {
    const std::optional<std::string> knownForm = trimmedText(name);
    const std::optional<std::string> secret = trimmedText(password);
    const std::optional<StoredUser> stored = knownForm ? store_.find(*knownForm) : std::nullopt;

    const bool fits = hasher_.verify(secret.value_or(""), stored ? stored->passwordHash : dummyHash_);
    if (!stored) throw Error(ErrorKind::loginRefused, "login with an unknown name");
    const std::string who = "user " + std::to_string(stored->id);
    if (!secret || !fits) throw Error(ErrorKind::loginRefused, "login with a wrong password for " + who);
    if (stored->disabled) throw Error(ErrorKind::notAllowed, "login to the disabled account of " + who);

    if (hasher_.needsRehash(stored->passwordHash)) store_.replacePasswordHash(*stored, hasher_.hash(*secret));
    return {userFor(*stored), key_.uuidFor(stored->id, stored->epoch)};
}

User Accounts::identify(std::string_view uuid, std::string_view name) {
    const std::optional<std::string> knownForm = trimmedText(name);
    const std::optional<StoredUser> stored = knownForm ? store_.find(*knownForm) : std::nullopt;
    // Signed for an unknown name too (as id 0, which nobody has), so that the time tells nothing.
    const StoredUser claimed = stored.value_or(StoredUser{});
    if (!key_.isUuidOf(uuid, claimed.id, claimed.epoch) || !stored)
        throw Error(ErrorKind::userUnknown, "uuid and name do not belong together");
    if (stored->disabled)
        throw Error(ErrorKind::notAllowed, "the account of user " + std::to_string(stored->id) + " is disabled");
    return userFor(*stored);
}

void Accounts::charge(std::int64_t userId, const Spending& spent) { store_.charge(userId, spent); }

User Accounts::userFor(const StoredUser& stored) const {
    return {stored.id,           stored.name,    stored.tokens,         stored.picTimes,
            stored.voiceSeconds, stored.academy, key_.tagFor(stored.id)};
}

}  // namespace aiproject
