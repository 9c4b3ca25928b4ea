#include "routes/router.h"

#include "routes/request_meter.h"
#include "routes/request_times.h"
#include "routes/routes.h"

#include <utility>

namespace aiproject {
namespace {

constexpr std::uint64_t kSmallBody = 64ULL * 1024;

std::uint64_t limitOf(Body body, const LimitConfig& limits) {
    switch (body) {
        case Body::none: return 0;
        case Body::small: return kSmallBody;
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

// What the original's server told browsers: whatever they want to send. A cookie counts with a proof that the page is
// of this site alone, so any page may ask, and a header that nobody reads does no harm. Of /admin/* it hears no yes.
void answerPreflight(Exchange& exchange, const Face& face) {
    const std::string& wanted = exchange.request().headersToAllow;
    ResponseHead head;
    head.status = 204;
    head.contentType.clear();
    head.isForAnyOrigin = face.headers != nullptr;
    if (head.isForAnyOrigin)
        head.headers = {{"Access-Control-Allow-Methods", "GET, POST, OPTIONS"},
                        {"Access-Control-Allow-Headers", isHeaderList(wanted) ? wanted : face.headers},
                        {"Access-Control-Max-Age", "86400"}};
    exchange.start(head);
    exchange.write("");
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
    RequestRecord record = begunRecord(exchange->request(), services_.spans);
    ClientRequest request{std::move(exchange), std::move(record)};
    std::optional<Error> error;
    try {
        answer(request);
    } catch (const Error& e) {
        error = e;
    } catch (...) {
        error.emplace(ErrorKind::internal, describeCurrent());
    }
    if (request.exchange) end(request, error ? &*error : nullptr);
    return std::move(request.exchange);
}

void Router::end(ClientRequest& request, const Error* error) const {
    if (error) fail(*request.exchange, *error, request.record);
    request.record.times.stop();
    logRequest(*request.exchange, request.record);
    logIfSlow(services_.log, services_.config.log, request.exchange->request(), request.record);
    sendSpans(services_.spans, services_.models.registry(), *request.exchange, request.record);
}

void Router::refuse(Exchange& exchange, const std::string& limit) const {
    RequestRecord record = begunRecord(exchange.request(), services_.spans);
    record.route = services_.meter.labelOf(findRoute(exchange.request().path).route);
    fail(exchange, Error(ErrorKind::modelBusy, limit), record);
    record.times.stop();
    logRequest(exchange, record);
    logIfSlow(services_.log, services_.config.log, exchange.request(), record);
    sendSpans(services_.spans, services_.models.registry(), exchange, record);
}

// The steps of a request, each with its reason to stand where it does.
void Router::answer(ClientRequest& served) const {
    Exchange& exchange = *served.exchange;
    const Request& request = exchange.request();
    const Match match = findRoute(request.path, request.method);
    served.record.route = services_.meter.labelOf(match.route);
    if (!match.route) throw Error(ErrorKind::noSuchPath, "no such path");
    if (request.method == "OPTIONS")
        return answerPreflight(exchange, match.route->face);  // asks before it has an account
    if (!takesMethod(*match.route, request.method))
        throw Error(ErrorKind::wrongMethod, "method " + request.method).withMethods(methodsAt(request.path));

    Context context{served, services_, [this](ClientRequest& ended, const Error* error) { end(ended, error); }};
    context.part = match.part;
    if (match.route->body != Body::none)  // before the account: text names it in there
        context.body = exchange.readBody(limitOf(match.route->body, services_.config.limits));
    served.record.times.enter(CallTimes::Phase::account);
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

void Router::fail(Exchange& exchange, const Error& error, RequestRecord& record) const {
    record.error = error.kind();
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

void Router::logRequest(const Exchange& exchange, const RequestRecord& record) const {
    services_.meter.note(record);
    const LogLevel level = record.code == faceOf(ErrorKind::internal).code ? LogLevel::error : record.level;
    if (!services_.log.has(level)) return;
    const Request& request = exchange.request();
    LogLine line("request");
    line.field("id", request.id)
        .field("from", request.remoteAddress)
        .field("code", record.code)
        .field("user", record.user)
        .field("method", request.method)
        .field("path", std::string_view(request.path).substr(0, kLongestLoggedPath))
        .field("model", record.model)
        .field("sid", record.upstreamId)
        .number("tokens", record.tokens)
        .number("frames", record.frames)
        .number("ms", record.times.total().count());
    if (record.attempts > 1) line.number("attempts", record.attempts);
    if (record.trace) line.field("trace", traceIdOf(record.trace->context));
    line.field("reason", record.reason);
    services_.log.write(level, line.str());
}

}  // namespace aiproject
