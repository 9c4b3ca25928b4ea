#include "auth/accounts.h"

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "auth/client_network.h"
#include "auth/quota_refill.h"
#include "auth/text_forms.h"
#include "auth/uuid_hashes.h"
#include "base/error.h"
#include "base/unix_time.h"

namespace aiproject {
namespace {

std::string called(std::int64_t id) { return "user " + std::to_string(id); }

HashClient hashClient(HashUse use, const Origin& origin) { return {use, widestNetworkOf(origin.address)}; }

}  // namespace

Accounts::Accounts(Database& database, const CredentialKey& key, const AuthConfig& config, HashCost cost,
                   const QuotaConfig& quota, HashLimits hashes)
    : database_(database),
      store_(database),
      audit_(database),
      invitations_(database),
      guard_(database, config.loginDelayMax),
      hasher_(cost, hashes, key),
      key_(key),
      keys_(database, key_),
      sessions_(database, key_),
      config_(config),
      quota_(quota),
      dummyHash_(hasher_.unmatchable()) {}

SignIn Accounts::login(std::string_view name, std::string_view password, const Origin& origin) {
    const Proof proof = prove(name, password, origin);
    const StoredUser& user = proof.user;
    // Before the uuid goes out: no login that is not in the audit log.
    guard_.succeed(proof.attempt, [&](Poco::Data::Session& session) {
        Audit::add(session, {"login", user.name, origin});
        UuidHashes::keep(session, key_, user.id, user.epoch);
    });
    strengthen(proof, origin);
    return signInOf(user);
}

// Best effort: the login has already succeeded, and the next one retries this.
void Accounts::strengthen(const Proof& proof, const Origin& origin) {
    if (!hasher_.needsRehash(proof.user.passwordHash)) return;
    try {
        const std::string form = passwordForm(proof.password);
        store_.replacePasswordHash(proof.user, hasher_.hash(form, hashClient(HashUse::strengthening, origin)));
    } catch (const std::runtime_error&) {  // no free turn for a hash, no database, a rule of the table
    }
}

SignIn Accounts::changePassword(std::string_view name, std::string_view password, const std::string& newPassword,
                                const Origin& origin) {
    const std::string checked = checkedPassword(newPassword);
    Proof proof = prove(name, password, origin);
    StoredUser& user = proof.user;
    guard_.succeed(proof.attempt, [](Poco::Data::Session&) {});
    const std::string hash = hasher_.hash(checked, hashClient(HashUse::login, origin));
    const std::optional<std::int64_t> epoch =
        store_.changePassword(user, hash, [&](Poco::Data::Session& session, std::int64_t) {
            Audit::add(session, {"password", user.name, origin});
            UuidHashes::keep(session, key_, user.id, user.epoch + 1);
        });
    if (!epoch) throw Error(ErrorKind::loginRefused, "the password of " + called(user.id) + " was changed meanwhile");
    user.epoch = *epoch;
    return signInOf(user);
}

// Throws unless the password is the name's; the attempt counts as failed until guard_.succeed().
Accounts::Proof Accounts::prove(std::string_view name, std::string_view password, const Origin& origin) {
    const std::optional<std::string> typed = possibleName(name);
    const std::optional<std::string> form = typed ? std::optional(nameForm(*typed)) : std::nullopt;
    const std::optional<std::string> secret = trimmedText(password);
    LoginGuard::Attempt attempt = guard_.admit(form, origin);
    const std::optional<StoredUser> stored = typed ? store_.findMeant(*typed) : std::nullopt;

    const auto refuse = [&](ErrorKind kind, const std::string& reason, const std::string& forLog) {
        refuseOnRecord(Error(kind, forLog), [&] {
            audit_.add({"login_failed", stored ? stored->name : form.value_or(""), origin, reason});
        });
    };
    Proof claim{stored.value_or(StoredUser{}), secret.value_or(""), std::move(attempt)};
    const bool isRight = fits(claim, stored ? stored->passwordHash : dummyHash_, hashClient(HashUse::login, origin));
    if (!stored) refuse(ErrorKind::loginRefused, "unknown name", "login with an unknown name");
    // No account has an empty password, although one of the original may have the hash of one.
    if (claim.password.empty() || !isRight)
        refuse(ErrorKind::loginRefused, "wrong password", "login with a wrong password for " + called(stored->id));
    if (stored->disabled)
        refuse(ErrorKind::notAllowed, "disabled account", "login to the disabled account of " + called(stored->id));
    return claim;
}

bool Accounts::fits(const Proof& claim, const std::string& hash, const HashClient& client) {
    try {
        return hasher_.verify(claim.password, hash, client);
    } catch (const Error&) {  // too many hashes at a time, say: nobody has guessed wrong
        guard_.withdraw(claim.attempt);
        throw;
    }
}

User Accounts::identify(std::string_view uuid, std::string_view name) {
    return identifyTyped(uuid, possibleName(name));
}

User Accounts::identifyTyped(std::string_view uuid, const std::optional<std::string>& typed) {
    std::optional<StoredUser> stored = typed ? store_.findMeant(*typed) : std::nullopt;
    // Signed for an unknown name too (as id 0, which nobody has), so that the time tells nothing.
    const bool isOurs = key_.isUuidOf(uuid, stored ? stored->id : 0, stored ? stored->epoch : 0);
    if (!isOurs || !stored) throw Error(ErrorKind::userUnknown, "uuid and name do not belong together");
    User user = admitted(*std::move(stored));
    recent_.keep(user.name, user);
    return user;
}

User Accounts::recall(std::string_view uuid, std::string_view name) {
    const std::optional<std::string> typed = possibleName(name);
    std::optional<User> known = typed ? recent_.find(*typed) : std::nullopt;
    // Signed for a name that nobody recalls as well: the time tells nothing.
    if (!key_.isUuidOf(uuid, known ? known->id : 0, known ? known->epoch : 0) || !known)
        return identifyTyped(uuid, typed);
    return *std::move(known);
}

User Accounts::confirm(const User& recalled) {
    if (recalled.key.id != 0) return admittedKey(recalled.tokenHash);
    const bool isNamed = recalled.tokenHash.empty();
    RecentUsers& recent = isNamed ? recent_ : recentTokens_;
    const std::string& by = isNamed ? recalled.name : recalled.tokenHash;
    recent.forget(by);
    const std::optional<StoredUser> stored = store_.find(recalled.name);
    if (!stored || stored->id != recalled.id || stored->epoch != recalled.epoch)
        throw Error(ErrorKind::userUnknown, "the uuid of " + called(recalled.id) + " has ended");
    User user = admitted(*stored);
    user.tokenHash = recalled.tokenHash;
    recent.keep(by, user);
    return user;
}

User Accounts::admitted(StoredUser stored) {
    if (stored.disabled) throw Error(ErrorKind::notAllowed, "the account of " + called(stored.id) + " is disabled");
    return userFor(std::move(stored));
}

SignIn Accounts::rotate(const User& user, const Origin& origin) {
    const std::optional<std::int64_t> epoch =
        store_.rotate(user.id, user.epoch, [&](Poco::Data::Session& session, std::int64_t) {
            Audit::add(session, {"rotated", user.name, origin});
            UuidHashes::keep(session, key_, user.id, user.epoch + 1);
        });
    if (!epoch) throw Error(ErrorKind::userUnknown, "another request has ended this uuid");
    SignIn signIn{user, key_.uuidFor(user.id, *epoch)};
    signIn.user.epoch = *epoch;
    return signIn;
}

User Accounts::redeem(const User& user, std::string_view code, const Origin& origin) {
    const std::string known = trimmedText(code).value_or("");
    try {
        database_.write([&](Poco::Data::Session& session) {
            const BalanceChange added = Invitations::redeem(session, quota_, known, {user.id, user.academy});
            // Thrown, which gives the use of the code back.
            if (added.before == added.after) throw registrationRefused("the code would add nothing to this account");
            Audit::add(session, {"redeemed", user.name, origin, withAmounts(hintOf(known), added)});
        });
    } catch (const Error& e) {
        if (e.kind() != ErrorKind::registrationRefused) throw;
        refuseOnRecord(e, [&] { audit_.add({"redeem_refused", user.name, origin, e.what()}); });
    }
    const std::optional<StoredUser> stored = store_.find(user.name);
    if (!stored) throw Error(ErrorKind::userUnknown, called(user.id) + " was removed meanwhile");
    return userFor(*stored);
}

SignIn Accounts::signInOf(const StoredUser& user) const { return {userFor(user), key_.uuidFor(user.id, user.epoch)}; }

// Every balance that a client is shown passes here. A refill that is due counts, although nobody has called since.
User Accounts::userFor(StoredUser stored) const {
    const Balances left = refilled({stored.tokens, stored.picTimes, stored.voiceSeconds, stored.money}, stored.refilled,
                                   quota_, unixMilliseconds());
    User user;
    user.id = stored.id;
    user.name = std::move(stored.name);
    user.tokens = left.tokens;
    user.picTimes = left.picTimes;
    user.voiceSeconds = left.voiceSeconds;
    user.money = left.money;
    user.academy = std::move(stored.academy);
    user.email = std::move(stored.email);
    user.created = std::move(stored.created);
    user.epoch = stored.epoch;
    user.tag = key_.tagFor(stored.id);
    return user;
}

}  // namespace aiproject
