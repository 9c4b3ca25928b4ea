#include "routes/router.h"

#include "base/utf8.h"
#include "routes/routes.h"

#include <Poco/String.h>

#include <chrono>
#include <utility>

namespace aiproject {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kLongestLoggedPath = 256;

bool hasMethod(const Route& route, const std::string& method) {
    const bool isGet = method == "GET" || method == "HEAD", isPost = method == "POST";
    switch (route.method) {
        case Method::get: return isGet;
        case Method::post: return isPost;
        case Method::either: return isGet || isPost;
    }
    return false;
}

std::uint64_t limitOf(Body body, const LimitConfig& limits) {
    switch (body) {
        case Body::none: return 0;
        case Body::text: return limits.textBodyBytes;
        case Body::media: return limits.mediaBodyBytes;
    }
    return 0;
}

// A list of header names that can stand in a header.
bool isHeaderList(const std::string& names) {
    constexpr std::size_t longest = 1024;
    return !names.empty() && names.size() <= longest &&
           names.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_, ") ==
               std::string::npos;
}

// What the original's server told browsers: whatever they want to send. Nothing here trusts a cookie, so any page may
// ask, and a header that nobody reads does no harm.
void answerPreflight(Exchange& exchange, const Face& face) {
    const std::string& wanted = exchange.request().headersToAllow;
    ResponseHead head;
    head.status = 204;
    head.contentType.clear();
    head.headers = {{"Access-Control-Allow-Methods", "GET, POST, OPTIONS"},
                    {"Access-Control-Allow-Headers", isHeaderList(wanted) ? wanted : face.headers},
                    {"Access-Control-Max-Age", "86400"}};
    exchange.start(head);
    exchange.write("");
}

// One voice recording in 256 begins with a '{', but none is text.
bool looksLikeJson(const std::string& body) {
    const std::string_view text = withoutByteOrderMark(body);
    const auto first = text.find_first_not_of(" \t\r\n");
    return first != std::string_view::npos && text[first] == '{' && isUtf8(text);
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

void confirmUser(Context& context) {
    if (context.user && !context.user->isConfirmed) context.user = context.services.accounts.confirm(*context.user);
}

Origin originOf(const Context& context) {
    const Request& request = context.exchange.request();
    return {request.remoteAddress, request.id};
}

std::unique_ptr<Exchange> Router::serve(std::unique_ptr<Exchange> exchange) const {
    ClientRequest request{std::move(exchange)};
    std::optional<Error> error;
    try {
        answer(request);
    } catch (const Error& e) {
        error = e;
    } catch (...) {
        error.emplace(ErrorKind::internal, describeCurrent());
    }
    if (request.exchange) end(request, error);
    return std::move(request.exchange);
}

void Router::end(ClientRequest& request, const std::optional<Error>& error) const {
    if (error) fail(*request.exchange, *error, request.record);
    const auto time = Clock::now() - request.begin;
    logRequest(*request.exchange, request.record, std::chrono::duration_cast<std::chrono::milliseconds>(time).count());
}

void Router::refuse(Exchange& exchange, const std::string& limit) const {
    RequestRecord record;
    fail(exchange, Error(ErrorKind::modelBusy, limit), record);
    logRequest(exchange, record, 0);
}

// The steps of a request, each with its reason to stand where it does.
void Router::answer(ClientRequest& served) const {
    Exchange& exchange = *served.exchange;
    const Request& request = exchange.request();
    const Match match = findRoute(request.path);
    if (!match.route) throw Error(ErrorKind::noSuchPath, "no such path");
    if (request.method == "OPTIONS")
        return answerPreflight(exchange, match.route->face);  // asks before it has an account
    if (!hasMethod(*match.route, request.method)) throw Error(ErrorKind::wrongMethod, "method " + request.method);

    Context context{served, services_,
                    [this](ClientRequest& ended, const std::optional<Error>& error) { end(ended, error); }};
    context.model = match.model;
    if (match.route->body != Body::none)  // before the account: text names it in there
        context.body = exchange.readBody(limitOf(match.route->body, services_.config.limits));
    admit(context, *match.route);
    if (context.user) served.record.user = context.user->name;
    try {
        match.route->handle(context);
    } catch (const Error& error) {
        // A refusal of the account comes before any other. Not where the database is away: it would be waited for
        // twice.
        if (error.kind() != ErrorKind::databaseBusy) confirmUser(context);
        throw;
    }
}

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
        case Access::bearer: context.user = identified(route, bearerIn(context.exchange.request())); return;
    }
}

void Router::fail(Exchange& exchange, const Error& error, RequestRecord& record) const {
    record.code = faceOf(error.kind()).code;
    record.reason = error.what();
    if (error.kind() == ErrorKind::databaseBusy) record.level = LogLevel::warning;  // the operator's, not the client's
    if (exchange.started()) return;  // a stream has said it in its last frame
    try {
        faceAt(exchange.request().path).sendError(exchange, error, services_.config);
    } catch (...) {
        record.reason += "; the answer could not be sent: " + describeCurrent();
    }
}

void Router::logRequest(const Exchange& exchange, const RequestRecord& record, std::int64_t milliseconds) const {
    const LogLevel level = record.code == faceOf(ErrorKind::internal).code ? LogLevel::error : record.level;
    if (!services_.log.has(level)) return;
    const Request& request = exchange.request();
    LogLine line("request");
    line.field("id", request.id)
        .field("from", request.remoteAddress)
        .field("code", record.code)
        .field("user", record.user)
        .field("method", request.method)
        .field("path", request.path.substr(0, kLongestLoggedPath))
        .field("model", record.model)
        .field("sid", record.upstreamId)
        .number("tokens", record.tokens)
        .number("frames", record.frames)
        .number("ms", milliseconds);
    if (record.attempts > 1) line.number("attempts", record.attempts);
    line.field("reason", record.reason);
    services_.log.write(level, line.str());
}

}  // namespace aiproject
