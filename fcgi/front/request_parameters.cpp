#include "front/request_parameters.h"

#include <Poco/UUIDGenerator.h>

#include <algorithm>
#include <cctype>
#include <cstring>

namespace aiproject {
namespace {

constexpr std::size_t kMostTraceHeader = 1024;  // bytes; longer ones are not kept

bool isRequestId(std::string_view id) {
    const auto allowed = [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '_'; };
    return !id.empty() && id.size() <= 64 && std::all_of(id.begin(), id.end(), allowed);
}

std::string newRequestId() { return Poco::UUIDGenerator::defaultGenerator().createRandom().toString(); }

// Of a header that may come several times: all of them, as RFC 9110, 5.3, joins them.
std::string joinedIn(Parameters parameters, std::string_view name) {
    std::string all;
    for (; *parameters; ++parameters) {
        const std::string_view one = *parameters;
        if (one.size() <= name.size() || one.compare(0, name.size(), name) != 0 || one[name.size()] != '=') continue;
        if (!all.empty()) all += ", ";
        all += one.substr(name.size() + 1, kMostTraceHeader + 1);
        if (all.size() > kMostTraceHeader) return {};
    }
    return all;
}

}  // namespace

const char* parameterIn(Parameters parameters, std::string_view name) noexcept {
    for (; *parameters; ++parameters)
        if (std::strncmp(*parameters, name.data(), name.size()) == 0 && (*parameters)[name.size()] == '=')
            return *parameters + name.size() + 1;
    return nullptr;
}

Request requestOf(Parameters parameters) {
    const auto header = [parameters](std::string_view name) {
        const char* value = parameterIn(parameters, name);
        return value ? std::optional<std::string>(value) : std::nullopt;
    };
    const auto text = [&header](std::string_view name) { return header(name).value_or(""); };
    Request request;
    request.id = text("REQUEST_ID");
    if (!isRequestId(request.id)) request.id = newRequestId();
    request.method = text("REQUEST_METHOD");
    // DOCUMENT_URI is decoded and without the query; other web servers only have REQUEST_URI.
    request.path = text("DOCUMENT_URI");
    if (request.path.empty()) request.path = text("REQUEST_URI");
    request.path.erase(std::min(request.path.find('?'), request.path.size()));
    request.contentType = text("CONTENT_TYPE");
    request.accept = text("HTTP_ACCEPT");
    request.remoteAddress = text("REMOTE_ADDR");
    request.uuid = header("HTTP_UUID");
    request.username = header("HTTP_USERNAME");
    request.authorization = header("HTTP_AUTHORIZATION");
    request.headersToAllow = text("HTTP_ACCESS_CONTROL_REQUEST_HEADERS");
    request.traceparent = joinedIn(parameters, "HTTP_TRACEPARENT");  // two of them joined are none, as it must be
    request.tracestate = joinedIn(parameters, "HTTP_TRACESTATE");
    request.query = text("QUERY_STRING");
    request.host = text("HTTP_HOST");
    request.cookie = text("HTTP_COOKIE");
    request.origin = text("HTTP_ORIGIN");
    request.fetchSite = text("HTTP_SEC_FETCH_SITE");
    // A client that says so itself without TLS gets a cookie that its browser does not send back: it harms nobody else.
    request.isSecure = text("HTTPS") == "on" || text("HTTP_X_FORWARDED_PROTO") == "https";
    request.isForwarded = parameterIn(parameters, "HTTP_X_FORWARDED_FOR") || parameterIn(parameters, "HTTP_FORWARDED");
    return request;
}

}  // namespace aiproject
