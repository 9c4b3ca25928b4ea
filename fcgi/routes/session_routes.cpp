// /admin/session and /admin/sessions: a user signs in with name and password, and goes on by a cookie.
#include "auth/account_json.h"
#include "routes/admin_answers.h"
#include "routes/browser.h"
#include "routes/routes.h"

namespace aiproject {
namespace {

constexpr const char* kPlainWarning =
    "This page came without TLS. Nobody else is on the way on this machine, but every server on it that your browser"
    " opens under this name, at whatever port, is sent your session too. From elsewhere nobody can sign in without "
    "TLS.";

const char* nameOf(RegistrationMode mode) {
    switch (mode) {
        case RegistrationMode::open: return "open";
        case RegistrationMode::closed: return "closed";
        case RegistrationMode::invitation: return "invitation";
    }
    return "closed";  // a value outside the enum
}

// What anyone may know before signing in.
Poco::JSON::Object placeOf(const Context& context, bool isSignedIn) {
    Poco::JSON::Object place(Poco::JSON_PRESERVE_KEY_ORDER);
    place.set("signed_in", isSignedIn);
    place.set("registration", std::string(nameOf(context.services.config.auth.registration)));
    switch (transportOf(context.exchange.request())) {
        case Transport::secure: break;
        case Transport::loopback: place.set("warning", std::string(kPlainWarning)); break;
        case Transport::plain: place.set("tls_required", true); break;
    }
    return place;
}

Poco::JSON::Object shown(const BrowserSession& session, bool isCurrent) {
    Poco::JSON::Object object = jsonOf(session);
    object.set("current", isCurrent);
    return object;
}

Poco::JSON::Object shown(const Context& context, const BrowserUser& browser) {
    const User& user = browser.user;
    Poco::JSON::Object account(Poco::JSON_PRESERVE_KEY_ORDER);
    account.set("id", user.id);
    account.set("name", user.name);
    account.set("email", user.email);
    account.set("academy", user.academy);
    account.set("admin", user.isAdmin);
    account.set("tokens", user.tokens);
    account.set("pic_times", user.picTimes);
    account.set("voice_seconds", user.voiceSeconds);
    account.set("money", user.money);
    Poco::JSON::Object answer = placeOf(context, true);
    answer.set("user", account);
    answer.set("session", shown(browser.session, true));
    return answer;
}

Poco::JSON::Object ended(int count) {
    Poco::JSON::Object answer;
    answer.set("ended", count);
    return answer;
}

AuditEntry entryOf(const Context& context, const std::string& event, std::int64_t sessionId) {
    return {event, context.user->name, originOf(context), "session " + std::to_string(sessionId)};
}

}  // namespace

void signIn(Context& context) {
    const Request& request = context.exchange.request();
    if (transportOf(request) == Transport::plain)
        throw Error(ErrorKind::tlsRequired, "a login in a browser over plain HTTP from " + request.remoteAddress);
    const JsonBody body(context.body);
    const std::string name = body.text("name");
    const BrowserSignIn signIn =
        context.services.accounts.signIn(name, body.text("password"), originOf(context), sessionTokenIn(request));
    context.record.user = signIn.user.user.name;
    sendObject(context.exchange, shown(context, signIn.user), 200,
               {{"Set-Cookie", sessionCookie(signIn.token, request)}});
}

void showSession(Context& context) {
    const bool isSignedIn = context.user && context.session;
    sendObject(context.exchange,
               isSignedIn ? shown(context, {*context.user, *context.session}) : placeOf(context, false));
}

void signOut(Context& context) {
    const int count = context.services.accounts.sessions().end(context.user->id, context.session->id,
                                                               entryOf(context, "signed_out", context.session->id));
    sendObject(context.exchange, ended(count), 200, {{"Set-Cookie", sessionCookie({}, context.exchange.request())}});
}

void listSessions(Context& context) {
    const User& user = *context.user;
    Poco::JSON::Array items;
    for (const BrowserSession& session : context.services.accounts.sessions().list(user.id, user.epoch))
        items.add(shown(session, session.id == context.session->id));
    Poco::JSON::Object answer;
    answer.set("items", items);
    sendObject(context.exchange, answer);
}

void endSession(Context& context) {
    const std::int64_t id = idIn(context, "session");
    const int count =
        context.services.accounts.sessions().end(context.user->id, id, entryOf(context, "session_ended", id));
    if (count == 0) throw noSuch("session");
    sendObject(context.exchange, ended(count));
}

void endOtherSessions(Context& context) {
    const AuditEntry entry{"sessions_ended", context.user->name, originOf(context)};
    const int count = context.services.accounts.sessions().endOthers(context.user->id, context.session->id, entry);
    sendObject(context.exchange, ended(count));
}

}  // namespace aiproject
