// FastCGI parameters to a Request. An input is what /proc/PID/environ is: "NAME=value", each ended by NUL.
#include "front/request_parameters.h"

#include "fuzz/target.h"

#include <string>

namespace aiproject::fuzz {
namespace {

bool isSafe(const std::string& id) {
    constexpr const char* allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    return !id.empty() && id.size() <= 64 && id.find_first_not_of(allowed) == std::string::npos;
}

}  // namespace

void tryInput(std::string_view input) {
    const std::string owned(input);
    std::vector<const char*> parameters;
    for (const std::string_view entry : piecesOf(owned, std::string_view("\0", 1))) parameters.push_back(entry.data());
    parameters.push_back(nullptr);

    const Request request = requestOf(parameters.data());
    require(isSafe(request.id), "an id is safe to log and to print");
    require(request.path.find('?') == std::string::npos, "a path has no query");
    const char* uuid = parameterIn(parameters.data(), "HTTP_UUID");
    require(request.uuid.has_value() == (uuid != nullptr), "a header that was not sent has no value");
    require(!uuid || *request.uuid == uuid, "a header is taken as sent");
    const Request again = requestOf(parameters.data());
    require(again.method == request.method && again.contentType == request.contentType, "it is a function of the list");
}

}  // namespace aiproject::fuzz
