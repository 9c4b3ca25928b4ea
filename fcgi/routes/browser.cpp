#include "routes/browser.h"

#include "base/error.h"

#include <Poco/String.h>

#include <algorithm>

namespace aiproject {
namespace {

// A browser takes the first one from no other host, path or transport, and not from a page; over plain HTTP it takes no
// such name. Then the port is in the name, because cookies of several ports are one jar.
constexpr const char* kSecureCookie = "__Host-aiproject";
constexpr const char* kPlainCookie = "aiproject";

constexpr std::string_view kDigits = "0123456789";

struct Host {
    std::string name, port;
};

Host hostOf(const Request& request) {
    const std::string& all = request.host;
    const auto colon = all.find(':', all.substr(0, 1) == "[" ? std::min(all.find(']'), all.size()) : 0);
    return {all.substr(0, colon), colon == std::string::npos ? std::string() : all.substr(colon + 1)};
}

std::string cookieName(const Request& request) {
    if (request.isSecure) return kSecureCookie;
    const std::string port = hostOf(request).port;
    return port.empty() ? kPlainCookie : kPlainCookie + ("-" + port);
}

bool isLoopback(std::string_view address) { return address.substr(0, 4) == "127." || address == "::1"; }

// 127.evil.example is a name like any other.
bool isLoopback(const Host& host) {
    if (host.port.find_first_not_of(kDigits) != std::string::npos) return false;
    if (Poco::icompare(host.name, "localhost") == 0 || host.name == "[::1]") return true;
    return isLoopback(host.name) && host.name.find_first_not_of("0123456789.") == std::string::npos;
}

std::string_view withoutSpace(std::string_view text) {
    const auto begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

bool isOriginOf(std::string_view origin, const Request& request) {
    constexpr std::string_view secure = "https://", plain = "http://";
    const bool isSecure = origin.substr(0, secure.size()) == secure;
    if (!isSecure && (transportOf(request) == Transport::secure || origin.substr(0, plain.size()) != plain))
        return false;
    const std::string_view host = origin.substr(isSecure ? secure.size() : plain.size());
    return !host.empty() && Poco::icompare(std::string(host), request.host) == 0;
}

}  // namespace

Transport transportOf(const Request& request) {
    if (request.isSecure) return Transport::secure;
    const bool isHere = isLoopback(request.remoteAddress) && isLoopback(hostOf(request)) && !request.isForwarded;
    return isHere ? Transport::loopback : Transport::plain;
}

bool isOfOwnPage(const Request& request) {
    if (!request.fetchSite.empty()) return request.fetchSite == "same-origin";
    return isOriginOf(request.origin, request);
}

void requireOwnPage(const Request& request) {
    if (!isOfOwnPage(request))
        throw Error(ErrorKind::crossSite, "no proof that a page of this site sent it: Sec-Fetch-Site \"" +
                                              request.fetchSite + "\", Origin \"" + request.origin + "\"");
}

std::string sessionTokenIn(const Request& request) {
    if (transportOf(request) == Transport::plain) return {};
    const std::string name = cookieName(request);
    std::string_view rest = request.cookie;
    while (!rest.empty()) {
        const auto end = std::min(rest.find(';'), rest.size());
        const std::string_view pair = withoutSpace(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (pair.size() > name.size() && pair.substr(0, name.size()) == name && pair[name.size()] == '=')
            return std::string(pair.substr(name.size() + 1));
    }
    return {};
}

std::string sessionCookie(const std::string& token, const Request& request) {
    return cookieName(request) + "=" + token + "; Path=/; HttpOnly; SameSite=Strict" +
           (request.isSecure ? "; Secure" : "") + (token.empty() ? "; Max-Age=0" : "");
}

}  // namespace aiproject
