// Who asks: the step of a request that its row's Access names.
#include "base/utf8.h"
#include "routes/browser.h"
#include "routes/router.h"

#include <Poco/String.h>

#include <utility>

namespace aiproject {
namespace {

// One voice recording in 256 begins with a '{', but none is text.
bool looksLikeJson(const std::string& body) {
    const std::string_view text = withoutByteOrderMark(body);
    const auto first = text.find_first_not_of(" \t\r\n");
    return first != std::string_view::npos && text[first] == '{' && isUtf8(text);
}

bool changesSomething(const Request& request) { return request.method != "GET" && request.method != "HEAD"; }

// A form of another site can send other types without a preflight.
void requireJson(const Request& request) {
    const std::string type = request.contentType.substr(0, request.contentType.find(';'));
    if (Poco::icompare(Poco::trim(type), "application/json") != 0)
        throw Error(ErrorKind::notJson, "Content-Type \"" + request.contentType + "\"");
}

// RFC 6750, 2.1.
std::string_view bearerIn(const Request& request) {
    constexpr std::string_view scheme = "bearer ";
    const std::string_view header = request.authorization ? *request.authorization : std::string_view();
    const std::string word = Poco::toLower(std::string(header.substr(0, scheme.size())));
    const auto begin = header.find_first_not_of(' ', scheme.size());
    if (word != scheme || begin == std::string_view::npos)
        throw Error(ErrorKind::userUnknown, "no bearer token",
                    "You did not send an API key. Put one into the header Authorization, as in `Authorization: Bearer "
                    "KEY`: a key of this server, or the uuid that a login answers.");
    return header.substr(begin, header.find_last_not_of(' ') + 1 - begin);
}

}  // namespace

User Router::identified(const Route& route, const std::string& uuid, const std::string& name) const {
    Accounts& accounts = services_.accounts;
    return route.purpose == Purpose::modelCall ? accounts.recall(uuid, name) : accounts.identify(uuid, name);
}

User Router::identified(const Route& route, std::string_view token) const {
    Accounts& accounts = services_.accounts;
    return route.purpose == Purpose::modelCall ? accounts.recallToken(token) : accounts.identifyToken(token);
}

void Router::admit(Context& context, const Route& route) const {
    const auto byHeaders = [&] {
        const Request& request = context.exchange.request();
        if (!request.uuid || !request.username)
            throw Error(ErrorKind::userUnknown, "no uuid or username header",
                        "the headers uuid and username are required");
        context.user = identified(route, *request.uuid, headerText(*request.username));
    };
    // Who sends nothing is nobody; who sends a credential that is wrong shall know, and not be served for nothing.
    const auto byHeadersIfSent = [&] {
        const Request& request = context.exchange.request();
        if (!request.uuid.value_or("").empty() || !request.username.value_or("").empty()) byHeaders();
    };
    const auto byBody = [&] {
        context.json.emplace(std::exchange(context.body, {}));  // a stream lasts long; nobody reads the text again
        const std::string uuid = context.json->text("uuid");
        context.user = identified(route, uuid, context.json->text("username"));
    };
    switch (route.access) {
        case Access::anyone: return;
        case Access::bodyUser: return byBody();
        case Access::headerUser: return byHeaders();
        case Access::voiceUser:
            return services_.config.routes.voiceAccess == VoiceAccess::user ? byHeaders() : byHeadersIfSent();
        case Access::eitherUser:
            if (!looksLikeJson(context.body)) return byHeaders();
            if (context.body.size() > services_.config.limits.textBodyBytes)
                throw Error(ErrorKind::bodyTooLarge, "JSON over limit.text_body_bytes");
            return byBody();
        case Access::bearer: return admitByToken(context, route);
        case Access::signIn:
        case Access::anyBrowser:
        case Access::session:
        case Access::admin: return admitBrowser(context, route);
    }
}

// A browser that has both means the key that its page has put there.
void Router::admitByToken(Context& context, const Route& route) const {
    const Request& request = context.exchange.request();
    const std::string session = request.authorization ? std::string() : sessionTokenIn(request);
    if (session.empty()) {
        context.user = identified(route, bearerIn(request));
        return;
    }
    requireOwnPage(request);  // a call costs something: GET as well, so that there is one rule
    const BrowserUser found = services_.accounts.identifySession(session);
    context.user = found.user;
    context.session = found.session;
}

void Router::admitBrowser(Context& context, const Route& route) const {
    const Request& request = context.exchange.request();
    if (changesSomething(request)) {
        requireOwnPage(request);
        requireJson(request);
    }
    if (route.access == Access::signIn) return;
    const std::string token = sessionTokenIn(request);
    try {
        const BrowserUser found = services_.accounts.identifySession(token);
        context.user = found.user;
        context.session = found.session;
    } catch (const Error& error) {
        const bool isNobody = error.kind() == ErrorKind::userUnknown || error.kind() == ErrorKind::notAllowed;
        if (!isNobody || route.access != Access::anyBrowser) throw;
        return;
    }
    if (route.access == Access::admin && !context.user->isAdmin)
        throw Error(ErrorKind::adminOnly, "user " + std::to_string(context.user->id) + " is no admin");
}

}  // namespace aiproject
