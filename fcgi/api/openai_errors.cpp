#include "api/openai_errors.h"

#include "base/json_text.h"

namespace aiproject {
namespace {

constexpr const char* kInvalid = "invalid_request_error";
constexpr const char* kServer = "server_error";
constexpr const char* kQuota = "insufficient_quota";

void addOrNull(std::string& json, std::string_view text) {
    if (text.empty())
        json += "null";
    else
        addJsonText(json, text);
}

}  // namespace

OpenAiFault openAiFaultOf(ErrorKind kind) noexcept {
    switch (kind) {
        case ErrorKind::noSuchPath: return {404, kInvalid, "unknown_url"};
        case ErrorKind::noSuchModel: return {404, kInvalid, "model_not_found"};
        case ErrorKind::wrongMethod: return {405, kInvalid, ""};
        case ErrorKind::registrationRefused:
        case ErrorKind::nameTaken:
        case ErrorKind::badRequest: return {400, kInvalid, ""};
        case ErrorKind::fileFormat:
        case ErrorKind::fileMissing: return {400, kInvalid, "invalid_value"};
        case ErrorKind::unsupported: return {400, kInvalid, "unsupported_parameter"};
        case ErrorKind::inputTooLong: return {400, kInvalid, "context_length_exceeded"};
        case ErrorKind::contentRefused: return {400, kInvalid, "content_filter"};
        case ErrorKind::loginRefused:
        case ErrorKind::userUnknown: return {401, kInvalid, "invalid_api_key"};
        case ErrorKind::notAllowed: return {403, "permission_error", "account_not_allowed"};
        case ErrorKind::adminOnly: return {403, "permission_error", "admin_only"};
        case ErrorKind::crossSite: return {403, "permission_error", "cross_site"};
        case ErrorKind::tlsRequired: return {403, "permission_error", "tls_required"};
        case ErrorKind::notJson: return {415, kInvalid, ""};
        case ErrorKind::bodyTooLarge: return {413, kInvalid, "request_too_large"};
        case ErrorKind::tokensSpent:
        case ErrorKind::picturesSpent:
        case ErrorKind::voiceSecondsSpent:
        case ErrorKind::moneySpent: return {429, kQuota, kQuota};
        case ErrorKind::tooManyRequests: return {429, "requests", "rate_limit_exceeded"};
        case ErrorKind::textModelFailed:
        case ErrorKind::voiceModelFailed:
        case ErrorKind::pictureModelFailed:
        case ErrorKind::speechModelFailed: return {502, kServer, ""};
        case ErrorKind::modelBusy:
        case ErrorKind::databaseBusy: return {503, kServer, "server_is_overloaded"};
        case ErrorKind::modelTimeout: return {504, kServer, "timeout"};
        case ErrorKind::clientLeft: return {499, kInvalid, ""};
        case ErrorKind::internal: break;
    }
    return {500, kServer, ""};
}

OpenAiFault openAiFaultOf(const Error& error) noexcept {
    OpenAiFault fault = openAiFaultOf(error.kind());
    if (fault.type == kQuota && error.retryAfter() > 0) return {429, "tokens", "rate_limit_exceeded"};
    if (error.kind() == ErrorKind::badRequest && !error.member().empty()) fault.code = "invalid_value";
    if (error.kind() == ErrorKind::notAllowed && error.member() == "model") fault.code = "model_not_allowed";
    return fault;
}

std::string openAiErrorJson(const OpenAiFault& fault, std::string_view message, std::string_view member) {
    std::string json = R"({"error":{"message":)";
    addJsonText(json, message);
    json += R"(,"type":)";
    addJsonText(json, fault.type);
    json += R"(,"param":)";
    addOrNull(json, member);
    json += R"(,"code":)";
    addOrNull(json, fault.code);
    json += "}}";
    return json;
}

}  // namespace aiproject
