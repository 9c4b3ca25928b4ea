// Keys, invitations, usage, ledger, audit log, models and status over HTTP.
#include "auth/audit.h"
#include "billing/ledger_pages.h"
#include "support/spec.h"
#include "unit/browser_client.h"
#include "unit/plugin_files.h"
#include "unit/query_plan.h"

#include <filesystem>
#include <fstream>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

struct RecordAdministration : AdminSite {
    void asked(const Browser& browser, const std::string& question) const {
        assertStatus(200,
                     browser.post("/v1/chat/completions",
                                  R"({"model":"echo","messages":[{"role":"user","content":")" + question + "\"}]}"));
    }
    std::string next(const ScriptedExchange& page) const { return page.json()->getValue<std::string>("next"); }
};

SPEC(RecordAdministration, makes_lists_and_revokes_ones_own_keys) {
    const auto made =
        benBrowser.post("/admin/me/keys", R"({"name":"laptop","models":["echo"],"tokens":500,"refill":"day"})");
    assertStatus(201, made);
    const auto key = made.json();
    CPPUNIT_ASSERT_EQUAL(std::size_t(51), key->getValue<std::string>("key").size());
    const auto listed = itemsOf(benBrowser.get("/admin/me/keys"));
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), listed->size());
    CPPUNIT_ASSERT(!listed->getObject(0)->has("key"));
    CPPUNIT_ASSERT_EQUAL("ben"s, listed->getObject(0)->getValue<std::string>("user"));
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), itemsOf(ann.get("/admin/me/keys"))->size());
    const std::string path = "/admin/me/keys/" + key->getValue<std::string>("id");
    assertFault(404, "not_found", ann.ask("DELETE", path));  // it is Ben's
    assertStatus(200, benBrowser.ask("DELETE", path));
    assertFault(404, "not_found", benBrowser.ask("DELETE", path));
    assertFault(400, "invalid_value", benBrowser.post("/admin/me/keys", R"({"models":["ecko"]})"), "models");
    assertFault(400, "invalid_value", benBrowser.post("/admin/me/keys", R"({"ends":"soon"})"), "ends");
    assertFault(400, "invalid_value", benBrowser.post("/admin/me/keys", R"({"refill":"week"})"), "refill");
    CPPUNIT_ASSERT_EQUAL(std::int64_t(2), audited("event LIKE 'key_%' AND user_name = 'ben' AND actor = ''"));
}

SPEC(RecordAdministration, makes_keys_for_others_and_revokes_anyones) {
    assertStatus(201, ann.post("/admin/keys", R"({"user_id":)" + idOf("ben") + R"(,"name":"made for Ben"})"));
    assertStatus(201, ann.post("/admin/me/keys"));
    assertStatus(201, benBrowser.post("/admin/me/keys"));
    CPPUNIT_ASSERT_EQUAL("3;2;1;"s, each(ann.get("/admin/keys"), "id"));
    const auto first = ann.get("/admin/keys?limit=2");
    CPPUNIT_ASSERT_EQUAL("1;"s, each(ann.get("/admin/keys?limit=2&cursor=" + next(first)), "id"));
    CPPUNIT_ASSERT_EQUAL("3;1;"s, each(ann.get("/admin/keys?user_id=" + idOf("ben")), "id"));
    assertStatus(200, ann.ask("DELETE", "/admin/keys/3"));
    CPPUNIT_ASSERT_EQUAL("2;1;"s, each(ann.get("/admin/keys"), "id"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(2), audited("event LIKE 'key_%' AND user_name = 'ben' AND actor = 'ann'"));
    assertFault(400, "invalid_value", ann.post("/admin/keys", R"({"user_id":99})"), "user_id");
    assertFault(400, "invalid_value", ann.post("/admin/keys"), "user_id");
}

SPEC(RecordAdministration, names_the_wrong_term_of_a_key) {
    for (const auto& [body, field] :
         {std::pair{R"({"ends":"2020-01-01"})"s, "ends"s}, std::pair{R"({"ends":"soon"})"s, "ends"s},
          std::pair{R"({"ends":5})"s, "ends"s}, std::pair{R"({"models":["nosuch"]})"s, "models"s},
          std::pair{R"({"models":["a,b"]})"s, "models"s}, std::pair{R"({"models":"echo"})"s, "models"s},
          std::pair{R"({"tokens":-5})"s, "tokens"s}, std::pair{R"({"money":"5"})"s, "money"s},
          std::pair{R"({"name":5})"s, "name"s}, std::pair{R"({"name":")" + std::string(101, 'x') + "\"}", "name"s},
          std::pair{R"({"refill":"week"})"s, "refill"s}, std::pair{R"({"refill":"day"})"s, "refill"s}})
        assertFault(400, "invalid_value", benBrowser.post("/admin/me/keys", body), field);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), site.number("SELECT COUNT(*) FROM api_keys"));
}

SPEC(RecordAdministration, makes_invitations_in_bulk_all_or_none) {
    const auto made =
        ann.post("/admin/invitations", R"({"count":3,"tokens":500,"uses":2,"ends":"2999-12-31","academy":"<b>"})");
    assertStatus(201, made);
    CPPUNIT_ASSERT_EQUAL(std::size_t(3), made.json()->getArray("items")->size());
    CPPUNIT_ASSERT_EQUAL("2;2;2;"s, each(ann.get("/admin/invitations"), "uses_left"));
    CPPUNIT_ASSERT_EQUAL("<b>;<b>;<b>;"s, each(ann.get("/admin/invitations"), "academy"));
    for (const auto& [body, field] :
         {std::pair{R"({"count":0})"s, "count"s}, std::pair{R"({"count":501})"s, "count"s},
          std::pair{R"({"count":"3"})"s, "count"s}, std::pair{R"({"uses":0})"s, "uses"s},
          std::pair{R"({"tokens":-2})"s, "tokens"s}, std::pair{R"({"ends":"2001-01-01"})"s, "ends"s},
          std::pair{R"({"begins":"x"})"s, "begins"s}})
        assertFault(400, "invalid_value", ann.post("/admin/invitations", body), field);
    assertFault(400, "invalid_value", ann.post("/admin/invitations", R"({"academy":"a\nb"})"), "academy");
    for (const char* count : {"-1", "0", "501"})
        assertSays(ann.post("/admin/invitations", R"({"count":)" + std::string(count) + "}").text(),
                   "'count' is not a whole number from 1 to 500");
    CPPUNIT_ASSERT_EQUAL(std::int64_t(3), site.number("SELECT COUNT(*) FROM invitations"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(3), audited("event = 'invitation_added' AND actor = 'ann'"));
}

SPEC(RecordAdministration, pages_through_invitations_of_one_moment) {
    ann.post("/admin/invitations", R"({"count":5})");
    const std::string all = each(ann.get("/admin/invitations"), "code");
    std::string paged;
    std::string path = "/admin/invitations?limit=2";
    for (int page = 0; page < 3; ++page) {
        const auto answer = ann.get(path);
        paged += each(answer, "code");
        if (!answer.json()->isNull("next")) path = "/admin/invitations?limit=2&cursor=" + next(answer);
    }
    CPPUNIT_ASSERT_EQUAL(all, paged);
    const std::string code = all.substr(0, all.find(';'));
    assertStatus(200, ann.ask("DELETE", "/admin/invitations/" + code));
    assertFault(404, "not_found", ann.ask("DELETE", "/admin/invitations/" + code));
    for (const char* none : {"x", "' OR 1=1 --", "\xff", "a\nb"})
        assertFault(404, "not_found", ann.ask("DELETE", "/admin/invitations/"s + none));
    CPPUNIT_ASSERT_EQUAL(std::size_t(4), itemsOf(ann.get("/admin/invitations"))->size());
}

SPEC(RecordAdministration, sums_ones_own_calls_and_for_admins_all) {
    asked(benBrowser, "one two three");
    asked(benBrowser, "one");
    asked(ann, "one");
    const auto own = itemsOf(benBrowser.get("/admin/me/usage"));
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), own->size());
    CPPUNIT_ASSERT_EQUAL(2, own->getObject(0)->getValue<int>("calls"));
    CPPUNIT_ASSERT_EQUAL(std::size_t(10), own->getObject(0)->getValue<std::string>("day").size());
    CPPUNIT_ASSERT_EQUAL("echo;"s, each(benBrowser.get("/admin/me/usage?by=day%2Cmodel"), "model"));
    CPPUNIT_ASSERT_EQUAL("2;"s, each(benBrowser.get("/admin/me/usage?by=model"), "calls"));
    CPPUNIT_ASSERT_EQUAL("3;"s, each(ann.get("/admin/usage"), "calls"));
    CPPUNIT_ASSERT_EQUAL("ann;ben;"s, each(ann.get("/admin/usage?by=user"), "user"));
    CPPUNIT_ASSERT_EQUAL("2;"s, each(ann.get("/admin/usage?by=model&user_id=" + idOf("ben")), "calls"));
    CPPUNIT_ASSERT_EQUAL("2;"s, each(benBrowser.get("/admin/me/usage?user_id=" + idOf("ann")), "calls"));  // still his
    assertFault(400, "invalid_value", benBrowser.get("/admin/me/usage?by=user"), "by");
    assertFault(400, "invalid_value", ann.get("/admin/usage?by=hour"), "by");
    assertFault(400, "invalid_value", ann.get("/admin/usage?since=2026-01-02&until=2026-01-01"), "until");
    CPPUNIT_ASSERT_EQUAL(""s, each(ann.get("/admin/usage?since=2020-01-01&until=2020-01-31"), "calls"));
    assertStatus(200, benBrowser.get("/admin/me/usage?since=2020-01-01&until=2020-12-31"));  // 366 days
    assertFault(400, "invalid_value", benBrowser.get("/admin/me/usage?since=2020-01-01&until=2021-01-01"), "since");
    assertFault(400, "invalid_value", benBrowser.get("/admin/me/usage?since=2020-01-01"), "since");
    assertStatus(200, ann.get("/admin/usage?since=2020-01-01&until=2021-01-01"));
    const auto range = ann.get("/admin/usage?since=2020-01-01&until=2020-01-31").json();
    CPPUNIT_ASSERT_EQUAL("2020-01-01"s, range->getValue<std::string>("since"));
    CPPUNIT_ASSERT_EQUAL("2020-01-31"s, range->getValue<std::string>("until"));
}

SPEC(RecordAdministration, pages_through_the_ledger_with_filters) {
    for (int i = 0; i < 3; ++i) asked(benBrowser, "one");
    asked(ann, "one");
    CPPUNIT_ASSERT_EQUAL("ann;ben;ben;ben;"s, each(ann.get("/admin/ledger"), "user"));
    const auto first = ann.get("/admin/ledger?user=ben&limit=2");
    CPPUNIT_ASSERT_EQUAL("3;2;"s, each(first, "id"));
    const auto rest = ann.get("/admin/ledger?user=ben&limit=2&cursor=" + next(first));
    CPPUNIT_ASSERT_EQUAL("1;"s, each(rest, "id"));
    CPPUNIT_ASSERT(rest.json()->isNull("next"));
    CPPUNIT_ASSERT_EQUAL("4;"s, each(ann.get("/admin/ledger?model=echo&user_id=" + idOf("ann")), "id"));
    for (const char* none : {"model=other", "user=%27%20OR%201%3D1%20--", "since=2999-01-01", "until=2001-01-01"})
        CPPUNIT_ASSERT_EQUAL(""s, each(ann.get("/admin/ledger?"s + none), "id"));
    const auto entry = itemsOf(first)->getObject(0);
    CPPUNIT_ASSERT_EQUAL("complete"s, entry->getValue<std::string>("outcome"));
    CPPUNIT_ASSERT_EQUAL("/v1/chat/completions"s, entry->getValue<std::string>("route"));
}

SPEC(RecordAdministration, pages_through_the_audit_log_with_filters) {
    ann.post("/admin/users/" + idOf("ben") + "/disable");
    ann.post("/admin/users/" + idOf("ben") + "/enable");
    CPPUNIT_ASSERT_EQUAL("enabled;disabled;"s, each(ann.get("/admin/audit?actor=ann"), "event"));
    const auto first = ann.get("/admin/audit?user=ben&limit=1");
    CPPUNIT_ASSERT_EQUAL("enabled;"s, each(first, "event"));
    CPPUNIT_ASSERT_EQUAL("disabled;"s, each(ann.get("/admin/audit?user=ben&limit=1&cursor=" + next(first)), "event"));
    CPPUNIT_ASSERT_EQUAL("ben;ann;"s, each(ann.get("/admin/audit?event=login&since=2020-01-01&limit=2"), "user"));
    CPPUNIT_ASSERT_EQUAL(""s, each(ann.get("/admin/audit?until=2020-01-01"), "user"));
    const auto entry = itemsOf(first)->getObject(0);
    CPPUNIT_ASSERT_EQUAL("ann"s, entry->getValue<std::string>("actor"));
    CPPUNIT_ASSERT_EQUAL("192.0.2.1"s, entry->getValue<std::string>("address"));
}

SPEC(RecordAdministration, looks_for_what_has_no_index_in_31_days_and_by_the_index_of_the_times) {
    asked(benBrowser, "one");
    for (const char* table : {"ledger", "audit"}) site.sql("UPDATE "s + table + " SET at_ms = at_ms - 32 * 86400000");
    for (const char* filter : {"model=echo", "user=ben"}) {
        CPPUNIT_ASSERT_EQUAL(""s, each(ann.get("/admin/ledger?"s + filter), "id"));
        CPPUNIT_ASSERT_EQUAL("1;"s, each(ann.get("/admin/ledger?since=2020-01-01&"s + filter), "id"));
    }
    CPPUNIT_ASSERT_EQUAL("1;"s, each(ann.get("/admin/ledger?model=echo&user_id=" + idOf("ben")), "id"));
    CPPUNIT_ASSERT_EQUAL("1;"s, each(ann.get("/admin/ledger"), "id"));
    CPPUNIT_ASSERT_EQUAL(""s, each(ann.get("/admin/audit?event=login"), "user"));
    CPPUNIT_ASSERT_EQUAL("ben;ann;ben;ann;"s, each(ann.get("/admin/audit?event=login&since=2020-01-01"), "user"));
    CPPUNIT_ASSERT_EQUAL("ben;ben;"s, each(ann.get("/admin/audit?event=login&user=ben"), "user"));

    LedgerQuestion byModel, byUser;
    byModel.model = "echo";
    byUser.userId = 1;
    AuditQuestion byActor;
    byActor.actor = "ann";
    assertSays(planOf(site.database(), pageStatement(byModel)), "ledger_by_time (at_ms>? AND at_ms<?)");
    assertSays(planOf(site.database(), pageStatement(byUser)), "ledger_by_user (user_id=? AND at_ms>? AND at_ms<?)");
    assertSays(planOf(site.database(), pageStatement(byActor)), "audit_by_time (at_ms>? AND at_ms<?)");
}

SPEC(RecordAdministration, shows_models_with_their_settings_and_no_secret) {
    Site other([](Config& config) {
        install(badPlugin("keyed"), config.pluginDirs.front());
        config.models["m"] = {"keyed", {{"api_key", "most secret"}, {"pin", "7"}}};
    });
    other.sql("UPDATE users SET is_admin = 1");
    Browser browser(other);
    browser.signIn("ann");
    const auto answer = browser.get("/admin/models");
    assertSays(each(answer, "name"), "m;");
    CPPUNIT_ASSERT(answer.text().find("most secret") == std::string::npos);
    assertSays(answer.text(), R"x("value":"(set)")x");
    CPPUNIT_ASSERT(answer.text().find("\"file\"") == std::string::npos);
    CPPUNIT_ASSERT(answer.json()->getArray("findings"));
}

SPEC(RecordAdministration, says_what_is_wrong_with_plugins_and_not_where_they_lie) {
    std::string folder;
    Site other([&](Config& config) {
        folder = config.pluginDirs.front();
        std::filesystem::create_directories(folder);
        std::ofstream(folder + "/broken.so") << "no plugin";
    });
    other.sql("UPDATE users SET is_admin = 1");
    Browser browser(other);
    browser.signIn("ann");
    const auto answer = browser.get("/admin/models");
    assertSays(answer.text(), "plugin broken.so: ");
    CPPUNIT_ASSERT_MESSAGE(answer.text(), answer.text().find(folder) == std::string::npos);
    CPPUNIT_ASSERT_MESSAGE(answer.text(), answer.text().find('/') == std::string::npos);
}

SPEC(RecordAdministration, says_that_no_manager_is_there_and_not_where) {
    for (const auto& answer : {ann.get("/admin/status"), ann.post("/admin/reload")}) {
        assertFault(503, "busy", answer);
        CPPUNIT_ASSERT(answer.text().find(".sock") == std::string::npos);
    }
    assertSays(site.log(), "manager.sock");
}

}  // namespace
