// From a request to its handler: path, method, body within its limit, who asks. One function,
// answer(), has the steps in order; routes.cpp has the table.
#pragma once

#include "auth/accounts.h"
#include "billing/billing.h"
#include "call/client_request.h"
#include "call/followed_calls.h"
#include "call/model_calls.h"
#include "config/config.h"
#include "http/envelope.h"
#include "http/exchange.h"
#include "http/json_body.h"
#include "observe/log.h"
#include "pool/permits.h"
#include "routes/face.h"
#include "trace/span_sender.h"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aiproject {

class Database;
class RequestMeter;

struct Services {
    const Config& config;
    Database& database;
    Accounts& accounts;
    Permits& permits;
    Billing& billing;
    ModelCalls& models;
    FollowedCalls& followed;
    Log& log;
    const RequestMeter& meter;
    // Why this worker cannot serve all it should, in words that a client may see; empty: ready.
    std::function<std::vector<std::string>()> unreadiness;
    SpanSender* spans = nullptr;  // null: nobody makes spans
};

// A request on its way through the steps.
struct Context {
    ClientRequest& request;  // without an exchange once somebody else answers it
    const Services& services;
    EndRequest end;  // for whoever does
    Exchange& exchange = *request.exchange;
    RequestRecord& record = request.record;
    std::string part = {};  // what the path has for {model}, {id} or {code}
    std::string body = {};
    // Where access asked for it, made of the body, which is empty then. Handlers take it: a stream must not keep it.
    std::optional<JsonBody> json = {};
    std::optional<User> user = {};
    std::optional<BrowserSession> session = {};  // by which the user came, where it was by one
};

// Looks a user up who was only recalled; throws the refusal when the account has changed.
void confirmUser(Context& context);
// For the audit.
Origin originOf(const Context& context);

enum class Method { get, post, either, remove };

enum class Access {
    anyone,
    bodyUser,    // uuid and username in the JSON body
    headerUser,  // the same in the headers
    voiceUser,   // as route.voice_access says
    eitherUser,  // JSON body: bodyUser; anything else: headerUser
    bearer,  // the header Authorization: Bearer TOKEN; without it the session of a browser, from a page of this site
    // Of browsers. What changes something comes from a page of this site, in JSON (SameSite alone is the browser's
    // word).
    signIn,      // nobody yet
    anyBrowser,  // the user of a session, if there is one
    session,     // the same, and there is one
    admin,       // the same, of an admin
};

enum class Body { none, small, text, media };

// The user of a call to a model need not be looked up before its reservation: Accounts::recall().
enum class Purpose { modelCall, other };

struct Route {
    Method method;
    std::string_view path;  // may have one {part}, or end with {part...}
    Access access;
    Body body;
    const Face& face;
    Purpose purpose;
    void (*handle)(Context&);
};

class Router {
public:
    explicit Router(Services services) : services_(std::move(services)) {}

    // Answers the request and writes its line to the log, or has begun to: then the event loop has it, and nothing is
    // given back. Only a lack of memory gets out.
    std::unique_ptr<Exchange> serve(std::unique_ptr<Exchange> exchange) const;
    // Answers a request that found the pool full; `limit` says for the log which one, and what to change.
    void refuse(Exchange& exchange, const std::string& limit) const;

private:
    void answer(ClientRequest& request) const;
    void end(ClientRequest& request, const Error* error) const;
    void admit(Context& context, const Route& route) const;
    User identified(const Route& route, const std::string& uuid, const std::string& name) const;
    User identified(const Route& route, std::string_view token) const;
    void admitByToken(Context& context, const Route& route) const;
    void admitBrowser(Context& context, const Route& route) const;
    void fail(Exchange& exchange, const Error& error, RequestRecord& record) const;
    void logRequest(const Exchange& exchange, const RequestRecord& record) const;

    const Services services_;
};

}  // namespace aiproject
