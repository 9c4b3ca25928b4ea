#include "auth/account_json.h"

#include "base/utc_text.h"

#include <Poco/JSON/Array.h>

namespace aiproject {

using Poco::JSON::Object;

namespace {

Object ordered() { return Object(Poco::JSON_PRESERVE_KEY_ORDER); }

}  // namespace

Object jsonOf(const AccountView& account) {
    Object object = ordered();
    object.set("id", account.id);
    object.set("name", account.name);
    object.set("email", account.email);
    object.set("academy", account.academy);
    object.set("disabled", account.disabled);
    object.set("admin", account.isAdmin);
    object.set("created_at", account.createdAt);
    object.set("last_login", utcTimeOrNull(account.lastLoginMs));
    object.set("tokens", account.tokens);
    object.set("pic_times", account.picTimes);
    object.set("voice_seconds", account.voiceSeconds);
    object.set("tokens_held", account.tokensHeld);
    object.set("pic_times_held", account.picTimesHeld);
    object.set("voice_seconds_held", account.voiceSecondsHeld);
    object.set("calls_held", account.callsHeld);
    object.set("money", account.money);
    object.set("money_held", account.moneyHeld);
    return object;
}

Object jsonOf(const AuditEntry& entry) {
    Object object = ordered();
    object.set("id", entry.id);
    object.set("at", utcTimeOrNull(entry.atMs));
    object.set("event", entry.event);
    object.set("user", entry.userName);
    object.set("actor", entry.origin.actor);
    object.set("address", entry.origin.address);
    object.set("request_id", entry.origin.requestId);
    object.set("detail", entry.detail);
    return object;
}

Object jsonOf(const ApiKey& key) {
    Poco::JSON::Array models;
    for (const std::string& model : key.terms.models) models.add(model);
    Object object = ordered();
    object.set("id", key.id);
    object.set("user", key.userName);
    object.set("user_id", key.userId);
    object.set("name", key.terms.name);
    object.set("hint", key.hint);
    object.set("models", models);
    object.set("ends", utcTimeOrNull(key.terms.endsMs));
    object.set("tokens", key.terms.mostTokens);
    object.set("tokens_used", key.tokensUsed);
    object.set("money", key.terms.mostMoney);
    object.set("money_used", key.moneyUsed);
    object.set("refill", std::string(nameOf(key.terms.refill)));
    object.set("created_at", utcTimeOrNull(key.createdMs));
    object.set("last_used", utcTimeOrNull(key.usedMs));
    return object;
}

Object jsonOf(const Invitation& invitation) {
    Object object = ordered();
    object.set("code", invitation.code);
    object.set("tokens", invitation.grant.tokens);
    object.set("pic_times", invitation.grant.picTimes);
    object.set("voice_seconds", invitation.grant.voiceSeconds);
    object.set("money", invitation.grant.money);
    object.set("academy", invitation.academy);
    object.set("uses", invitation.uses);
    object.set("uses_left", invitation.usesLeft);
    object.set("begins", utcTimeOrNull(invitation.beginsMs));
    object.set("ends", utcTimeOrNull(invitation.endsMs));
    object.set("created_at", utcTimeOrNull(invitation.createdMs));
    return object;
}

Object jsonOf(const BrowserSession& session) {
    Object object = ordered();
    object.set("id", session.id);
    object.set("created_at", utcTimeOrNull(session.madeMs));
    object.set("last_used", utcTimeOrNull(session.usedMs));
    object.set("ends", utcTimeOrNull(session.endsMs()));
    object.set("network", session.network);
    return object;
}

}  // namespace aiproject
