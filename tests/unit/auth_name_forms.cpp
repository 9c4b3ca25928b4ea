// Names and passwords in other Unicode forms, and names that people cannot tell apart.
#include "auth/look_alikes.h"

#include <atomic>
#include <string>
#include <vector>

#include "auth/text_forms.h"
#include "auth/user_directory.h"
#include "support/account_ids.h"
#include "support/spec.h"
#include "unit/account_book.h"

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

const std::string kComposed = "Zo\u00eb", kDecomposed = "Zoe\u0308";
const std::string kPass = "corr\u00e9ct horse", kPassDecomposed = "corre\u0301ct horse";

struct NamedAccounts : AccountBook {
    // A row as programs from before the rule wrote it.
    void addOld(const std::string& name, const std::string& password = kPassword) {
        UserStore(database).insert({name, PasswordHasher(kCheap).hash(password), "a@example.org", ""});
        change("UPDATE users SET look_alike = NULL, older_twin = 0 WHERE look_alike IS NULL");
    }
    void assertRefused(const std::string& name) {
        const Error refused = expectError(ErrorKind::registrationRefused, [&] { registerNamed(name); });
        CPPUNIT_ASSERT_EQUAL_MESSAGE(name, "the user name looks like another one that is taken"s, refused.forClient());
    }
};

}  // namespace

SPEC(NamedAccounts, are_one_in_each_form_of_a_name) {
    registerNamed(kDecomposed);
    CPPUNIT_ASSERT_EQUAL(kComposed, text("SELECT name FROM users"));
    for (const std::string& form : {kComposed, kDecomposed}) {
        expectError(ErrorKind::nameTaken, [&] { registerNamed(form); });
        const SignIn signIn = accounts.login(form, kPassword);
        CPPUNIT_ASSERT_EQUAL(kComposed, signIn.user.name);
        CPPUNIT_ASSERT_EQUAL(kComposed, accounts.identify(signIn.uuid, form).name);
        CPPUNIT_ASSERT_EQUAL(kComposed, UserDirectory(database, {}).meantBy(form));
    }
}

SPEC(NamedAccounts, are_one_with_each_kind_of_space) {
    registerNamed("ann\u3000 lee");
    CPPUNIT_ASSERT_EQUAL("ann  lee"s, text("SELECT name FROM users"));
    accounts.login("ann\u00a0\u2003lee", kPassword);
    accounts.login("ann\u3000 lee", kPassword);
    assertRefused("ann lee");  // people do not see how many spaces there are
}

SPEC(NamedAccounts, from_before_are_found_by_their_own_bytes_first) {
    addOld(kDecomposed);
    expectError(ErrorKind::nameTaken, [&] { registerNamed(kComposed); });
    CPPUNIT_ASSERT_EQUAL(kDecomposed, accounts.login(kDecomposed, kPassword).user.name);
    CPPUNIT_ASSERT_EQUAL(kDecomposed, accounts.login(kComposed, kPassword).user.name);
    addOld(kComposed, "another horse");
    accounts.login(kDecomposed, kPassword);
    accounts.login(kComposed, "another horse");
    expectError(ErrorKind::loginRefused, [&] { accounts.login(kComposed, kPassword); });
}

SPEC(NamedAccounts, from_before_get_in_whatever_their_name_is) {
    for (const std::string& name : {"adm\u200bin"s, "\u200b\u200b"s, "a\u200fb"s, "\u202eevil"s, "a  b"s, "\u0301"s}) {
        addOld(name);
        const SignIn signIn = accounts.login(name, kPassword);
        CPPUNIT_ASSERT_EQUAL(name, accounts.identify(signIn.uuid, name).name);
    }
}

SPEC(NamedAccounts, get_in_with_a_password_in_any_form) {
    accounts.registerUser({"ann", kPassDecomposed, "a@example.org", ""});
    accounts.login("ann", kPass);
    accounts.login("ann", kPassDecomposed);
    accounts.changePassword("ann", kPass, "no\u00a0break\u3000spaces");
    accounts.login("ann", "no break spaces");
    accounts.login("ann", "no\u3000break\u00a0spaces");
}

SPEC(NamedAccounts, from_before_get_in_with_the_bytes_of_their_password) {
    addOld("ann", kPassDecomposed);
    addOld("ben", std::string(8, '\0'));
    addOld("eve", "zero\u200bwidth");
    accounts.login("ann", kPassDecomposed);
    accounts.login("ben", std::string(8, '\0'));
    accounts.login("eve", "zero\u200bwidth");
}

SPEC(NamedAccounts, share_their_failures_in_all_forms_of_a_name) {
    for (const std::string& form : {kComposed, kDecomposed, kComposed, kDecomposed})
        expectError(ErrorKind::loginRefused, [&] { accounts.login(form, "wrong horse", {}); });
    CPPUNIT_ASSERT_EQUAL("4"s, text("SELECT failures FROM login_attempts WHERE subject = 'name:" + kComposed + "'"));
}

SPEC(NamedAccounts, that_look_alike_are_registered_once) {
    registerNamed("admin");
    for (const std::string& name : {"\u0430dmin"s, "\uff41dmin"s, "adrnin"s, "adm\u0456n"s}) assertRefused(name);
    registerNamed("Admin");
    registerNamed("\u0421\u0430\u0440\u0430");  // Сара
    assertRefused("Capa");
    CPPUNIT_ASSERT_EQUAL("3"s, text("SELECT COUNT(*) FROM users"));
}

SPEC(NamedAccounts, that_nobody_can_see_are_registered_never) {
    registerNamed("admin");
    for (const std::string& name : {"adm\u200bin"s, "\u200b\u200b\u200b"s, "\u2800"s, "\u3164"s, "admi\u0307n"s})
        expectError(ErrorKind::registrationRefused, [&] { registerNamed(name); });
}

SPEC(NamedAccounts, from_before_have_no_newer_twins) {
    addOld("adm\u200bin");
    addOld("\u0430dmin");  // two that look alike stay
    assertRefused("admin");
    CPPUNIT_ASSERT_EQUAL("0"s, text("SELECT COUNT(*) FROM users WHERE look_alike IS NULL"));
    UserDirectory directory(database, {});
    directory.remove(idOf(directory, "adm\u200bin"));
    assertRefused("admin");
    directory.remove(idOf(directory, "\u0430dmin"));
    registerNamed("admin");
}

SPEC(NamedAccounts, from_before_get_in_although_their_form_is_too_long_for_a_new_one) {
    std::string name;
    for (int i = 0; i < 26; ++i) name += "\u095c";  // two characters in NFC
    addOld(name);
    accounts.identify(accounts.login(name, kPassword).uuid, name);
    expectError(ErrorKind::registrationRefused, [&] { registerNamed(name); });
}

SPEC(NamedAccounts, from_before_are_compared_a_few_at_a_time) {
    for (int i = 1; i <= 130; ++i)
        change(
            "INSERT INTO users (id, name, password, email, academy, tokens, pic_times, voice_seconds)"
            " VALUES (" +
            std::to_string(i) + ", 'user" + std::to_string(1000 + i) + "', 'hash', '', '', 0, 0, 0)");
    const auto left = [&] { return text("SELECT COUNT(*) FROM users WHERE look_alike IS NULL"); };
    change("CREATE TRIGGER cut BEFORE UPDATE ON users WHEN NEW.id = 26 BEGIN SELECT RAISE(ABORT, 'cut'); END");
    CPPUNIT_ASSERT_THROW(LookAlikes(database).complete(), ConstraintViolation);
    CPPUNIT_ASSERT_EQUAL("105"s, left());  // a transaction was through
    change("DROP TRIGGER cut");
    expectError(ErrorKind::databaseBusy, [&] { registerNamed("ann"); });
    CPPUNIT_ASSERT_EQUAL("5"s, left());
    registerNamed("ann");
    CPPUNIT_ASSERT_EQUAL("0"s, left());
    change("UPDATE users SET look_alike = NULL, older_twin = 0");
    LookAlikes(database).complete();
    CPPUNIT_ASSERT_EQUAL("0"s, left());
}

SPEC(NamedAccounts, that_look_alike_are_one_of_many_who_come_at_once) {
    const std::vector<std::string> names{"admin", "\u0430dmin", "adm\u0456n", "\u0430dm\u0456n"};
    for (int round = 0; round < 10; ++round) {
        std::atomic<int> won{0};
        together(4, [&](int index) {
            try {
                registerNamed(names[std::size_t(index)] + std::to_string(round));
                ++won;
            } catch (const Error& e) {
                CPPUNIT_ASSERT_EQUAL_MESSAGE(e.what(), int(ErrorKind::registrationRefused), int(e.kind()));
            }
        });
        CPPUNIT_ASSERT_EQUAL(1, won.load());
    }
}

SPEC(NamedAccounts, of_an_operator_follow_the_same_rule) {
    registerNamed("admin");
    UserRecord record{"\u0430dmin", "hash", "a@example.org", ""};
    record.lookAlike = lookAlikeKey(record.name);
    expectError(ErrorKind::registrationRefused, [&] { UserDirectory(database, {}).add(record); });
}
