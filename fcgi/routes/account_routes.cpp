#include "routes/routes.h"

namespace aiproject {

void registerUser(Context& context) {
    const JsonBody body(context.body);
    const NewUser user{body.text("username"), body.text("password"), body.text("email"), body.textOr("academy", "")};
    context.record.user = context.services.accounts.registerUser(user).name;
    sendSuccess(context.exchange, "registered");
}

void login(Context& context) {
    const JsonBody body(context.body);
    const std::string name = body.text("username");
    const Session session = context.services.accounts.login(name, body.text("password"));
    context.record.user = session.user.name;
    Poco::JSON::Object answer;
    answer.set("uuid", session.uuid);
    answer.set("username", session.user.name);
    answer.set("tokens", session.user.tokens);
    answer.set("picTimes", session.user.picTimes);
    sendSuccess(context.exchange, "logged in", answer);
}

}  // namespace aiproject
