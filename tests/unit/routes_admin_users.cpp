// /admin/users: what an admin does to accounts, and what nobody else does.
#include "support/spec.h"
#include "unit/browser_client.h"

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

struct UserAdministration : AdminSite {
    std::string pathOf(const std::string& name, const std::string& act = {}) {
        return "/admin/users/" + idOf(name) + (act.empty() ? "" : "/" + act);
    }
    ScriptedExchange add(const std::string& name, const std::string& more = {}) const {
        Poco::JSON::Object body;
        body.set("name", name);
        body.set("password", std::string("correct horse"));
        body.set("email", std::string("a@example.org"));
        std::ostringstream text;
        body.stringify(text);
        std::string json = text.str();
        json.insert(json.size() - 1, more);
        return ann.post("/admin/users", json);
    }
    static Poco::JSON::Object::Ptr userIn(const ScriptedExchange& answer, int status = 200) {
        assertStatus(status, answer);
        return answer.json()->getObject("user");
    }
};

SPEC(UserAdministration, is_for_admins_alone) {
    struct Row {
        const char *method, *path;
    };
    const Row rows[] = {{"GET", "/admin/users"},
                        {"POST", "/admin/users"},
                        {"GET", "/admin/users/1"},
                        {"DELETE", "/admin/users/1"},
                        {"POST", "/admin/users/1/grant"},
                        {"POST", "/admin/users/1/disable"},
                        {"POST", "/admin/users/1/enable"},
                        {"POST", "/admin/users/1/rotate"},
                        {"POST", "/admin/users/1/password"},
                        {"GET", "/admin/invitations"},
                        {"POST", "/admin/invitations"},
                        {"DELETE", "/admin/invitations/X"},
                        {"GET", "/admin/keys"},
                        {"POST", "/admin/keys"},
                        {"DELETE", "/admin/keys/1"},
                        {"GET", "/admin/usage"},
                        {"GET", "/admin/ledger"},
                        {"GET", "/admin/audit"},
                        {"GET", "/admin/models"},
                        {"GET", "/admin/status"},
                        {"POST", "/admin/reload"}};
    const Browser nobody(site);
    for (const Row& row : rows) {
        assertFault(403, "admin_only", benBrowser.ask(row.method, row.path, "{}"));
        assertFault(401, "not_signed_in", nobody.ask(row.method, row.path, "{}"));
    }
    site.sql("UPDATE users SET is_admin = 0");  // which counts with the next request
    assertFault(403, "admin_only", ann.get("/admin/users"));
}

SPEC(UserAdministration, shows_an_account_without_its_secrets) {
    const auto ben = userIn(ann.get(pathOf("ben")));
    CPPUNIT_ASSERT_EQUAL("ben"s, ben->getValue<std::string>("name"));
    CPPUNIT_ASSERT(!ben->getValue<bool>("admin") && !ben->getValue<bool>("disabled"));
    CPPUNIT_ASSERT(!ben->isNull("last_login"));
    CPPUNIT_ASSERT_EQUAL(-1, ben->getValue<int>("tokens"));
    const std::string all = ann.get("/admin/users").text() + ann.get(pathOf("ben")).text();
    for (const char* secret : {"scrypt", "hash", "epoch"}) CPPUNIT_ASSERT(all.find(secret) == std::string::npos);
    for (const char* none : {"0", "99", "x", "1;DROP TABLE users", "' OR 1=1 --"})
        assertFault(404, "not_found", ann.get("/admin/users/"s + none));
}

SPEC(UserAdministration, adds_a_user_who_can_sign_in) {
    const auto cid = userIn(add("cid", R"(,"tokens":500,"academy":"physics")"), 201);
    CPPUNIT_ASSERT_EQUAL(500, cid->getValue<int>("tokens"));
    Browser browser(site);
    assertStatus(200, browser.signIn("cid"));
    CPPUNIT_ASSERT_EQUAL(
        std::int64_t(1),
        audited("event = 'registered' AND user_name = 'cid' AND actor = 'ann' AND address = '192.0.2.1'"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1),
                         site.number("SELECT COUNT(*) FROM balance_changes WHERE user_name = 'cid' AND unit = 'tokens'"
                                     " AND actor = 'admin'"));
    assertFault(409, "name_taken", add("cid"), "name");
}

SPEC(UserAdministration, refuses_who_could_not_register_and_names_the_field) {
    assertFault(400, "invalid_value",
                ann.post("/admin/users", R"({"name":"","password":"correct horse","email":"a@b.c"})"), "name");
    assertFault(400, "invalid_value", ann.post("/admin/users", R"({"name":"cid","password":"x","email":"a@b.c"})"),
                "password");
    assertFault(400, "invalid_value", ann.post("/admin/users", R"({"name":"cid","password":"correct horse"})"),
                "email");
    assertFault(400, "invalid_value", add("cid", R"(,"academy":")" + std::string(101, 'x') + "\""), "academy");
    assertFault(400, "invalid_value",
                ann.post("/admin/users", R"({"name":"cid","password":"correct horse","email":"nowhere"})"), "email");
    assertFault(400, "invalid_value", add("cid", R"(,"tokens":-2)"), "tokens");
    assertFault(400, "invalid_value", add("cid", R"(,"tokens":"5")"), "tokens");
    assertFault(400, "invalid_value", add("\u0430nn"));  // Cyrillic: it looks like ann
    CPPUNIT_ASSERT_EQUAL(std::int64_t(2), site.number("SELECT COUNT(*) FROM users"));
}

SPEC(UserAdministration, lists_in_pages_by_name) {
    for (const char* name : {"cid", "dora", "\u738b\u5c0f\u660e"}) add(name);
    const auto first = ann.get("/admin/users?limit=2");
    CPPUNIT_ASSERT_EQUAL("ann;ben;"s, each(first, "name"));
    const auto second = ann.get("/admin/users?limit=2&cursor=" + first.json()->getValue<std::string>("next"));
    CPPUNIT_ASSERT_EQUAL("cid;dora;"s, each(second, "name"));
    const auto last = ann.get("/admin/users?limit=2&cursor=" + second.json()->getValue<std::string>("next"));
    CPPUNIT_ASSERT_EQUAL("\u738b\u5c0f\u660e;"s, each(last, "name"));
    CPPUNIT_ASSERT(last.json()->isNull("next"));
    CPPUNIT_ASSERT_EQUAL("ann;"s, each(ann.get("/admin/users?admin=true"), "name"));
    CPPUNIT_ASSERT_EQUAL("\u738b\u5c0f\u660e;"s, each(ann.get("/admin/users?search=%E7%8E%8B"), "name"));
    CPPUNIT_ASSERT_EQUAL(""s, each(ann.get("/admin/users?search=%27%20OR%201%3D1%20--"), "name"));
    CPPUNIT_ASSERT_EQUAL(""s, each(ann.get("/admin/users?search=%25"), "name"));
}

SPEC(UserAdministration, refuses_garbage_in_a_query_and_names_it) {
    for (const char* cursor : {"x", "zz", "616", "00", "ff", "%C3%28", "6127%27"})
        assertFault(400, "invalid_value", ann.get("/admin/users?cursor="s + cursor), "cursor");
    for (const char* limit : {"0", "201", "x", "-1", "1e9", "99999999999999999999"})
        assertFault(400, "invalid_value", ann.get("/admin/users?limit="s + limit), "limit");
    assertFault(400, "invalid_value", ann.get("/admin/users?search=%FF"), "search");
    assertFault(400, "invalid_value", ann.get("/admin/users?search=%00"), "search");
    assertFault(400, "invalid_value", ann.get("/admin/users?search=%"));
    assertFault(400, "invalid_value", ann.get("/admin/users?disabled=1"), "disabled");
    for (const char* path : {"/admin/audit", "/admin/ledger", "/admin/keys"})
        for (const char* cursor : {"x", "-5", "0", "%27", "99999999999999999999"})
            assertFault(400, "invalid_value", ann.get(path + "?cursor="s + cursor), "cursor");
    for (const char* cursor : {"x", "-", "x-y", "-5-A", "99999999999999999999-A"})
        assertFault(400, "invalid_value", ann.get("/admin/invitations?cursor="s + cursor), "cursor");
    for (const char* path : {"/admin/audit", "/admin/ledger", "/admin/usage", "/admin/me/usage"}) {
        assertFault(400, "invalid_value", ann.get(path + "?since=soon"s), "since");
        assertFault(400, "invalid_value", ann.get(path + "?until=2026-02-30"s), "until");
    }
}

SPEC(UserAdministration, keeps_names_with_html_and_sql_as_they_are) {
    for (const std::string name : {"<script>alert(1)</script>", "'; DROP TABLE users; --", "a/b?c=d&e%2f"}) {
        const auto user = userIn(add(name), 201);
        CPPUNIT_ASSERT_EQUAL(name, user->getValue<std::string>("name"));
        const std::string path = "/admin/users/" + user->getValue<std::string>("id");
        CPPUNIT_ASSERT_EQUAL(name, userIn(ann.post(path + "/disable"))->getValue<std::string>("name"));
        const auto answer = ann.get(path);
        CPPUNIT_ASSERT_EQUAL("application/json; charset=utf-8"s, answer.head->contentType);
    }
    CPPUNIT_ASSERT_EQUAL(std::int64_t(5), site.number("SELECT COUNT(*) FROM users"));
}

SPEC(UserAdministration, answers_in_utf8_whatever_was_imported) {
    site.sql("INSERT INTO users (name, password, email) VALUES (CAST(X'ff41' AS TEXT), 'x', 'a@example.org')");
    assertSays(ann.get("/admin/users").text(), "\"items\"");
    CPPUNIT_ASSERT(ann.get("/admin/users").text().find('\xff') == std::string::npos);
}

SPEC(UserAdministration, grants_as_the_command_does_and_says_who_did) {
    assertStatus(200, ann.post(pathOf("ben", "grant"), R"({"tokens":"=100","pic_times":"=5"})"));
    const auto ben =
        userIn(ann.post(pathOf("ben", "grant"), R"({"tokens":"-30","pic_times":"unlimited","admin":true})"));
    CPPUNIT_ASSERT_EQUAL(70, ben->getValue<int>("tokens"));
    CPPUNIT_ASSERT_EQUAL(-1, ben->getValue<int>("pic_times"));
    CPPUNIT_ASSERT(ben->getValue<bool>("admin"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1),
                         audited("event = 'granted' AND user_name = 'ben' AND actor = 'ann' AND detail LIKE"
                                 " '%tokens -30, pic_times unlimited, admin%'"));
    assertStatus(200, benBrowser.get("/admin/users"));
    assertStatus(200, benBrowser.post(pathOf("ann", "grant"), R"({"admin":false})"));
    assertFault(403, "admin_only", ann.get("/admin/users"));
}

SPEC(UserAdministration, refuses_a_grant_that_means_nothing) {
    for (const auto& [body, field] :
         {std::pair{R"({"tokens":"100"})"s, "tokens"s}, std::pair{R"({"tokens":100})"s, "tokens"s},
          std::pair{R"({"money":"+"})"s, "money"s}, std::pair{R"({"pic_times":"=-1"})"s, "pic_times"s},
          std::pair{R"({"voice_seconds":"+99999999999999999999"})"s, "voice_seconds"s},
          std::pair{R"({"admin":"yes"})"s, "admin"s}, std::pair{"{}"s, ""s}, std::pair{R"({"tokens":null})"s, ""s}})
        assertFault(400, "invalid_value", ann.post(pathOf("ben", "grant"), body), field);
    const auto refused = ann.post(pathOf("ben", "grant"), R"({"tokens":"+5","admin":true})");
    assertFault(403, "not_allowed", refused);
    assertSays(refused.text(), "unlimited");
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0),
                         site.number("SELECT is_admin FROM users WHERE name = 'ben'"));  // all or nothing
}

SPEC(UserAdministration, locks_no_admin_out_by_the_admin_himself) {
    for (const char* act : {"disable"}) assertFault(403, "not_allowed", ann.post(pathOf("ann", act)));
    assertFault(403, "not_allowed", ann.post(pathOf("ann", "grant"), R"({"admin":false})"));
    assertFault(403, "not_allowed", ann.ask("DELETE", pathOf("ann")));
    assertFault(403, "not_allowed", ann.post(pathOf("ann", "password"), R"({"password":"battery staple"})"));
    assertStatus(200, ann.get("/admin/users"));
}

SPEC(UserAdministration, ends_the_sessions_of_who_is_disabled_and_does_not_bring_them_back) {
    CPPUNIT_ASSERT(userIn(ann.post(pathOf("ben", "disable")))->getValue<bool>("disabled"));
    assertFault(401, "not_signed_in", benBrowser.get("/admin/sessions"));
    CPPUNIT_ASSERT_EQUAL("ben;"s, each(ann.get("/admin/users?disabled=true"), "name"));
    assertStatus(200, ann.post(pathOf("ben", "enable")));
    assertFault(401, "not_signed_in", benBrowser.get("/admin/sessions"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(2), audited("user_name = 'ben' AND actor = 'ann'"));
}

SPEC(UserAdministration, sets_a_password_and_ends_all_that_was_before) {
    assertFault(400, "invalid_value", ann.post(pathOf("ben", "password"), R"({"password":"short"})"), "password");
    assertFault(400, "invalid_value", ann.post(pathOf("ben", "password")), "password");
    assertStatus(200, ann.post(pathOf("ben", "password"), R"({"password":"battery staple"})"));
    assertFault(401, "not_signed_in", benBrowser.get("/admin/sessions"));
    assertFault(401, "login_refused", benBrowser.signIn("ben"));
    assertStatus(200, benBrowser.signIn("ben", "battery staple"));
}

SPEC(UserAdministration, deletes_an_account_with_its_keys_and_sessions) {
    const std::string path = pathOf("ben");
    benBrowser.post("/admin/me/keys");
    assertStatus(200, ann.ask("DELETE", path));
    assertFault(404, "not_found", ann.ask("DELETE", path));
    assertFault(404, "not_found", ann.post(path + "/grant", R"({"admin":true})"));
    assertFault(401, "not_signed_in", benBrowser.get("/admin/sessions"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), site.number("SELECT COUNT(*) FROM api_keys WHERE revoked_ms = 0"));
}

}  // namespace
