// What users change about themselves: password, uuid, balances.
#include <atomic>
#include <string>

#include "auth/invitations.h"
#include "support/spec.h"
#include "unit/account_book.h"

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

const std::string kImportedMd5 = "d74d984bce7c409e6957c40decf8e0d4";  // of "secret of 2023"

struct AccountChange : AccountBook {
    AccountChange() { registerNamed("ann"); }

    std::string entry(const std::string& event) {
        return text(
            "SELECT user_name || ' ' || address || ' ' || request_id || ' ' || detail FROM audit"
            " WHERE event = '" +
            event + "' LIMIT 1");
    }
    void offer(const std::string& code, const Grant& grant, std::int64_t uses = -1) {
        Invitation invitation;
        invitation.code = code;
        invitation.grant = grant;
        invitation.usesLeft = uses;
        Invitations(database).add(invitation);
    }
};

}  // namespace

SPEC(AccountChange, of_a_password_ends_every_older_uuid) {
    const std::string old = accounts.login("ann", kPassword).uuid;
    const std::string uuid = accounts.changePassword("ann", kPassword, " battery staple ", kHome).uuid;
    assertUnknown(old, "ann");
    accounts.identify(uuid, "ann");
    assertLoginRefused("ann", kPassword);
    CPPUNIT_ASSERT_EQUAL(uuid, accounts.login("ann", "battery staple").uuid);
    CPPUNIT_ASSERT_EQUAL("ann 192.0.2.1 request-1 "s, entry("password"));
}

SPEC(AccountChange, of_a_password_needs_the_right_one_and_is_guarded_like_a_login) {
    const std::string uuid = accounts.login("ann", kPassword).uuid;
    for (int i = 0; i < 10; ++i) {
        change("UPDATE login_attempts SET blocked_ms = 0");
        expectError(ErrorKind::loginRefused,
                    [&] { accounts.changePassword("ann", "wrong horse", "battery staple", kHome); });
    }
    expectError(ErrorKind::tooManyRequests, [&] { accounts.login("ann", kPassword, kHome); });
    expectError(ErrorKind::tooManyRequests,
                [&] { accounts.changePassword("ann", kPassword, "battery staple", kHome); });
    accounts.identify(uuid, "ann");
    assertSays(entry("login_failed"), "wrong password");
}

SPEC(AccountChange, of_a_password_to_a_weak_one_is_refused) {
    const Error refused =
        expectError(ErrorKind::registrationRefused, [&] { accounts.changePassword("ann", kPassword, "short", kHome); });
    assertSays(refused.forClient(), "8 characters");
    accounts.login("ann", kPassword);
}

SPEC(AccountChange, of_a_password_is_refused_to_a_disabled_account) {
    change("UPDATE users SET disabled = 1");
    expectError(ErrorKind::notAllowed, [&] { accounts.changePassword("ann", kPassword, "battery staple"); });
}

SPEC(AccountChange, of_a_password_is_won_by_one_of_two_at_the_same_instant) {
    std::atomic<int> won{0};
    together(4, [&](int index) {
        try {
            accounts.changePassword("ann", kPassword, "battery staple " + std::to_string(index));
            ++won;
        } catch (const Error& e) {
            CPPUNIT_ASSERT_EQUAL_MESSAGE(e.what(), int(ErrorKind::loginRefused), int(e.kind()));
        }
    });
    CPPUNIT_ASSERT_EQUAL(1, won.load());
    CPPUNIT_ASSERT_EQUAL("1"s, text("SELECT epoch FROM users"));
}

SPEC(AccountChange, of_a_uuid_ends_the_old_one_and_keeps_the_password) {
    const std::string old = accounts.login("ann", kPassword).uuid;
    const SignIn signIn = accounts.rotate(accounts.identify(old, "ann"), kHome);
    assertUnknown(old, "ann");
    CPPUNIT_ASSERT_EQUAL(signIn.user.epoch, accounts.identify(signIn.uuid, "ann").epoch);
    CPPUNIT_ASSERT_EQUAL(signIn.uuid, accounts.login("ann", kPassword).uuid);
    CPPUNIT_ASSERT_EQUAL("ann 192.0.2.1 request-1 "s, entry("rotated"));
}

SPEC(AccountChange, of_a_uuid_is_won_by_one_of_two_who_have_it) {
    const User user = accounts.identify(accounts.login("ann", kPassword).uuid, "ann");
    accounts.rotate(user);
    expectError(ErrorKind::userUnknown, [&] { accounts.rotate(user); });
    CPPUNIT_ASSERT_EQUAL("1"s, text("SELECT epoch FROM users"));
}

SPEC(AccountChange, by_an_invitation_adds_to_what_is_left_once) {
    change("UPDATE users SET tokens = 5, pic_times = 0");
    offer("ABCDEFGHJKMNPQRS", {100, 2, 60});
    const User ann = accounts.identify(accounts.login("ann", kPassword).uuid, "ann");
    const User richer = accounts.redeem(ann, " ABCDEFGHJKMNPQRS\n", kHome);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(105), richer.tokens);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(2), richer.picTimes);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(-1), richer.voiceSeconds);
    CPPUNIT_ASSERT_EQUAL("ann 192.0.2.1 request-1 invitation ABCD...: tokens +100 = 105, pic_times +2 = 2"s,
                         entry("redeemed"));
    const Error again =
        expectError(ErrorKind::registrationRefused, [&] { accounts.redeem(ann, "ABCDEFGHJKMNPQRS", kHome); });
    assertSays(again.forClient(), "used by this account already");
    CPPUNIT_ASSERT_EQUAL("105"s, text("SELECT tokens FROM users"));
    assertSays(entry("redeem_refused"), "used by this account already");
}

SPEC(AccountChange, by_an_invitation_that_is_used_up_or_none_is_refused) {
    offer("ABCDEFGHJKMNPQRS", {100, 2, 60}, 1);
    registerNamed("bob");
    change("UPDATE users SET tokens = 0");
    accounts.redeem(accounts.login("bob", kPassword).user, "ABCDEFGHJKMNPQRS");
    const User ann = accounts.login("ann", kPassword).user;
    for (const std::string& code : {"ABCDEFGHJKMNPQRS"s, ""s, "nothing"s, "\xff"s, "a\0b"s, std::string(100'000, 'A')})
        expectError(ErrorKind::registrationRefused, [&] { accounts.redeem(ann, code); });
    CPPUNIT_ASSERT_EQUAL("0"s, text("SELECT uses_left FROM invitations"));
}

SPEC(AccountChange, by_an_invitation_at_the_same_instant_counts_once) {
    change("UPDATE users SET tokens = 0");
    offer("ABCDEFGHJKMNPQRS", {100, 2, 60});
    const User ann = accounts.login("ann", kPassword).user;
    std::atomic<int> won{0};
    together(8, [&](int) {
        try {
            accounts.redeem(ann, "ABCDEFGHJKMNPQRS");
            ++won;
        } catch (const Error& e) {
            CPPUNIT_ASSERT_EQUAL_MESSAGE(e.what(), int(ErrorKind::registrationRefused), int(e.kind()));
        }
    });
    CPPUNIT_ASSERT_EQUAL(1, won.load());
    CPPUNIT_ASSERT_EQUAL("100"s, text("SELECT tokens FROM users"));
}

SPEC(AccountChange, replaces_a_wrapped_MD5_by_a_plain_scrypt_at_the_first_login) {
    const std::string wrapped = PasswordHasher(kCheap).wrapMd5(kImportedMd5);
    change("UPDATE users SET password = '" + wrapped + "'");
    assertLoginRefused("ann", "wrong horse");
    assertLoginRefused("ann", kImportedMd5);
    const std::string uuid = accounts.login("ann", " secret of 2023 ").uuid;
    CPPUNIT_ASSERT_EQUAL("$scrypt$"s, text("SELECT substr(password, 1, 8) FROM users"));
    CPPUNIT_ASSERT_EQUAL(uuid, accounts.login("ann", "secret of 2023").uuid);
}
