// Who may register: auth.registration, and invitation codes.
#include <atomic>
#include <string>

#include "auth/invitations.h"
#include "base/unix_time.h"
#include "support/spec.h"
#include "unit/account_book.h"

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

const std::string kCode = "ABCDEFGHJKMNPQRS";

AuthConfig inMode(RegistrationMode mode) {
    AuthConfig config;
    config.registration = mode;
    config.newTokens = 10;
    config.newPicTimes = 0;
    config.newVoiceSeconds = 30;
    return config;
}

struct Admission : AccountBook {
    Accounts closed{database, kKey, inMode(RegistrationMode::closed), kCheap};
    Accounts invited{database, kKey, inMode(RegistrationMode::invitation), kCheap};
    Accounts open{database, kKey, inMode(RegistrationMode::open), kCheap};

    static NewUser user(const std::string& name, const std::string& code, const std::string& academy = "") {
        return {name, kPassword, "a@example.org", academy, code};
    }
    void offer(Invitation invitation) {
        invitation.code = kCode;
        invitation.grant = {100, 2, 60, invitation.grant.money};
        Invitations(database).add(invitation);
    }
    std::string refusalOf(Accounts& door, const NewUser& user) {
        return expectError(ErrorKind::registrationRefused, [&] { door.registerUser(user, kHome); }).forClient();
    }
    std::string users() { return text("SELECT COUNT(*) FROM users"); }
};

}  // namespace

SPEC(Admission, is_refused_to_everybody_while_closed_and_tells_nothing_of_names) {
    registerNamed("ann");
    const std::string sentence = refusalOf(closed, user("ann", ""));
    assertSays(sentence, "closed");
    CPPUNIT_ASSERT_EQUAL(sentence, refusalOf(closed, user("nobody", kCode)));
    CPPUNIT_ASSERT_EQUAL(sentence, refusalOf(closed, user("\xff", "")));
    CPPUNIT_ASSERT_EQUAL("1"s, users());
}

SPEC(Admission, needs_a_code_where_the_operator_wishes_and_tells_no_names_without) {
    registerNamed("ann");
    offer({});
    assertSays(refusalOf(invited, user("nobody", "")), "needs an invitation code");
    CPPUNIT_ASSERT_EQUAL(refusalOf(invited, user("nobody", " ")), refusalOf(invited, user("ann", "")));
    CPPUNIT_ASSERT_EQUAL(refusalOf(invited, user("nobody", "WRONG")), refusalOf(invited, user("ann", "WRONG")));
    expectError(ErrorKind::nameTaken, [&] { invited.registerUser(user("ann", kCode)); });
    CPPUNIT_ASSERT_EQUAL("1"s, users());
}

SPEC(Admission, grants_what_the_code_adds_to_what_a_new_user_gets) {
    offer({});
    const User bob = invited.registerUser(user("bob", " " + kCode + " "), kHome);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(110), bob.tokens);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(2), bob.picTimes);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(90), bob.voiceSeconds);
    CPPUNIT_ASSERT_EQUAL(
        "bob 192.0.2.1 request-1 tokens 10, pic_times 0, voice_seconds 30; invitation ABCD...: "
        "tokens +100 = 110, pic_times +2 = 2, voice_seconds +60 = 90"s,
        text("SELECT user_name || ' ' || address || ' ' || request_id || ' ' || detail FROM audit "
             "WHERE event = 'registered'"));
    const User eve = open.registerUser(user("eve", kCode));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(110), eve.tokens);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(10), open.registerUser(user("max", "")).tokens);
}

SPEC(Admission, grants_money_to_who_has_a_limit_of_it) {
    Invitation invitation;
    invitation.grant.money = 500;
    offer(invitation);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(-1), invited.registerUser(user("rich", kCode)).money);
    AuthConfig config = inMode(RegistrationMode::invitation);
    config.newMoney = 0;
    Accounts paid{database, kKey, config, kCheap};
    CPPUNIT_ASSERT_EQUAL(std::int64_t(500), paid.registerUser(user("bob", kCode)).money);
    assertSays(text("SELECT detail FROM audit WHERE event = 'registered' AND user_name = 'bob'"), "money +500 = 500");
    change("UPDATE invitations SET money = -1");
    CPPUNIT_ASSERT_EQUAL(std::int64_t(-1), paid.registerUser(user("eve", kCode)).money);
}

SPEC(Admission, is_refused_with_the_reason_and_makes_no_user) {
    Invitation invitation;
    invitation.endsMs = unixMilliseconds() - 1;
    offer(invitation);
    assertSays(refusalOf(invited, user("bob", kCode)), "expired");
    assertSays(refusalOf(open, user("bob", kCode)), "expired");
    change("UPDATE invitations SET ends_ms = 0, begins_ms = 9000000000000");
    assertSays(refusalOf(invited, user("bob", kCode)), "not valid yet");
    change("UPDATE invitations SET begins_ms = 0, academy = 'X'");
    assertSays(refusalOf(invited, user("bob", kCode, "Y")), "another academy");
    invited.registerUser(user("bob", kCode, " X "));
    change("UPDATE invitations SET uses_left = 0");
    assertSays(refusalOf(invited, user("eve", kCode, "X")), "used up");
    assertSays(refusalOf(invited, user("eve", "\xff")), "invitation code is not valid UTF-8");
    assertSays(refusalOf(invited, user("eve", std::string(100'000, 'A'))), "too long");
    CPPUNIT_ASSERT_EQUAL("1"s, users());
    CPPUNIT_ASSERT_EQUAL("5"s, text("SELECT COUNT(*) FROM audit WHERE event = 'registration_refused'"));
    assertSilentOf(text("SELECT group_concat(detail) FROM audit"), kCode);
}

SPEC(Admission, is_for_one_of_many_who_come_at_once_with_the_last_use) {
    Invitation invitation;
    invitation.usesLeft = 1;
    offer(invitation);
    std::atomic<int> won{0};
    together(8, [&](int index) {
        try {
            invited.registerUser(user("user " + std::to_string(index), kCode));
            ++won;
        } catch (const Error& e) {
            CPPUNIT_ASSERT_EQUAL_MESSAGE(e.what(), int(ErrorKind::registrationRefused), int(e.kind()));
        }
    });
    CPPUNIT_ASSERT_EQUAL(1, won.load());
    CPPUNIT_ASSERT_EQUAL("1"s, users());
}

SPEC(Admission, refuses_also_when_that_cannot_be_recorded_and_admits_nobody_then) {
    change("DROP TABLE audit");
    expectError(ErrorKind::internal, [&] { open.registerUser(user("bob", "")); });
    assertSays(refusalOf(invited, user("bob", "")), "needs an invitation code");
    CPPUNIT_ASSERT_EQUAL("0"s, users());
}
