// What a request says of the browser that sends it: the session's cookie, and whether a page of this very site has sent
// it. A cookie goes along with any request, also one that another site has written; what a browser says of the page
// cannot be written by one. Pure.
#pragma once

#include "http/exchange.h"

#include <string>
#include <string_view>

namespace aiproject {

enum class Transport {
    secure,    // TLS, here or at what stands in front
    loopback,  // plain, and the client is on this machine, which its Host is too: nobody is on the way
    plain,     // whoever is on the way reads it
};
Transport transportOf(const Request& request);

// By Sec-Fetch-Site where the browser sends it, else by an Origin of the host that was asked.
bool isOfOwnPage(const Request& request);
// Error(crossSite) otherwise.
void requireOwnPage(const Request& request);

// The token of the cookie that belongs to that transport; empty: there is none.
std::string sessionTokenIn(const Request& request);
// Set-Cookie for a new session; an empty token takes the cookie back.
std::string sessionCookie(const std::string& token, const Request& request);

}  // namespace aiproject
