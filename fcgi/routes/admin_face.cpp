// Errors as /admin/* has them: {"error":{"code","message","field","retry_after"}}.
#include "base/utf8.h"
#include "http/envelope.h"
#include "routes/admin_answers.h"
#include "routes/face.h"

#include <utility>

namespace aiproject {
namespace {

struct AdminFault {
    int status;
    const char* code;
    const char* sentence = nullptr;  // unless the Error brings one; none: that of all paths
};

AdminFault faultOf(ErrorKind kind) noexcept {
    switch (kind) {
        case ErrorKind::noSuchPath:
        case ErrorKind::noSuchModel: return {404, "not_found"};
        case ErrorKind::wrongMethod: return {405, "wrong_method"};
        case ErrorKind::registrationRefused:
        case ErrorKind::unsupported:
        case ErrorKind::fileFormat:
        case ErrorKind::fileMissing:
        case ErrorKind::contentRefused:
        case ErrorKind::badRequest: return {400, "invalid_value"};
        case ErrorKind::nameTaken: return {409, "name_taken"};
        case ErrorKind::loginRefused: return {401, "login_refused"};
        case ErrorKind::userUnknown: return {401, "not_signed_in", "please sign in"};
        case ErrorKind::adminOnly: return {403, "admin_only"};
        case ErrorKind::crossSite: return {403, "cross_site"};
        case ErrorKind::tlsRequired: return {403, "tls_required"};
        case ErrorKind::notAllowed: return {403, "not_allowed"};
        case ErrorKind::notJson: return {415, "json_required"};
        case ErrorKind::inputTooLong:
        case ErrorKind::bodyTooLarge: return {413, "too_large"};
        case ErrorKind::tokensSpent:
        case ErrorKind::picturesSpent:
        case ErrorKind::voiceSecondsSpent:
        case ErrorKind::moneySpent: return {402, "spent"};
        case ErrorKind::tooManyRequests: return {429, "too_many_requests"};
        case ErrorKind::textModelFailed:
        case ErrorKind::voiceModelFailed:
        case ErrorKind::pictureModelFailed:
        case ErrorKind::speechModelFailed: return {502, "model_failed"};
        case ErrorKind::modelBusy:
        case ErrorKind::databaseBusy: return {503, "busy", "the service is busy; please try again"};
        case ErrorKind::modelTimeout: return {504, "busy"};
        case ErrorKind::clientLeft: return {499, "client_left"};
        case ErrorKind::internal: break;
    }
    return {500, "internal"};
}

void sendAdminError(Exchange& exchange, const Error& error, const Config& /*config*/) {
    const AdminFault fault = faultOf(error.kind());
    const bool isOwn = error.forClient().empty() && fault.sentence;
    Poco::JSON::Object inner(Poco::JSON_PRESERVE_KEY_ORDER);
    inner.set("code", std::string(fault.code));
    inner.set("message", isOwn ? std::string(fault.sentence) : sentenceOf(error));
    if (!error.member().empty()) inner.set("field", error.member());
    const int retryAfter = error.retryAfter() > 0 ? error.retryAfter() : faceOf(error.kind()).retryAfter;
    if (retryAfter > 0) inner.set("retry_after", retryAfter);
    Poco::JSON::Object body;
    body.set("error", inner);
    std::vector<std::pair<std::string_view, std::string>> headers;
    if (retryAfter > 0) headers.emplace_back("Retry-After", std::to_string(retryAfter));
    if (!error.methods().empty()) headers.emplace_back("Allow", error.methods());
    sendObject(exchange, body, fault.status, std::move(headers));
}

}  // namespace

const Face kAdminFace{&sendAdminError, nullptr};

}  // namespace aiproject
