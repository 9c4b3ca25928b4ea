// /admin/session: signing in and out in a browser, and what other sites, thieves and the ended get.
#include "support/spec.h"
#include "unit/browser_client.h"
#include "unit/host_fixture.h"

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

struct SignedIn : AdminSite {
    static ScriptedExchange& from(ScriptedExchange& exchange, const std::string& fetchSite, const std::string& origin) {
        exchange.sent.fetchSite = fetchSite;
        exchange.sent.origin = origin;
        return exchange;
    }
};

SPEC(SignedIn, tells_who_one_is_and_of_the_session) {
    const auto json = ann.get("/admin/session").json();
    CPPUNIT_ASSERT(json->getValue<bool>("signed_in"));
    CPPUNIT_ASSERT_EQUAL("open"s, json->getValue<std::string>("registration"));
    CPPUNIT_ASSERT_EQUAL("ann"s, json->getObject("user")->getValue<std::string>("name"));
    CPPUNIT_ASSERT(json->getObject("user")->getValue<bool>("admin"));
    CPPUNIT_ASSERT_EQUAL("192.0.2.1"s, json->getObject("session")->getValue<std::string>("network"));
    CPPUNIT_ASSERT(!json->has("warning"));
    CPPUNIT_ASSERT(!benBrowser.get("/admin/session").json()->getObject("user")->getValue<bool>("admin"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(2), audited("event = 'login' AND detail LIKE 'session %'"));
}

SPEC(SignedIn, is_nobody_without_a_session_and_that_is_no_error) {
    Browser nobody(site);
    for (const char* token : {"", "x", "0000000000000000000000000000000000000000000000000000000000000000"}) {
        nobody.token = token;
        const auto answer = nobody.get("/admin/session");
        assertStatus(200, answer);
        CPPUNIT_ASSERT(!answer.json()->getValue<bool>("signed_in") && !answer.json()->has("user"));
        assertFault(401, "not_signed_in", nobody.get("/admin/sessions"));
    }
}

SPEC(SignedIn, gives_no_cookie_for_a_wrong_password_and_waits_as_every_login) {
    Browser thief(site);
    thief.address = "198.51.100.7";
    ScriptedExchange answer = thief.signIn("ben", "wrong horse");
    for (int i = 0; i < 5 && answer.head->status != 429; ++i) {
        assertFault(401, "login_refused", answer);
        CPPUNIT_ASSERT_EQUAL(""s, answer.header("Set-Cookie"));
        answer = thief.signIn("ben", "wrong horse");
    }
    assertFault(429, "too_many_requests", answer);
    CPPUNIT_ASSERT(!answer.header("Retry-After").empty());
    CPPUNIT_ASSERT(audited("event = 'login_failed' AND user_name = 'ben'") >= 3);
    site.sql("UPDATE login_attempts SET blocked_ms = 0");
    site.sql("UPDATE users SET disabled = 1 WHERE name = 'ben'");
    assertFault(403, "not_allowed", thief.signIn("ben"));
}

SPEC(SignedIn, needs_tls_but_on_this_machine) {
    ScriptedExchange plain =
        benBrowser.request("POST", "/admin/session", R"({"name":"ben","password":"correct horse"})");
    plain.sent.isSecure = false;
    assertFault(403, "tls_required", site.serve(plain));
    ScriptedExchange behindAnother =
        benBrowser.request("POST", "/admin/session", R"({"name":"ben","password":"correct horse"})");
    behindAnother.sent.isSecure = false;
    behindAnother.sent.remoteAddress = "127.0.0.1";  // its Host is not that machine's
    assertFault(403, "tls_required", site.serve(behindAnother));
    ScriptedExchange stolen = benBrowser.request("GET", "/admin/sessions");
    stolen.sent.isSecure = false;
    stolen.sent.cookie = "aiproject=" + benBrowser.token;
    assertFault(401, "not_signed_in", site.serve(stolen));
    ScriptedExchange local =
        benBrowser.request("POST", "/admin/session", R"({"name":"ben","password":"correct horse"})");
    local.sent.isSecure = false;
    local.sent.remoteAddress = "127.0.0.1";
    local.sent.host = "localhost:8080";
    site.serve(local);
    assertStatus(200, local);
    CPPUNIT_ASSERT_EQUAL("aiproject-8080="s, local.header("Set-Cookie").substr(0, 15));
    CPPUNIT_ASSERT(local.header("Set-Cookie").find("Secure") == std::string::npos);
    CPPUNIT_ASSERT(local.json()->has("warning"));
}

SPEC(SignedIn, makes_a_new_token_whatever_cookie_comes_along) {
    const std::string before = benBrowser.token, planted(64, 'a');
    assertStatus(200, benBrowser.signIn("ben"));
    CPPUNIT_ASSERT(benBrowser.token != before);
    Browser old(site);
    old.token = before;
    assertFault(401, "not_signed_in", old.get("/admin/sessions"));
    Browser victim(site);
    victim.token = planted;
    assertStatus(200, victim.signIn("ann"));
    CPPUNIT_ASSERT(victim.token != planted);
    old.token = planted;
    assertFault(401, "not_signed_in", old.get("/admin/sessions"));
}

SPEC(SignedIn, changes_nothing_for_another_site) {
    const std::string ben = idOf("ben");
    struct Row {
        std::string method, path, body;
    };
    for (const Row& row :
         {Row{"POST", "/admin/users/" + ben + "/disable", "{}"},
          Row{"POST", "/admin/users/" + ben + "/grant", R"({"admin":true})"}, Row{"DELETE", "/admin/users/" + ben, ""},
          Row{"POST", "/admin/me/keys", "{}"}, Row{"DELETE", "/admin/session", ""}, Row{"POST", "/admin/reload", "{}"},
          Row{"POST", "/admin/session", R"({"name":"ben","password":"correct horse"})"}}) {
        for (const auto& [fetchSite, origin] :
             {std::pair{"cross-site"s, "https://evil.example"s}, std::pair{"same-site"s, "https://x.site.example"s},
              std::pair{""s, "https://evil.example"s}, std::pair{""s, "null"s}, std::pair{""s, ""s},
              std::pair{"none"s, ""s}}) {
            ScriptedExchange exchange = ann.request(row.method, row.path, row.body);
            assertFault(403, "cross_site", site.serve(from(exchange, fetchSite, origin)));
        }
        for (const char* type :
             {"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
              "application/jsonx", "text/plain; application/json"}) {
            ScriptedExchange exchange = ann.request(row.method, row.path, row.body);
            exchange.sent.contentType = type;
            assertFault(415, "json_required", site.serve(exchange));
        }
    }
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), site.number("SELECT disabled + is_admin FROM users WHERE name = 'ben'"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), site.number("SELECT COUNT(*) FROM api_keys"));
    ScriptedExchange byOrigin = ann.request("POST", "/admin/users/" + ben + "/disable", "{}");
    byOrigin.sent.contentType = "Application/JSON; charset=utf-8";
    assertStatus(200, site.serve(from(byOrigin, "", "https://site.example")));
}

SPEC(SignedIn, tells_other_sites_nothing) {
    ScriptedExchange preflight = ann.request("OPTIONS", "/admin/users");
    preflight.sent.headersToAllow = "content-type";
    site.serve(preflight);
    CPPUNIT_ASSERT(!preflight.head->isForAnyOrigin && preflight.head->headers.empty());
    CPPUNIT_ASSERT(!ann.get("/admin/users").head->isForAnyOrigin);
    CPPUNIT_ASSERT(!ann.get("/admin/nothing").head->isForAnyOrigin);
    assertFault(404, "not_found", ann.get("/admin/nothing"));
    assertFault(405, "wrong_method", ann.ask("PUT", "/admin/users"));
}

SPEC(SignedIn, ends_by_signing_out_and_takes_the_cookie_back) {
    const auto answer = benBrowser.ask("DELETE", "/admin/session");
    assertStatus(200, answer);
    assertSays(answer.header("Set-Cookie"), "__Host-aiproject=; ");
    assertSays(answer.header("Set-Cookie"), "Max-Age=0");
    assertFault(401, "not_signed_in", benBrowser.get("/admin/me/keys"));
    assertFault(401, "not_signed_in", benBrowser.ask("DELETE", "/admin/session"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), audited("event = 'signed_out' AND user_name = 'ben' AND actor = ''"));
}

SPEC(SignedIn, lists_ones_sessions_and_ends_one_or_all_others) {
    Browser second(site), third(site);
    second.signIn("ben");
    third.signIn("ben");
    CPPUNIT_ASSERT_EQUAL("true;false;false;"s, each(third.get("/admin/sessions"), "current"));
    const std::string anns = ann.get("/admin/session").json()->getObject("session")->getValue<std::string>("id");
    assertFault(404, "not_found", third.ask("DELETE", "/admin/sessions/" + anns));
    for (const char* none : {"0", "x", "-1", "99999999999999999999", "%27"})
        assertFault(404, "not_found", third.ask("DELETE", "/admin/sessions/"s + none));
    const std::string seconds = second.get("/admin/session").json()->getObject("session")->getValue<std::string>("id");
    assertStatus(200, third.ask("DELETE", "/admin/sessions/" + seconds));
    assertFault(401, "not_signed_in", second.get("/admin/sessions"));
    CPPUNIT_ASSERT_EQUAL(1, third.ask("DELETE", "/admin/sessions").json()->getValue<int>("ended"));
    assertFault(401, "not_signed_in", benBrowser.get("/admin/sessions"));
    assertStatus(200, third.get("/admin/sessions"));
    assertStatus(200, ann.get("/admin/sessions"));
    CPPUNIT_ASSERT_EQUAL(0, third.ask("DELETE", "/admin/sessions").json()->getValue<int>("ended"));
    CPPUNIT_ASSERT_EQUAL(
        std::int64_t(1),
        audited("event = 'session_ended' AND user_name = 'ben' AND detail = 'session " + seconds + "'"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), audited("event = 'sessions_ended' AND detail = '1 sessions'"));
}

SPEC(SignedIn, ends_with_a_new_password_or_uuid_of_its_user) {
    const auto change = [&](const std::string& path, const std::string& body) {
        assertSucceeded(site.post(path, body));
    };
    change("/auth/password", R"({"username":"ben","password":"correct horse","new_password":"battery staple"})");
    assertFault(401, "not_signed_in", benBrowser.get("/admin/sessions"));
    benBrowser.signIn("ben", "battery staple");
    assertStatus(200, benBrowser.get("/admin/sessions"));
    assertStatus(200, ann.post("/admin/users/" + idOf("ben") + "/rotate"));
    assertFault(401, "not_signed_in", benBrowser.get("/admin/sessions"));
}

SPEC(SignedIn, opens_admin_paths_to_no_key_and_no_uuid) {
    const std::string key = ann.post("/admin/me/keys").json()->getValue<std::string>("key");
    for (const std::string& token : {key, site.ann.uuid}) {
        Browser program(site);
        ScriptedExchange exchange = program.request("GET", "/admin/users");
        exchange.sent.authorization = "Bearer " + token;
        exchange.sent.uuid = site.ann.uuid;
        exchange.sent.username = "ann";
        assertFault(401, "not_signed_in", site.serve(exchange));
    }
}

SPEC(SignedIn, refuses_bodies_that_are_huge_or_no_object) {
    for (const char* body : {"", "[]", "null", "{", "\"x\"", "{\"name\":1}", "\xff"})
        assertFault(400, "invalid_value", benBrowser.post("/admin/session", body));
    const auto huge = benBrowser.post("/admin/session", std::string(70'000, ' '));
    assertFault(413, "too_large", huge);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t(65'536), huge.bodyLimit.value());
}

}  // namespace
