// The status as a page: nothing in it is more than text.
#include "manager/status_pages.h"
#include "manager/status_table.h"
#include "support/spec.h"

#include <Poco/Base64Encoder.h>
#include <Poco/JSON/Parser.h>

#include <openssl/sha.h>

#include <array>
#include <sstream>

using namespace aiproject;
using namespace aiproject::test;

namespace {

struct StatusPages : CppUnit::TestCase {
    const std::string hostile = R"(<script>alert(1)</script>\"' onload=x & <img src=x>)";
    const Poco::JSON::Object::Ptr status =
        Poco::JSON::Parser()
            .parse(
                R"({"pid":1,"since":"then","generation":1,"reload":{"state":"none","reasons":[")" + hostile +
                R"("]},"notices":[")" + hostile + R"("],"answers":[{"kind":"text","model":")" + hostile +
                R"(","origin":"x"}],"pools":[{"name":")" + hostile +
                R"(","calls":60,"calls_limit":70,"processes":1,"queue_waiting":3,"queue_longest_ms":40,"last_death":")" +
                hostile +
                R"(","workers":[{"pid":2,"generation":1,"state":"stuck","busy":1,"threads":2,"streams":0,"served":0,
                   "resident_mb":9,"up_s":3}],"models":[{"name":")" +
                hostile + R"(","plugin":"p","state":"failing","calls":1,"failures":5}],"oldest_calls":[{"age_s":12,
                   "user":")" +
                hostile + R"(","model":"m","phase":"answering","worker":2}]}]})")
            .extract<Poco::JSON::Object::Ptr>();
};

std::string sha256(const std::string& text) {
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
    std::ostringstream encoded;
    Poco::Base64Encoder encoder(encoded);
    encoder.write(reinterpret_cast<const char*>(digest.data()), digest.size());
    encoder.close();
    return encoded.str();
}

}  // namespace

SPEC(StatusPages, escape_whatever_they_are_told) {
    const std::string html = statusHtml(*status);
    CPPUNIT_ASSERT_MESSAGE(html, html.find("<script") == std::string::npos);
    CPPUNIT_ASSERT_MESSAGE(html, html.find("<img") == std::string::npos);
    const std::string shown = "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39; onload=x &amp; &lt;img src=x&gt;";
    std::size_t times = 0;
    for (auto at = html.find(shown); at != std::string::npos; at = html.find(shown, at + 1)) ++times;
    CPPUNIT_ASSERT_EQUAL(std::size_t(7), times);  // wherever something from outside stands
}

SPEC(StatusPages, have_a_style_and_nothing_else_by_their_policy) {
    const Generation generation;
    const Pools pools;
    const ReloadReport none;
    const std::vector<std::string> notices;
    Request request;
    request.method = "GET";
    request.path = "/status";
    request.query = "html";
    const StatusPage page = statusPage(request, {generation, pools, false, none, notices, {}}, {});
    CPPUNIT_ASSERT_EQUAL(200, page.head.status);
    CPPUNIT_ASSERT(!page.head.isForAnyOrigin);
    std::string policy;
    for (const auto& [name, value] : page.head.headers)
        if (name == "Content-Security-Policy") policy = value;
    CPPUNIT_ASSERT_MESSAGE(policy, policy.find("default-src 'none'") == 0);
    const std::string wanted = "style-src 'sha256-" + sha256(statusStyle()) + "'";
    CPPUNIT_ASSERT_MESSAGE(wanted + " is not in " + policy, policy.find(wanted) != std::string::npos);
    CPPUNIT_ASSERT(page.body.find("<style>" + statusStyle() + "</style>") != std::string::npos);
}

SPEC(StatusPages, ask_for_themselves_again) {
    CPPUNIT_ASSERT(statusHtml(*status).find("<meta http-equiv=\"refresh\"") != std::string::npos);
}

SPEC(StatusPages, tell_a_queue_and_calls_as_text) {
    std::string table = statusTable(*status);
    for (auto at = table.find("\n    "); at != std::string::npos; at = table.find("\n    "))
        table.erase(at, 4);  // wrapped
    for (auto& c : table)
        if (c == '\n') c = ' ';
    for (const char* words : {"queue: 3 requests wait for a thread, the longest for 40 ms", "answering, 12 s, worker 2",
                              "and 59 calls that began later"})
        CPPUNIT_ASSERT_MESSAGE(table, table.find(words) != std::string::npos);
}
