#include "routes/routes.h"

namespace aiproject {
namespace {

// What a user may still spend; -1: unlimited.
Poco::JSON::Object accountOf(const User& user) {
    Poco::JSON::Object answer;
    answer.set("username", user.name);
    answer.set("tokens", user.tokens);
    answer.set("picTimes", user.picTimes);
    answer.set("voiceSeconds", user.voiceSeconds);
    return answer;
}

Poco::JSON::Object accountWithUuidOf(const SignIn& signIn) {
    Poco::JSON::Object answer = accountOf(signIn.user);
    answer.set("uuid", signIn.uuid);
    return answer;
}

}  // namespace

void registerUser(Context& context) {
    const JsonBody body(context.body);
    // The original called its codes tokens.
    const std::string invitation = body.textOr("invitation", body.textOr("token", ""));
    const NewUser user{body.text("username"), body.text("password"), body.text("email"), body.textOr("academy", ""),
                       invitation};
    context.record.user = context.services.accounts.registerUser(user, originOf(context)).name;
    sendSuccess(context.exchange, "registered");
}

void login(Context& context) {
    const JsonBody body(context.body);
    const std::string name = body.text("username");
    const SignIn signIn = context.services.accounts.login(name, body.text("password"), originOf(context));
    context.record.user = signIn.user.name;
    sendSuccess(context.exchange, "logged in", accountWithUuidOf(signIn));
}

void showUser(Context& context) {
    Poco::JSON::Object answer = accountOf(*context.user);
    answer.set("money", context.user->money);
    answer.set("email", context.user->email);
    answer.set("academy", context.user->academy);
    answer.set("created", context.user->created);
    sendSuccess(context.exchange, "your account", answer);
}

void changePassword(Context& context) {
    const JsonBody body(context.body);
    const std::string name = body.text("username"), password = body.text("password");
    const SignIn signIn =
        context.services.accounts.changePassword(name, password, body.text("new_password"), originOf(context));
    context.record.user = signIn.user.name;
    sendSuccess(context.exchange, "the password is changed, and older uuids have ended", accountWithUuidOf(signIn));
}

void rotateUuid(Context& context) {
    const SignIn signIn = context.services.accounts.rotate(*context.user, originOf(context));
    sendSuccess(context.exchange, "the old uuid has ended", accountWithUuidOf(signIn));
}

void redeemInvitation(Context& context) {
    const std::string code = context.json->text("code");
    const User user = context.services.accounts.redeem(*context.user, code, originOf(context));
    sendSuccess(context.exchange, "redeemed", accountOf(user));
}

}  // namespace aiproject
