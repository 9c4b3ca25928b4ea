// How a new account comes in: the mode of registration, the invitation, the name, and all of it in one transaction.
#include "auth/accounts.h"
#include "auth/client_network.h"
#include "auth/look_alikes.h"
#include "auth/quota_refill.h"
#include "auth/text_forms.h"
#include "auth/uuid_hashes.h"
#include "base/error.h"
#include "base/unix_time.h"

namespace aiproject {

User Accounts::registerUser(const NewUser& user, const Origin& origin) {
    // First, and not in the audit log: nobody's name matters, and anyone could fill the table.
    if (config_.registration == RegistrationMode::closed)
        throw refusal(ErrorKind::registrationRefused, "registration is closed; ask the operator for an account");
    const NewUser checked = checkedRegistration(user);
    const std::optional<Error> uninvited = whyUninvited(checked);
    // Who has a usable code is not counted: the operator has counted the codes. A wrong code is, or it could be
    // guessed.
    const bool isInvited = !uninvited && !checked.invitation.empty();
    const auto attempt = isInvited ? LoginGuard::Attempt{} : guard_.admitRegistration(checked.name, origin);
    try {
        if (uninvited) throw *uninvited;
        requireFree(checked);
        return enrolled(checked, origin);
    } catch (const Error& e) {
        if (e.kind() != ErrorKind::registrationRefused && e.kind() != ErrorKind::nameTaken) {
            uncount(attempt);
            throw;
        }
        refuseOnRecord(e, [&] { audit_.add({"registration_refused", checked.name, origin, e.what()}); });
    }
}

// No turn to hash, no database: the client has done nothing wrong and may come again.
void Accounts::uncount(const LoginGuard::Attempt& attempt) {
    try {
        guard_.withdraw(attempt);
    } catch (const Error&) {  // the reason that is on its way says more
    }
}

std::optional<Error> Accounts::whyUninvited(const NewUser& user) {
    if (config_.registration == RegistrationMode::invitation && user.invitation.empty())
        return refusal(ErrorKind::registrationRefused, "registration needs an invitation code");
    try {
        if (!user.invitation.empty()) invitations_.requireUsable(user.invitation, user.academy);
        return std::nullopt;
    } catch (const Error& e) {
        if (e.kind() != ErrorKind::registrationRefused) throw;
        return e;
    }
}

// After the invitation: who has no code must not learn which names are taken. Before the hash, to spare it; the
// transaction of enrolled() decides.
void Accounts::requireFree(const NewUser& user) {
    const bool looksTaken = LookAlikes(database_).isTaken(lookAlikeKey(user.name));
    // After that: another registration of the same name may have come in between.
    if (store_.findMeant(user.name)) throw Error(ErrorKind::nameTaken, "the name is taken");
    if (looksTaken) throw LookAlikes::refusal();
}

User Accounts::enrolled(const NewUser& user, const Origin& origin) {
    const std::string hash = hasher_.hash(user.password, {HashUse::registration, widestNetworkOf(origin.address)});
    const Balances opening{config_.newTokens, config_.newPicTimes, config_.newVoiceSeconds, config_.newMoney};
    UserRecord record{user.name,
                      hash,
                      user.email,
                      user.academy,
                      opening.tokens,
                      opening.picTimes,
                      opening.voiceSeconds,
                      lookAlikeKey(user.name)};
    record.money = opening.money;
    record.refilled = refillPeriod(quota_.refill, unixMilliseconds());
    store_.insert(record, [&](Poco::Data::Session& session, std::int64_t id) {
        UuidHashes::keep(session, key_, id, UserStore::kFirstEpoch);
        std::string detail = openingText(opening);
        if (!user.invitation.empty()) {
            const BalanceChange added = Invitations::redeem(session, quota_, user.invitation, {id, user.academy});
            detail += "; " + withAmounts(hintOf(user.invitation), added);
        }
        Audit::add(session, {"registered", user.name, origin, detail});
    });
    const std::optional<StoredUser> stored = store_.find(user.name);
    if (!stored) throw Error(ErrorKind::internal, "a new user was removed at once");
    return userFor(*stored);
}

}  // namespace aiproject
