// What a request says of its browser: transport, own page, cookie.
#include "routes/browser.h"

#include "support/spec.h"
#include "unit/expect.h"

#include <string>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

struct BrowserRules : CppUnit::TestCase {
    Request request;

    BrowserRules() {
        request.host = "site.example";
        request.remoteAddress = "192.0.2.1";
        request.isSecure = true;
    }
    bool isOwn(const std::string& fetchSite, const std::string& origin) {
        request.fetchSite = fetchSite;
        request.origin = origin;
        return isOfOwnPage(request);
    }
    std::string tokenOf(const std::string& cookie) {
        request.cookie = cookie;
        return sessionTokenIn(request);
    }
};

SPEC(BrowserRules, believe_what_a_browser_says_of_its_page) {
    CPPUNIT_ASSERT(isOwn("same-origin", ""));
    for (const char* other : {"same-site", "cross-site", "none", "Same-Origin", "same-origin, same-origin"})
        CPPUNIT_ASSERT_MESSAGE(other, !isOwn(other, ""));
    CPPUNIT_ASSERT(!isOwn("cross-site", "https://site.example"));
}

SPEC(BrowserRules, take_an_origin_of_the_very_host_from_a_browser_that_says_nothing_else) {
    CPPUNIT_ASSERT(isOwn("", "https://site.example"));
    CPPUNIT_ASSERT(isOwn("", "https://SITE.example"));
    for (const char* other :
         {"", "null", "https://", "http://site.example", "https://evil.example", "https://site.example.evil.example",
          "https://evil.example/site.example", "https://site.example:8443", "site.example", "ftp://site.example"})
        CPPUNIT_ASSERT_MESSAGE(other, !isOwn("", other));
    request.host.clear();
    CPPUNIT_ASSERT(!isOwn("", "https://"));
    request.host = "127.0.0.1:8080";
    request.isSecure = false;
    CPPUNIT_ASSERT(isOwn("", "http://127.0.0.1:8080"));
    CPPUNIT_ASSERT(!isOwn("", "http://127.0.0.1:9090"));
}

SPEC(BrowserRules, know_tls_and_this_machine) {
    CPPUNIT_ASSERT(transportOf(request) == Transport::secure);
    request.isSecure = false;
    request.remoteAddress = "127.0.0.1";
    for (const char* here : {"localhost", "LocalHost:8080", "127.0.0.1", "127.0.0.1:8080", "[::1]", "[::1]:8080"}) {
        request.host = here;
        CPPUNIT_ASSERT_MESSAGE(here, transportOf(request) == Transport::loopback);
        request.isForwarded = true;
        CPPUNIT_ASSERT_MESSAGE(here, transportOf(request) == Transport::plain);
        request.isForwarded = false;
    }
    for (const char* elsewhere : {"", "site.example", "localhost.evil.example", "127.evil.example", "localhost:80x",
                                  "[::2]", "::1", "[::1", "127.0.0.1:80:80", ":80"}) {
        request.host = elsewhere;
        CPPUNIT_ASSERT_MESSAGE(elsewhere, transportOf(request) == Transport::plain);
    }
    request.host = "localhost:8080";
    for (const char* here : {"127.0.0.1", "127.8.8.8", "::1"}) {
        request.remoteAddress = here;
        CPPUNIT_ASSERT_MESSAGE(here, transportOf(request) == Transport::loopback);
    }
    for (const char* elsewhere : {"192.0.2.1", "", "unix:", "::2", "::1:1", "12.7.0.1", "2001:db8::1"}) {
        request.remoteAddress = elsewhere;
        CPPUNIT_ASSERT_MESSAGE(elsewhere, transportOf(request) == Transport::plain);
    }
}

SPEC(BrowserRules, find_the_cookie_of_the_transport_alone) {
    CPPUNIT_ASSERT_EQUAL("t"s, tokenOf("__Host-aiproject=t"));
    CPPUNIT_ASSERT_EQUAL("t"s, tokenOf("a=b;c;  __Host-aiproject=t ;x=y"));
    for (const char* none : {"", ";", "=", "aiproject=t", "__Host-aiproject", "x__Host-aiproject=t",
                             "__host-aiproject=t", "a=__Host-aiproject=t"})
        CPPUNIT_ASSERT_EQUAL_MESSAGE(none, ""s, tokenOf(none));
    request.isSecure = false;
    CPPUNIT_ASSERT_EQUAL(""s, tokenOf("aiproject=t"));  // whoever is on the way has read it
    request.remoteAddress = "127.0.0.1";
    CPPUNIT_ASSERT_EQUAL(""s, tokenOf("aiproject=t"));  // and the page is another's
    request.host = "localhost";
    CPPUNIT_ASSERT_EQUAL("t"s, tokenOf("__Host-aiproject=u; aiproject=t; aiproject-8080=v"));
    request.host = "localhost:8080";
    CPPUNIT_ASSERT_EQUAL("v"s, tokenOf("__Host-aiproject=u; aiproject=t; aiproject-8080=v"));
}

SPEC(BrowserRules, make_a_cookie_that_no_page_and_no_other_site_has) {
    CPPUNIT_ASSERT_EQUAL("__Host-aiproject=t; Path=/; HttpOnly; SameSite=Strict; Secure"s, sessionCookie("t", request));
    assertSays(sessionCookie("", request), "Max-Age=0");
    request.isSecure = false;
    request.host = "localhost:8080";
    CPPUNIT_ASSERT_EQUAL("aiproject-8080=t; Path=/; HttpOnly; SameSite=Strict"s, sessionCookie("t", request));
}

}  // namespace
