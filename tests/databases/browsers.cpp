// Sessions of browsers and the lists of /admin/* on each database, as two hosts see them. The rules themselves are in
// tests/unit/auth_browser_sessions.cpp and routes_admin_*.cpp.
#include "auth/accounts.h"
#include "auth/user_directory.h"
#include "billing/ledger_pages.h"
#include "billing/usage_report.h"
#include "databases/databases.h"
#include "support/account_ids.h"
#include "support/temp_dir.h"
#include "unit/expect.h"

#include <set>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

const Origin kBrowser{"192.0.2.1", "request-1"};
const Origin kAdmin{"192.0.2.2", "request-2", "the \u738b\U0001F600 admin"};
const std::string kSecret = "correct horse";

struct Browsers : CppUnit::TestCase {
    TempDir dir;
};

struct BrowserHost {
    Database database;
    Accounts accounts;
    UserDirectory directory{database, {}, kAdmin};

    explicit BrowserHost(const std::string& url)
        : database(configOf(url)), accounts(database, CredentialKey({1, 2, 3, 4}), {}, kCheap) {
        migrate(database);
    }
    void add(const std::string& name) { accounts.registerUser({name, kSecret, "a@example.org", ""}); }
    BrowserSignIn signIn(const std::string& name) { return accounts.signIn(name, kSecret, kBrowser); }
    std::int64_t read(const std::string& select) { return number(database, select); }
    void bill(int call, std::int64_t user, const std::string& model, std::int64_t atMs) {
        const std::string id = std::to_string(call);
        change(
            database,
            "INSERT INTO ledger (call_id, at_ms, user_id, user_name, model, route, kind, tokens_in, tokens_out,"
            " tokens, pictures, voice_seconds, charged_tokens, charged_pictures, charged_voice_seconds, milliseconds,"
            " outcome, basis, request_id, upstream_id) VALUES ('" +
                id + "', " + std::to_string(atMs) + ", " + std::to_string(user) + ", 'ann', '" + model +
                "', 'r', 'text', 1, 2, 3, 0, 0, 0, 0, 0, 9, 'complete',"
                " 'reported', 'q" +
                id + "', '')");
    }
};

template <class Rows, class Id>
std::string idsOf(const Rows& rows, const Id& id) {
    std::string ids;
    for (const auto& row : rows) ids += std::to_string(id(row)) + ";";
    return ids;
}

}  // namespace

ON_EACH_DATABASE(Browsers, hold_a_session_on_all_hosts_until_it_ends_everywhere) {
    BrowserHost one(url), other(url);
    one.add("ann");
    const BrowserSignIn first = one.signIn("ann");
    CPPUNIT_ASSERT(!other.accounts.identifySession(first.token).user.isAdmin);
    CPPUNIT_ASSERT(other.directory.grant(idOf(other.directory, "ann"), {{}, {}, {}, {}, true}, "admin"));
    CPPUNIT_ASSERT(one.accounts.identifySession(first.token).user.isAdmin);
    CPPUNIT_ASSERT(one.directory.find("ann")->isAdmin);
    const BrowserSignIn second = other.signIn("ann");
    const User ann = second.user.user;
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), one.accounts.sessions().list(ann.id, ann.epoch).size());
    CPPUNIT_ASSERT_EQUAL(
        1, one.accounts.sessions().endOthers(ann.id, second.user.session.id, {"sessions_ended", "ann", {}}));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), one.read("SELECT COUNT(*) FROM audit WHERE detail = '1 sessions'"));
    expectError(ErrorKind::userUnknown, [&] { other.accounts.identifySession(first.token); });
    CPPUNIT_ASSERT(one.directory.rotate(idOf(one.directory, "ann")));
    expectError(ErrorKind::userUnknown, [&] { other.accounts.identifySession(second.token); });
    const BrowserSignIn third = one.signIn("ann");
    CPPUNIT_ASSERT(other.directory.setDisabled(idOf(other.directory, "ann"), true) &&
                   other.directory.setDisabled(idOf(other.directory, "ann"), false));
    expectError(ErrorKind::userUnknown, [&] { one.accounts.identifySession(third.token); });
    CPPUNIT_ASSERT_EQUAL(std::int64_t(3), one.read("SELECT COUNT(*) FROM audit WHERE event = 'login' AND actor = ''"));
}

ON_EACH_DATABASE(Browsers, have_twenty_sessions_of_one_user_however_many_come_at_once) {
    BrowserHost one(url), other(url);
    one.add("ann");
    const StoredUser ann = UserStore(one.database).find("ann").value();
    together(BrowserSessions::kMost + 8, [&](int index) {
        BrowserHost& host = index % 2 == 0 ? one : other;
        host.database.write(
            [&](Poco::Data::Session& session) { host.accounts.sessions().begin(session, ann, "192.0.2.1"); });
    });
    CPPUNIT_ASSERT_EQUAL(std::int64_t(BrowserSessions::kMost), one.read("SELECT COUNT(*) FROM browser_sessions"));
    change(one.database, "UPDATE browser_sessions SET used_ms = 5");
    one.database.write([](Poco::Data::Session& session) { BrowserSessions::removeOld(session, 1'800'000'000'000); });
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), one.read("SELECT COUNT(*) FROM browser_sessions"));
}

ON_EACH_DATABASE(Browsers, page_through_what_is_on_record) {
    BrowserHost host(url);
    for (int call = 1; call <= 5; ++call) host.bill(call, call == 3 ? 2 : 1, call < 5 ? "m" : "n", call * 86'400'000LL);
    LedgerQuestion ledger;
    ledger.limit = 2;
    ledger.userId = 1;
    const auto id = [](const LedgerRow& row) { return row.id; };
    CPPUNIT_ASSERT_EQUAL("5;4;"s, idsOf(ledgerPage(host.database, ledger), id));
    ledger.beforeId = 4;
    CPPUNIT_ASSERT_EQUAL("2;1;"s, idsOf(ledgerPage(host.database, ledger), id));
    ledger.model = "m";
    ledger.user = "ann";
    ledger.sinceMs = 86'400'001;
    ledger.untilMs = 4 * 86'400'000LL;
    CPPUNIT_ASSERT_EQUAL("2;"s, idsOf(ledgerPage(host.database, ledger), id));
    ledger.user = "' OR 1=1 --";
    CPPUNIT_ASSERT_EQUAL(""s, idsOf(ledgerPage(host.database, ledger), id));

    UsageQuestion usage{UsageBy::dayAndModel, "", 0, 10 * 86'400'000LL, 1};
    std::string sums;
    for (const UsageSum& sum : sumsOf(host.database, usage))
        sums += sum.day + " " + sum.subject + " " + std::to_string(sum.tokens) + ";";
    CPPUNIT_ASSERT_EQUAL("1970-01-02 m 3;1970-01-03 m 3;1970-01-05 m 3;1970-01-06 n 3;"s, sums);
    usage.mostRows = 3;
    CPPUNIT_ASSERT_EQUAL(std::size_t(3), sumsOf(host.database, usage).size());

    Audit audit(host.database);
    for (const char* event : {"login", "granted", "login"}) audit.add({event, "ann", kAdmin});
    AuditQuestion question;
    question.actor = kAdmin.actor;
    question.event = "login";
    question.limit = 1;
    const auto newest = audit.page(question);
    CPPUNIT_ASSERT(newest.size() == 1 && newest[0].origin.actor == kAdmin.actor);
    question.beforeId = newest[0].id;
    question.sinceMs = 5;
    question.untilMs = newest[0].atMs + 1'000'000;
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), audit.page(question).size());
    question.user = "ben";
    CPPUNIT_ASSERT(audit.page(question).empty());
}

ON_EACH_DATABASE(Browsers, page_through_keys_invitations_and_users) {
    BrowserHost host(url);
    for (const char* name : {"ann", "ben", "\u738b\u5c0f\u660e"}) host.add(name);
    for (const int user : {1, 2, 1}) host.accounts.keys().add({user, "name"}, {}, kAdmin);
    const auto id = [](const ApiKey& key) { return key.id; };
    CPPUNIT_ASSERT_EQUAL("3;2;"s, idsOf(host.accounts.keys().page({0, 99, 2}), id));
    CPPUNIT_ASSERT_EQUAL("1;"s, idsOf(host.accounts.keys().page({1, 3, 2}), id));

    Invitations invitations(host.database, kAdmin);
    CPPUNIT_ASSERT_EQUAL(std::size_t(500), invitations.make({}, 500).size());
    std::set<std::string> codes;
    InvitationPage page;
    page.limit = 200;
    for (int count = 0; count < 3; ++count) {
        const auto rows = invitations.page(page);
        for (const Invitation& row : rows) codes.insert(row.code);
        page.beforeMs = rows.back().createdMs;
        page.beforeCode = rows.back().code;
    }
    CPPUNIT_ASSERT_EQUAL(std::size_t(500), codes.size());
    CPPUNIT_ASSERT(invitations.page(page).empty());
    CPPUNIT_ASSERT_EQUAL(std::int64_t(500), host.read("SELECT COUNT(*) FROM audit WHERE event = 'invitation_added'"));

    CPPUNIT_ASSERT_EQUAL("ben"s, host.directory.find(2)->name);
    CPPUNIT_ASSERT(!host.directory.find(9));
    host.directory.grant(idOf(host.directory, "ben"), {{}, {}, {}, {}, true}, "admin");
    AccountFilter admins;
    admins.adminsOnly = true;
    CPPUNIT_ASSERT_EQUAL("2;"s, idsOf(host.directory.list(admins), [](const AccountView& view) { return view.id; }));
}
