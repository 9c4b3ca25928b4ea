#include "auth/accounts.h"

#include <atomic>
#include <set>
#include <string>
#include <vector>

#include "support/spec.h"
#include "unit/account_book.h"

using namespace aiproject;
using namespace aiproject::test;

namespace {

AuthConfig granting(std::int64_t tokens, std::int64_t pictures) {
    AuthConfig config;
    config.newTokens = tokens;
    config.newPicTimes = pictures;
    return config;
}

const std::vector<std::string> kHostileNames{
    "' OR '1'='1", "a'); DROP TABLE users; --", "\"; SELECT 1; \"", "%", "_", "?1", "%s%n", "ann", "Ann", "ánn"};

}  // namespace

SPEC(AccountBook, registers_logs_in_and_identifies) {
    const User registered = registerNamed("李小龙");
    const SignIn signIn = accounts.login("李小龙", kPassword);
    const User user = accounts.identify(signIn.uuid, "李小龙");
    for (const User& seen : {registered, signIn.user, user}) {
        CPPUNIT_ASSERT_EQUAL(std::int64_t(1), seen.id);
        CPPUNIT_ASSERT_EQUAL(std::string("李小龙"), seen.name);
        CPPUNIT_ASSERT_EQUAL(std::int64_t(-1), seen.tokens);
        CPPUNIT_ASSERT_EQUAL(std::int64_t(-1), seen.picTimes);
        CPPUNIT_ASSERT_EQUAL(kKey.tagFor(1), seen.tag);
    }
    CPPUNIT_ASSERT_EQUAL(signIn.uuid, accounts.login("李小龙", kPassword).uuid);
}

SPEC(AccountBook, keeps_what_was_sent_and_never_a_password_or_uuid) {
    accounts.registerUser({" ann ", kPassword, " a@example.org ", " X院 "});
    const std::string uuid = accounts.login("ann", kPassword).uuid;
    CPPUNIT_ASSERT_EQUAL(std::string("1|ann|a@example.org|X院|0|0"),
                         text("SELECT id||'|'||name||'|'||email||'|'||academy||'|'||epoch||'|'||disabled FROM users"));
    const std::string bytes = readFile(dir.file("accounts.db")) + readFile(dir.file("accounts.db-wal"));
    assertSays(bytes, "a@example.org");
    CPPUNIT_ASSERT(bytes.find(kPassword) == std::string::npos);
    CPPUNIT_ASSERT(bytes.find(uuid) == std::string::npos);
}

SPEC(AccountBook, refuses_a_bad_registration_with_the_reason) {
    const Error refused = expectError(ErrorKind::registrationRefused, [&] {
        accounts.registerUser({"ann", "short", "a@example.org", ""});
    });
    CPPUNIT_ASSERT_EQUAL(std::string("the password has fewer than 8 characters"), refused.forClient());
    CPPUNIT_ASSERT_EQUAL(std::string("0"), text("SELECT COUNT(*) FROM users"));
}

SPEC(AccountBook, refuses_a_name_that_is_taken) {
    registerNamed("ann");
    expectError(ErrorKind::nameTaken, [&] { registerNamed(" ann\u3000"); });
    accounts.login("ann", kPassword);
}

SPEC(AccountBook, keeps_hostile_names_apart) {
    std::set<std::string> uuids;
    for (const std::string& name : kHostileNames) registerNamed(name);
    for (const std::string& name : kHostileNames) {
        const SignIn signIn = accounts.login(name, kPassword);
        CPPUNIT_ASSERT_EQUAL(name, signIn.user.name);
        CPPUNIT_ASSERT_EQUAL(name, accounts.identify(signIn.uuid, name).name);
        uuids.insert(signIn.uuid);
    }
    CPPUNIT_ASSERT_EQUAL(kHostileNames.size(), uuids.size());
    CPPUNIT_ASSERT_EQUAL(std::to_string(kHostileNames.size()), text("SELECT COUNT(*) FROM users"));
}

SPEC(AccountBook, answers_hostile_input_at_login_and_identify_as_wrong) {
    registerNamed("ann");
    const std::string uuid = accounts.login("ann", kPassword).uuid;
    for (const std::string& text : {std::string(), std::string("ann\0", 4), std::string("\0ann", 4),
                                    std::string("\xff\xfe"), std::string("a' OR 1=1 --"), std::string("ANN"),
                                    std::string("ann%"), std::string(100'000, 'a'), std::string(2'000, ' ') + "ann"}) {
        assertLoginRefused(text, kPassword);
        assertLoginRefused("ann", text);
        assertUnknown(uuid, text);
        assertUnknown(text, "ann");
        forgetFailures();
    }
}

SPEC(AccountBook, answers_a_wrong_name_and_a_wrong_password_alike) {
    registerNamed("ann");
    const Error wrongName = expectError(ErrorKind::loginRefused, [&] { accounts.login("bob", kPassword); });
    const Error wrongPassword = expectError(ErrorKind::loginRefused, [&] { accounts.login("ann", "wrong horse"); });
    CPPUNIT_ASSERT_EQUAL(wrongName.forClient(), wrongPassword.forClient());
}

SPEC(AccountBook, takes_names_and_passwords_with_white_space_around_them) {  // as the original's clients may send
    accounts.registerUser({"ann", "  " + kPassword + "\u3000", "a@example.org", ""});
    const SignIn signIn = accounts.login(" ann\n", "\t" + kPassword);
    CPPUNIT_ASSERT_EQUAL(std::string("ann"), accounts.identify(signIn.uuid, "ann ").name);
}

SPEC(AccountBook, tells_a_disabled_account_only_to_its_owner) {
    registerNamed("ann");
    const std::string uuid = accounts.login("ann", kPassword).uuid;
    change("UPDATE users SET disabled = 1");
    assertLoginRefused("ann", "wrong horse");
    expectError(ErrorKind::notAllowed, [&] { accounts.login("ann", kPassword); });
    assertUnknown(kKey.uuidFor(2, 0), "ann");
    expectError(ErrorKind::notAllowed, [&] { accounts.identify(uuid, "ann"); });
}

SPEC(AccountBook, knows_a_user_by_both_uuid_and_name) {
    registerNamed("ann");
    registerNamed("bob");
    const std::string uuid = accounts.login("ann", kPassword).uuid;
    assertUnknown(uuid, "bob");
    assertUnknown(uuid, "eve");
    assertUnknown(kKey.uuidFor(0, 0), "eve");  // the id that stands in for an unknown name
    assertUnknown(kKey.tagFor(1), "ann");
    change("UPDATE users SET epoch = epoch + 1 WHERE name = 'ann'");
    assertUnknown(uuid, "ann");
    accounts.identify(accounts.login("ann", kPassword).uuid, "ann");
}

SPEC(AccountBook, gives_the_id_of_a_removed_user_to_nobody) {
    registerNamed("ann");
    const std::string uuid = accounts.login("ann", kPassword).uuid;
    change("DELETE FROM users");
    CPPUNIT_ASSERT_EQUAL(std::int64_t(2), registerNamed("ann").id);
    assertUnknown(uuid, "ann");
}

SPEC(AccountBook, strengthens_a_weak_hash_at_the_next_login) {
    registerNamed("ann");
    Accounts stronger(database, kKey, AuthConfig{}, {6, 2, 1});
    const auto prefix = [&] { return text("SELECT substr(password, 1, 20) FROM users"); };
    expectError(ErrorKind::loginRefused, [&] { stronger.login("ann", "wrong horse"); });
    CPPUNIT_ASSERT_EQUAL(std::string("$scrypt$ln=4,r=1,p=1"), prefix());
    stronger.login("ann", kPassword);
    CPPUNIT_ASSERT_EQUAL(std::string("$scrypt$ln=6,r=2,p=1"), prefix());
    accounts.login("ann", kPassword);  // the weaker setting takes nothing back
    CPPUNIT_ASSERT_EQUAL(std::string("$scrypt$ln=6,r=2,p=1"), prefix());
}

SPEC(AccountBook, lets_in_whose_hash_cannot_be_strengthened_and_counts_no_failure) {
    registerNamed("ann");
    change("CREATE TRIGGER full BEFORE UPDATE OF password ON users BEGIN SELECT RAISE(ABORT, 'full'); END");
    Accounts stronger(database, kKey, AuthConfig{}, {6, 2, 1});
    const Origin home{"192.0.2.1", "request"};
    for (int i = 0; i < 5; ++i) stronger.login("ann", kPassword, home);
    CPPUNIT_ASSERT_EQUAL(std::string("0"), text("SELECT SUM(failures) FROM login_attempts"));
    change("DROP TRIGGER full");
    stronger.login("ann", kPassword, home);
    CPPUNIT_ASSERT_EQUAL(std::string("$scrypt$ln=6,r=2,p=1"), text("SELECT substr(password, 1, 20) FROM users"));
}

SPEC(AccountBook, keeps_a_newer_password_when_an_older_hash_is_strengthened) {
    registerNamed("ann");
    UserStore store(database);
    const StoredUser seen = *store.find("ann");
    change("UPDATE users SET password = 'newer'");
    store.replacePasswordHash(seen, "strengthened");
    CPPUNIT_ASSERT_EQUAL(std::string("newer"), text("SELECT password FROM users"));
}

SPEC(AccountBook, says_internal_for_a_tampered_hash) {
    registerNamed("ann");
    change("UPDATE users SET password = '$scrypt$ln=30,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$' || substr(password, -43)");
    expectError(ErrorKind::internal, [&] { accounts.login("ann", kPassword); });
}

SPEC(AccountBook, grants_what_is_configured) {
    Accounts granted(database, kKey, granting(100, 2), kCheap);
    granted.registerUser({"ann", kPassword, "a@example.org", ""});
    const User ann = granted.login("ann", kPassword).user;
    CPPUNIT_ASSERT_EQUAL(std::int64_t(100), ann.tokens);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(2), ann.picTimes);
}

SPEC(AccountBook, gives_a_name_to_one_of_two_at_the_same_instant) {
    for (int round = 0; round < 50; ++round) {
        const std::string name = "ann" + std::to_string(round);
        std::atomic<int> won{0};
        std::atomic<int> taken{0};
        together(2, [&](int) {
            try {
                registerNamed(name);
                ++won;
            } catch (const Error& e) {
                if (e.kind() == ErrorKind::nameTaken) ++taken;
            }
        });
        CPPUNIT_ASSERT_EQUAL(1, won.load());
        CPPUNIT_ASSERT_EQUAL(1, taken.load());
    }
    CPPUNIT_ASSERT_EQUAL(std::string("50"), text("SELECT COUNT(*) FROM users"));
}

SPEC(AccountBook, maps_the_constraint_when_the_first_look_came_too_early) {
    UserStore store(database);
    store.insert({"ann", "hash", "a@example.org", ""});
    expectError(ErrorKind::nameTaken, [&] { store.insert({"ann", "hash", "a@example.org", ""}); });
    expectError(ErrorKind::internal, [&] { store.insert({"bob", "hash", "a@example.org", "", -7, 0}); });
}

SPEC(AccountBook, serves_sixteen_threads_of_two_processes_without_a_locked_database) {
    Database other(databaseAt(dir.file("accounts.db")));  // as another process's
    Accounts others(other, kKey, AuthConfig{}, kCheap);
    together(16, [&](int index) {
        Accounts& book = index % 2 ? accounts : others;
        for (int round = 0; round < 10; ++round) {
            const std::string name = "user " + std::to_string(index) + "." + std::to_string(round);
            const User user = book.registerUser({name, kPassword, "a@example.org", ""});
            const SignIn signIn = accounts.login(name, kPassword);
            CPPUNIT_ASSERT_EQUAL(user.id, others.identify(signIn.uuid, name).id);
        }
    });
    CPPUNIT_ASSERT_EQUAL(std::string("160"), text("SELECT COUNT(*) FROM users"));
}
