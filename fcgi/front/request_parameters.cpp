#include "front/request_parameters.h"

#include <Poco/UUIDGenerator.h>

#include <algorithm>
#include <cctype>
#include <cstring>

namespace aiproject {
namespace {

bool isRequestId(std::string_view id) {
    const auto allowed = [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '_'; };
    return !id.empty() && id.size() <= 64 && std::all_of(id.begin(), id.end(), allowed);
}

std::string newRequestId() { return Poco::UUIDGenerator::defaultGenerator().createRandom().toString(); }

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
    return request;
}

}  // namespace aiproject
