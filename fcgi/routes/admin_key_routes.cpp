// /admin/me/keys: one's own API keys; /admin/keys: those of all users.
#include "auth/account_json.h"
#include "auth/user_directory.h"
#include "base/most_units.h"
#include "routes/admin_answers.h"
#include "routes/key_making.h"
#include "routes/routes.h"

namespace aiproject {
namespace {

void sendMade(Context& context, const NewKey& made) {
    Poco::JSON::Object answer = jsonOf(made.row);
    answer.set("key", made.key);
    sendObject(context.exchange, answer, 201);
}

void revoke(Context& context, std::int64_t ofUser, const Origin& origin) {
    const std::int64_t id = idIn(context, "key");
    if (!context.services.accounts.keys().revoke(id, ofUser, origin)) throw noSuch("key");
    Poco::JSON::Object answer;
    answer.set("revoked", id);
    sendObject(context.exchange, answer);
}

}  // namespace

void listOwnKeys(Context& context) {
    Poco::JSON::Array items;
    for (const ApiKey& key : context.services.accounts.keys().list(context.user->id)) items.add(jsonOf(key));
    Poco::JSON::Object answer;
    answer.set("items", items);
    sendObject(context.exchange, answer);
}

void addOwnKey(Context& context) {
    const User& user = *context.user;
    sendMade(context, makeKey(context, {user.id, user.name}, JsonBody(context.body), originOf(context)));
}

void revokeOwnKey(Context& context) { revoke(context, context.user->id, originOf(context)); }

void listAllKeys(Context& context) {
    const Query query(context.exchange.request());
    const KeyPage page{query.number("user_id", 1, kMostUnits, 0), query.beforeId(), query.limit()};
    sendObject(context.exchange, pageOf(
                                     context.services.accounts.keys().page(page), page.limit,
                                     [](const ApiKey& key) { return jsonOf(key); },
                                     [](const ApiKey& key) { return std::to_string(key.id); }));
}

void addKeyOfUser(Context& context) {
    const JsonBody body(context.body);
    const std::int64_t id = concerning("user_id", [&] { return body.numberOr("user_id", 0); });
    const auto account = UserDirectory(context.services.database, context.services.config.quota).find(id);
    if (!account) throw refusalOf("user_id", "there is no such user");
    sendMade(context, makeKey(context, {account->id, account->name}, body, adminOriginOf(context)));
}

void revokeAnyKey(Context& context) { revoke(context, 0, adminOriginOf(context)); }

}  // namespace aiproject
