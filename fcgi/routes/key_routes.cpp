#include "base/utc_text.h"
#include "host/known_models.h"
#include "routes/admin_answers.h"
#include "routes/key_making.h"
#include "routes/routes.h"

namespace aiproject {
namespace {

// What a user says of a key to be.
KeyTerms termsIn(const JsonBody& body) {
    KeyTerms terms;
    const auto text = [&](const char* member, const char* missing) {
        return concerning(member, [&] { return body.textOr(member, missing); });
    };
    const auto number = [&](const char* member) {
        return concerning(member, [&] { return body.numberOr(member, -1); });
    };
    terms.name = text("name", "");
    terms.models = concerning("models", [&] { return body.textsOrNone("models"); });
    terms.mostTokens = number("tokens");
    terms.mostMoney = number("money");
    const std::string ends = text("ends", ""), refill = text("refill", "none");
    const std::optional<std::int64_t> end = ends.empty() ? std::optional<std::int64_t>(0) : utcEndIn(ends);
    if (!end)
        throw refusalOf("ends", "'ends' is neither the last day as YYYY-MM-DD nor a time as YYYY-MM-DDTHH:MM:SSZ");
    terms.endsMs = *end;
    const std::optional<Refill> known = refillOf(refill);
    if (!known) throw refusalOf("refill", "'refill' is not none, day or month");
    terms.refill = *known;
    return terms;
}

Poco::Dynamic::Var timeText(std::int64_t unixMs) { return utcTimeOrNull(unixMs, Precision::seconds); }

Poco::JSON::Object shownKey(const ApiKey& key) {
    Poco::JSON::Array models;
    for (const std::string& model : key.terms.models) models.add(model);
    Poco::JSON::Object shown;
    shown.set("id", key.id);
    shown.set("name", key.terms.name);
    shown.set("hint", key.hint);
    shown.set("models", models);
    shown.set("ends", timeText(key.terms.endsMs));
    shown.set("tokens", key.terms.mostTokens);
    shown.set("tokensUsed", key.tokensUsed);
    shown.set("money", key.terms.mostMoney);
    shown.set("moneyUsed", key.moneyUsed);
    shown.set("refill", std::string(nameOf(key.terms.refill)));
    shown.set("created", timeText(key.createdMs));
    shown.set("lastUsed", timeText(key.usedMs));
    return shown;
}

void addKey(Context& context) {
    if (!context.json) throw refusal(ErrorKind::badRequest, "the body is not a JSON object with uuid and username");
    const User& user = *context.user;
    const NewKey made = makeKey(context, {user.id, user.name}, *context.json, originOf(context));
    Poco::JSON::Object answer = shownKey(made.row);
    answer.set("key", made.key);
    sendSuccess(context.exchange, "made; the key is not shown again", answer);
}

void listKeys(Context& context) {
    Poco::JSON::Array keys;
    for (const ApiKey& key : context.services.accounts.keys().list(context.user->id)) keys.add(shownKey(key));
    Poco::JSON::Object answer;
    answer.set("keys", keys);
    sendSuccess(context.exchange, "your keys", answer);
}

}  // namespace

NewKey makeKey(const Context& context, const KeyOwner& owner, const JsonBody& body, const Origin& origin) {
    const Services& services = context.services;
    const KeyTerms terms = termsIn(body);
    concerning("models",
               [&] { requireKnown(terms.models, services.config, services.models.registry().pluginNames()); });
    return services.accounts.keys().add(owner, terms, origin);
}

void handleKeys(Context& context) {
    if (context.exchange.request().method == "POST")
        addKey(context);
    else
        listKeys(context);
}

void revokeKey(Context& context) {
    ApiKeys& keys = context.services.accounts.keys();
    const std::string key = context.json->textOr("key", "");
    const std::int64_t id = key.empty() ? context.json->numberOr("id", 0) : keys.idOf(key);
    if (key.empty() && id <= 0)
        throw refusal(ErrorKind::badRequest, "the body names no key: give its 'id', or the 'key' itself");
    if (id == 0 || !keys.revoke(id, context.user->id, originOf(context)))
        throw Error(ErrorKind::noSuchPath, "no such key of this user", "you have no such key");
    Poco::JSON::Object answer;
    answer.set("id", id);
    sendSuccess(context.exchange, "the key is revoked", answer);
}

}  // namespace aiproject
