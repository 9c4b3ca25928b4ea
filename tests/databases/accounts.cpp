// Accounts, the guard of their door, invitations and the operator's view, on each database and from two hosts.
#include "auth/accounts.h"

#include "auth/user_directory.h"
#include "databases/databases.h"
#include "support/account_ids.h"
#include "support/temp_dir.h"
#include "unit/expect.h"

#include <atomic>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

const Origin kHome{"192.0.2.1", "request-1"};
const std::string kPassword = "correct horse";
const std::string kCode = "ABCDEFGHJKMNPQRS";
using Kind = BalanceStep::Kind;

struct Door : CppUnit::TestCase {
    TempDir dir;
};

struct AccountHost {
    Database database;
    Accounts accounts;

    explicit AccountHost(const std::string& url, const AuthConfig& config = {})
        : database(configOf(url)), accounts(database, CredentialKey({1, 2, 3, 4}), config, kCheap) {
        migrate(database);
    }
    void add(const std::string& name) { accounts.registerUser({name, kPassword, "a@example.org", ""}); }
    User user(const std::string& name) { return accounts.login(name, kPassword).user; }
    void assertIs(std::int64_t expected, const std::string& select) {
        CPPUNIT_ASSERT_EQUAL_MESSAGE(select, expected, number(database, select));
    }
    void assertFailures(std::int64_t expected, const std::string& subject) {
        assertIs(expected, "SELECT COALESCE(SUM(failures), 0) FROM login_attempts WHERE subject = '" + subject + "'");
    }
    void endPauses() { change(database, "UPDATE login_attempts SET blocked_ms = 0"); }
    void fail(const std::string& name, const Origin& origin = kHome) {
        expectError(ErrorKind::loginRefused, [&] { accounts.login(name, "wrong horse", origin); });
    }
    void offer(std::int64_t uses) {
        Invitation invitation;
        invitation.code = kCode;
        invitation.grant = {100, 2, 60};
        invitation.usesLeft = uses;
        Invitations(database).add(invitation);
    }
};

// How many of `count` at once succeed; the others are refused as `kind`.
int winners(int count, ErrorKind kind, const std::function<void(int)>& work) {
    std::atomic<int> won{0};
    together(count, [&](int index) {
        try {
            work(index);
            ++won;
        } catch (const Error& e) {
            CPPUNIT_ASSERT_EQUAL_MESSAGE(e.what(), int(kind), int(e.kind()));
        }
    });
    return won;
}

}  // namespace

ON_EACH_DATABASE(Door, sees_an_account_through_its_life) {
    AccountHost host(url), other(url);
    const User made = host.accounts.registerUser({"王小明 \U0001F600", kPassword, "a@example.org", "physics"}, kHome);
    const std::string name = made.name;
    CPPUNIT_ASSERT(made.id > 0 && made.created.size() == 20 && made.created.back() == 'Z');
    expectError(ErrorKind::nameTaken, [&] { other.add(name); });
    const std::string first = host.accounts.login(name, kPassword, kHome).uuid;
    const SignIn second = other.accounts.rotate(other.accounts.identify(first, name), kHome);
    expectError(ErrorKind::userUnknown, [&] { host.accounts.identify(first, name); });
    CPPUNIT_ASSERT_EQUAL("physics"s, host.accounts.identify(second.uuid, name).academy);
    const std::string third = host.accounts.changePassword(name, kPassword, "battery staple", kHome).uuid;
    expectError(ErrorKind::userUnknown, [&] { other.accounts.identify(second.uuid, name); });
    expectError(ErrorKind::loginRefused, [&] { other.accounts.login(name, kPassword, kHome); });
    CPPUNIT_ASSERT_EQUAL(third, other.accounts.login(name, "battery staple", kHome).uuid);
    change(host.database, "UPDATE users SET disabled = 1");
    expectError(ErrorKind::notAllowed, [&] { other.accounts.identify(third, name); });
}

ON_EACH_DATABASE(Door, gives_a_name_to_one_of_many_who_want_it_at_once) {
    AccountHost one(url), other(url);
    CPPUNIT_ASSERT_EQUAL(1, winners(8, ErrorKind::nameTaken, [&](int i) { (i % 2 == 0 ? one : other).add("ann"); }));
    one.assertIs(1, "SELECT COUNT(*) FROM users");
}

ON_EACH_DATABASE(Door, lets_one_of_many_change_a_password_at_once) {
    AccountHost one(url), other(url);
    one.add("ann");
    // Three: each attempt counts as failed until it has succeeded, and the fourth would have to wait.
    CPPUNIT_ASSERT_EQUAL(1, winners(3, ErrorKind::loginRefused, [&](int i) {
                             const std::string next = "battery staple " + std::to_string(i);
                             (i % 2 == 0 ? one : other).accounts.changePassword("ann", kPassword, next);
                         }));
    one.assertIs(1, "SELECT epoch FROM users");
}

ON_EACH_DATABASE(Door, gives_a_look_to_one_of_many_who_want_it_at_once) {
    AccountHost one(url), other(url);
    const std::vector<std::string> names{"admin", "\u0430dmin", "adm\u0456n", "\u0430dm\u0456n"};
    CPPUNIT_ASSERT_EQUAL(1, winners(8, ErrorKind::registrationRefused, [&](int i) {
                             if (i >= 4) throw Error(ErrorKind::registrationRefused, "no more");
                             (i % 2 == 0 ? one : other).add(names[std::size_t(i)]);
                         }));
    one.assertIs(1, "SELECT COUNT(*) FROM users");
}

ON_EACH_DATABASE(Door, knows_the_looks_of_those_from_before) {
    AccountHost host(url);
    for (const std::string name : {"adm\u200bin", "\u0430dmin", "Zoe\u0308"})
        UserStore(host.database).insert({name, PasswordHasher(kCheap).hash(kPassword), "a@example.org", ""});
    expectError(ErrorKind::registrationRefused, [&] { host.add("admin"); });
    expectError(ErrorKind::nameTaken, [&] { host.add("Zo\u00eb"); });
    for (const std::string name : {"adm\u200bin", "\u0430dmin", "Zoe\u0308", "Zo\u00eb"}) host.user(name);
    host.assertIs(0, "SELECT COUNT(*) FROM users WHERE look_alike IS NULL");
    host.assertIs(3, "SELECT COUNT(*) FROM users WHERE older_twin = id");
    host.add("ann");
    host.assertIs(1, "SELECT COUNT(*) FROM users WHERE older_twin = 0");
}

ON_EACH_DATABASE(Door, counts_registrations_of_an_address_on_all_hosts) {
    AccountHost one(url), other(url);
    for (int i = 0; i < 21; ++i)
        (i % 2 == 0 ? one : other)
            .accounts.registerUser({"user" + std::to_string(i), kPassword, "a@example.org", ""}, kHome);
    one.assertFailures(21, "register:192.0.2.1");
    change(one.database, "UPDATE login_attempts SET blocked_ms = last_ms + 29000 WHERE blocked_ms > last_ms");
    for (AccountHost* host : {&one, &other}) {
        const Error slowed = expectError(ErrorKind::tooManyRequests, [&] {
            host->accounts.registerUser({"more", kPassword, "a@example.org", ""}, kHome);
        });
        CPPUNIT_ASSERT(slowed.retryAfter() >= 1 && slowed.retryAfter() <= 29);
    }
    other.accounts.registerUser({"more", kPassword, "a@example.org", ""}, {"192.0.2.2", "request-2"});
}

ON_EACH_DATABASE(Door, gives_the_last_uses_of_an_invitation_to_no_more) {
    AccountHost one(url), other(url);
    std::vector<User> users;
    for (int i = 0; i < 8; ++i) {
        one.add("user" + std::to_string(i));
        users.push_back(one.user("user" + std::to_string(i)));
    }
    change(one.database, "UPDATE users SET tokens = 0");
    one.offer(3);
    CPPUNIT_ASSERT_EQUAL(3, winners(8, ErrorKind::registrationRefused, [&](int i) {
                             (i % 2 == 0 ? one : other).accounts.redeem(users[std::size_t(i)], kCode, kHome);
                         }));
    one.assertIs(300, "SELECT SUM(tokens) FROM users");
    one.assertIs(3, "SELECT COUNT(*) FROM invitation_uses");
    one.assertIs(5, "SELECT COUNT(*) FROM audit WHERE event = 'redeem_refused'");
}

ON_EACH_DATABASE(Door, gives_an_invitation_without_end_once_to_each) {
    AccountHost one(url), other(url);
    one.add("ann");
    change(one.database, "UPDATE users SET tokens = 0");
    one.offer(-1);
    const User ann = one.user("ann");
    CPPUNIT_ASSERT_EQUAL(1, winners(8, ErrorKind::registrationRefused,
                                    [&](int i) { (i % 2 == 0 ? one : other).accounts.redeem(ann, kCode); }));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(100), one.user("ann").tokens);
}

ON_EACH_DATABASE(Door, lets_in_no_more_than_were_invited) {
    AuthConfig config;
    config.registration = RegistrationMode::invitation;
    AccountHost one(url, config), other(url, config);
    one.offer(2);
    CPPUNIT_ASSERT_EQUAL(
        2, winners(6, ErrorKind::registrationRefused, [&](int i) {
            (i % 2 == 0 ? one : other)
                .accounts.registerUser({"user" + std::to_string(i), kPassword, "a@example.org", "", kCode});
        }));
    one.assertIs(2, "SELECT COUNT(*) FROM users");
}

ON_EACH_DATABASE(Door, waits_twice_as_long_after_each_failure) {
    AccountHost host(url);
    for (const int pauseMs : {0, 0, 0, 1000, 2000, 4000}) {
        host.fail("nobody");
        host.assertIs(pauseMs,
                      "SELECT CASE WHEN blocked_ms > last_ms THEN blocked_ms - last_ms ELSE 0 END"
                      " FROM login_attempts WHERE subject = 'name:nobody'");
        host.endPauses();
    }
}

ON_EACH_DATABASE(Door, lets_no_more_guesses_through_because_they_come_at_once_to_two_hosts) {
    AccountHost one(url), other(url);
    one.add("ann");
    for (int i = 0; i < 10; ++i) {
        one.fail("ann");
        one.endPauses();
    }
    std::atomic<int> judged{0};
    CPPUNIT_ASSERT_EQUAL(0, winners(16, ErrorKind::tooManyRequests, [&](int i) {
                             try {
                                 (i % 2 == 0 ? one : other).accounts.login("ann", "wrong horse", kHome);
                             } catch (const Error& e) {
                                 if (e.kind() != ErrorKind::loginRefused) throw;
                                 ++judged;
                                 throw Error(ErrorKind::tooManyRequests, "judged");
                             }
                         }));
    CPPUNIT_ASSERT_EQUAL(1, judged.load());
    one.assertFailures(11, "name:ann");
}

ON_EACH_DATABASE(Door, counts_successes_that_come_at_once_from_one_address_as_no_failure) {
    AccountHost one(url), other(url);
    for (int i = 0; i < 3; ++i) one.add("user" + std::to_string(i));
    for (int round = 0; round < 3; ++round)
        together(
            3, [&](int i) { (i % 2 == 0 ? one : other).accounts.login("user" + std::to_string(i), kPassword, kHome); });
    one.assertFailures(0, "address:192.0.2.1");
    for (int i = 0; i < 3; ++i) one.assertFailures(0, "name:user" + std::to_string(i));
    one.assertIs(9, "SELECT COUNT(*) FROM audit WHERE event = 'login'");
}

ON_EACH_DATABASE(Door, is_shown_to_the_operator) {
    AccountHost host(url);
    UserDirectory directory(host.database, {});
    const auto namesOf = [&](const AccountFilter& filter) {
        std::string names;
        for (const AccountView& account : directory.list(filter)) names += account.name + ";";
        return names;
    };
    for (const char* name : {"Ann", "joanna", "100%", "a_b", "a!b", "axb", "王小明"})
        directory.add({name, "$scrypt$", "a@example.org", "", 100, -1, -1});
    CPPUNIT_ASSERT_EQUAL("100%;Ann;a!b;a_b;axb;joanna;王小明;"s, namesOf({}));
    CPPUNIT_ASSERT_EQUAL("a!b;a_b;"s, namesOf({"", "Ann", false, 2}));
    CPPUNIT_ASSERT_EQUAL("Ann;joanna;"s, namesOf({"aNN", "", false, 9}));
    CPPUNIT_ASSERT_EQUAL("100%;"s, namesOf({"%", "", false, 9}));
    CPPUNIT_ASSERT_EQUAL("a_b;"s, namesOf({"a_b", "", false, 9}));
    CPPUNIT_ASSERT_EQUAL("a!b;"s, namesOf({"!", "", false, 9}));
    change(host.database, "UPDATE users SET calls_held = 4 WHERE name = 'Ann'");
    change(
        host.database,
        "INSERT INTO audit (at_ms, event, user_name, address, request_id, detail) VALUES"
        " (1000, 'login', 'Ann', '', '', ''), (2000, 'login', 'Ann', '', '', ''), (3000, 'login', 'ann', '', '', '')");
    const AccountView ann = directory.find("Ann").value();
    CPPUNIT_ASSERT(ann.lastLoginMs == 2000 && ann.callsHeld == 4 && ann.tokens == 100 && ann.createdAt.back() == 'Z');
    CPPUNIT_ASSERT(!directory.find("ann"));
    CPPUNIT_ASSERT(directory.setDisabled(idOf(directory, "Ann"), true) &&
                   directory.setDisabled(idOf(directory, "Ann"), true));
    CPPUNIT_ASSERT_EQUAL("Ann;"s, namesOf({"", "", true, 9}));
    CPPUNIT_ASSERT(directory.remove(idOf(directory, "Ann")) && !directory.find("Ann") &&
                   !directory.remove(idOf(directory, "Ann")));
    directory.add({"Ann", "$scrypt$", "a@example.org", "", 100, -1, -1});
    CPPUNIT_ASSERT(directory.find("Ann")->id > ann.id);
    std::string events;
    for (const AuditEntry& entry : Audit(host.database).newest("Ann", 4)) events += entry.event + ";";
    CPPUNIT_ASSERT_EQUAL("registered;deleted;disabled;disabled;"s, events);
}

ON_EACH_DATABASE(Door, loses_no_grant_when_many_come_at_once) {
    AccountHost one(url), other(url);
    UserDirectory(one.database, {}).add({"ann", "", "", "", 0, 7, 1});
    together(8, [&](int index) {
        UserDirectory directory((index % 2 == 0 ? one : other).database, {});
        for (int i = 0; i < 5; ++i)
            directory.grant(idOf(directory, "ann"), {{Kind::add, 3}, {Kind::add, -1}, {Kind::add, 9}}, "test");
    });
    const AccountView ann = UserDirectory(one.database, {}).find("ann").value();
    CPPUNIT_ASSERT_EQUAL(std::int64_t(120), ann.tokens);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), ann.picTimes);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(361), ann.voiceSeconds);
    UserDirectory directory(one.database, {});
    directory.grant(ann.id, {{Kind::set, -1}, {Kind::set, 5'000'000'000'000}, {}}, "test");
    CPPUNIT_ASSERT_EQUAL(std::int64_t(5'000'000'000'000), UserDirectory(other.database, {}).find("ann")->picTimes);
}
