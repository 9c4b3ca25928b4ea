// /admin/* and the cookie of its sessions through real nginx and real workers.
#include "e2e/site.h"
#include "support/child_process.h"
#include "support/eventually.h"
#include "support/spec.h"

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

struct AdminPaths : CppUnit::TestCase {
    Site site;
    std::string cookie;

    void setUp() override {
        site.newUser("alice");
        Command grant{programPath(), {"user", "grant", "-c", site.configFile(), "alice", "--admin"}};
        CPPUNIT_ASSERT_EQUAL(0, runToEnd(grant).code);
        const HttpAnswer answer = asked("POST", "/admin/session", R"({"name":"alice","password":"a good password"})");
        CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.body, 200, answer.status);
        CPPUNIT_ASSERT(answer.json()->has("warning"));  // plain HTTP on this machine
        const std::string& all = answer.headers.at("set-cookie");
        CPPUNIT_ASSERT_EQUAL_MESSAGE(all, "; Path=/; HttpOnly; SameSite=Strict"s, all.substr(all.find(';')));
        cookie = all.substr(0, all.find(';'));
    }

    Headers browser(const Headers& more = {}) const {
        Headers headers{{"Sec-Fetch-Site", "same-origin"}, {"Content-Type", "application/json"}, {"Cookie", cookie}};
        for (const auto& [name, value] : more) headers[name] = value;
        return headers;
    }
    HttpAnswer asked(const std::string& method, const std::string& path, const std::string& body = {},
                     const Headers& more = {}) const {
        return site.request(method, path, body, browser(more));
    }
    static std::string code(const HttpAnswer& answer) {
        return answer.json()->getObject("error")->getValue<std::string>("code");
    }
};

}  // namespace

SPEC(AdminPaths, go_to_a_worker_that_knows_with_query_and_headers) {
    const HttpAnswer users = asked("GET", "/admin/users?search=ali%63e&limit=1");
    CPPUNIT_ASSERT_EQUAL_MESSAGE(users.body, 200, users.status);
    CPPUNIT_ASSERT_EQUAL("alice"s, users.json()->getArray("items")->getObject(0)->getValue<std::string>("name"));
    CPPUNIT_ASSERT_EQUAL(0UL, users.headers.count("access-control-allow-origin"));
    CPPUNIT_ASSERT_EQUAL("nosniff"s, users.headers.at("x-content-type-options"));
    CPPUNIT_ASSERT_EQUAL("no-store"s, users.headers.at("cache-control"));
    CPPUNIT_ASSERT(asked("GET", "/admin/models").json()->getArray("items")->size() > 0);
    CPPUNIT_ASSERT_EQUAL(std::size_t(3), asked("GET", "/admin/status").json()->getArray("pools")->size());
    CPPUNIT_ASSERT_EQUAL(204, asked("OPTIONS", "/admin/users").status);
    CPPUNIT_ASSERT_EQUAL(404, asked("GET", "/admin/nothing").status);
}

SPEC(AdminPaths, change_nothing_for_other_sites) {
    for (const Headers& evil :
         {Headers{{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://evil.example"}},
          Headers{{"Sec-Fetch-Site", ""}, {"Origin", "https://evil.example"}}, Headers{{"Sec-Fetch-Site", ""}}})
        CPPUNIT_ASSERT_EQUAL("cross_site"s, code(asked("POST", "/admin/me/keys", "{}", evil)));
    CPPUNIT_ASSERT_EQUAL("json_required"s,
                         code(asked("POST", "/admin/me/keys", "{}", {{"Content-Type", "text/plain"}})));
    const HttpAnswer own =
        asked("POST", "/admin/me/keys", "{}",
              {{"Sec-Fetch-Site", ""}, {"Origin", "http://127.0.0.1:" + std::to_string(site.nginx().port())}});
    CPPUNIT_ASSERT_EQUAL_MESSAGE(own.body, 201, own.status);
}

SPEC(AdminPaths, let_the_playground_ask_by_the_cookie) {
    const std::string question = R"({"model":"spark_chat","messages":[{"role":"user","content":"Hello"}]})";
    const HttpAnswer answer = asked("POST", "/v1/chat/completions", question);
    CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.body, 200, answer.status);
    CPPUNIT_ASSERT_EQUAL(200, asked("GET", "/v1/models").status);
    CPPUNIT_ASSERT_EQUAL("cross_site"s,
                         code(asked("POST", "/v1/chat/completions", question, {{"Sec-Fetch-Site", "cross-site"}})));
    CPPUNIT_ASSERT_EQUAL(
        "1"s,
        asked("GET", "/admin/me/usage").json()->getArray("items")->getObject(0)->get("calls").convert<std::string>());
}

SPEC(AdminPaths, believe_what_stands_in_front_that_it_has_tls) {
    const Headers secure{{"X-Forwarded-Proto", "https"}};
    CPPUNIT_ASSERT_EQUAL("not_signed_in"s,
                         code(asked("GET", "/admin/sessions", "", secure)));  // the cookie has the other name
    const HttpAnswer answer =
        asked("POST", "/admin/session", R"({"name":"alice","password":"a good password"})", secure);
    CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.body, 200, answer.status);
    CPPUNIT_ASSERT_EQUAL("__Host-aiproject="s, answer.headers.at("set-cookie").substr(0, 17));
    CPPUNIT_ASSERT(!answer.json()->has("warning"));
}

SPEC(AdminPaths, reload_and_end) {
    const HttpAnswer reload = asked("POST", "/admin/reload", "{}");
    const bool isLate = reload.status == 202;  // on a slow machine; then the status will say it
    const std::string state = reload.json()->getValue<std::string>("state");
    CPPUNIT_ASSERT_EQUAL_MESSAGE(reload.body, isLate ? "in progress"s : "done"s, state);
    ASSERT_EVENTUALLY(asked("GET", "/admin/status").json()->getObject("reload")->getValue<std::string>("state") ==
                      "done");
    CPPUNIT_ASSERT_EQUAL(200, asked("DELETE", "/admin/session").status);
    CPPUNIT_ASSERT_EQUAL("not_signed_in"s, code(asked("GET", "/admin/users")));
}
