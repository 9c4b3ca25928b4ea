#include "auth/login_guard.h"

#include <atomic>
#include <sstream>
#include <string>
#include <vector>

#include "base/unix_time.h"
#include "support/spec.h"
#include "unit/account_book.h"

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

const Origin kStranger{"198.51.100.7", "request-2"};

struct GuardedDoor : AccountBook {
    GuardedDoor() {
        registerNamed("ann");
        registerNamed("bob");
    }

    void fail(const std::string& name, const Origin& origin) {
        expectError(ErrorKind::loginRefused, [&] { accounts.login(name, "wrong horse", origin); });
    }
    void fail(int times, const std::string& name, const Origin& origin) {
        for (int i = 0; i < times; ++i) fail(name, origin);
    }
    // Names that nobody has, so that the address alone has failed often.
    void failByAnyName(int times, const Origin& origin) {
        for (int i = 0; i < times; ++i) fail("any " + std::to_string(names_++), origin);
    }
    // A pause that has begun lasts 29 s from here on: however slow the machine is, it sees it.
    void stretchPauses() {
        change("UPDATE login_attempts SET blocked_ms = " + std::to_string(unixMilliseconds() / 2 * 2 + 29000) +
               " WHERE blocked_ms > 0 AND blocked_ms % 2 = 0");  // odd: in the audit log, and seen
    }
    Error slowed(const std::string& name, const Origin& origin) {
        stretchPauses();
        return expectError(ErrorKind::tooManyRequests, [&] { accounts.login(name, kPassword, origin); });
    }
    std::string pause(const std::string& subject) {
        return text("SELECT MAX(blocked_ms - last_ms, 0) FROM login_attempts WHERE subject = '" + subject + "'");
    }
    void endPauses() { change("UPDATE login_attempts SET blocked_ms = 0"); }
    void age(const std::string& milliseconds) {
        change("UPDATE login_attempts SET last_ms = last_ms - " + milliseconds + ", blocked_ms = blocked_ms - " +
               milliseconds);
    }
    std::string failures(const std::string& subject) {
        return text("SELECT failures FROM login_attempts WHERE subject = '" + subject + "'");
    }
    std::string events(const std::string& event) {
        return text("SELECT COUNT(*) FROM audit WHERE event = '" + event + "'");
    }

private:
    int names_ = 0;
};

}  // namespace

SPEC(GuardedDoor, lets_three_failures_of_a_name_pass_and_then_waits_twice_as_long_each_time) {
    for (const std::string& pauseMs : {"0"s, "0"s, "0"s, "1000"s, "2000"s, "4000"s, "8000"s, "16000"s, "30000"s}) {
        fail("nobody", kHome);
        CPPUNIT_ASSERT_EQUAL(pauseMs, pause("name:nobody"));
        endPauses();
    }
}

SPEC(GuardedDoor, lets_twenty_failures_of_an_address_pass_and_then_waits_twice_as_long_each_time) {
    failByAnyName(20, kHome);
    CPPUNIT_ASSERT_EQUAL("0"s, pause("address:192.0.2.1"));
    for (const std::string& pauseMs : {"1000"s, "2000"s, "4000"s, "8000"s, "16000"s, "32000"s, "64000"s}) {
        failByAnyName(1, kHome);
        CPPUNIT_ASSERT_EQUAL(pauseMs, pause("address:192.0.2.1"));
        endPauses();
    }
}

SPEC(GuardedDoor, lets_a_class_in_that_comes_at_once_behind_one_address) {
    LoginGuard guard(database, std::chrono::seconds(300));
    std::vector<LoginGuard::Attempt> begun;
    begun.reserve(12);
    for (int i = 0; i < 12; ++i) begun.push_back(guard.admit("student " + std::to_string(i), kHome));
    for (const auto& attempt : begun) guard.succeed(attempt, [](Poco::Data::Session&) {});
    CPPUNIT_ASSERT_EQUAL("0"s, failures("address:192.0.2.1"));
    CPPUNIT_ASSERT_EQUAL("0"s, events("login_slowed"));
}

SPEC(GuardedDoor, refuses_the_right_password_while_it_waits) {
    fail(4, "ann", kHome);
    slowed("ann", kHome);
    endPauses();
    accounts.login("ann", kPassword, kHome);
}

SPEC(GuardedDoor, says_when_to_come_back_and_the_same_of_a_name_that_nobody_has) {
    for (const std::string& name : {"ann"s, "nobody"s}) {
        fail(4, name, {});
        const Error refused = slowed(name, {});
        CPPUNIT_ASSERT(refused.retryAfter() >= 1 && refused.retryAfter() <= 29);
        CPPUNIT_ASSERT_EQUAL(
            "too many failed logins; please try again in " + std::to_string(refused.retryAfter()) + " s",
            refused.forClient());
    }
}

SPEC(GuardedDoor, waits_no_longer_for_an_address_than_the_operator_says) {
    for (int i = 0; i < 70; ++i) {
        endPauses();
        fail("x" + std::to_string(i), kHome);
    }
    CPPUNIT_ASSERT_EQUAL("300000"s, pause("address:192.0.2.1"));
    AuthConfig config;
    config.loginDelayMax = std::chrono::seconds(20);
    Accounts impatient(database, kKey, config, kCheap);
    endPauses();
    expectError(ErrorKind::loginRefused, [&] { impatient.login("ann", "wrong horse", kHome); });
    CPPUNIT_ASSERT_EQUAL("20000"s, pause("address:192.0.2.1"));
}

SPEC(GuardedDoor, locks_no_owner_out_for_longer_than_30_s_whoever_fails) {
    for (int i = 0; i < 40; ++i) {
        endPauses();
        fail("ann", {"198.51.100." + std::to_string(i), "request"});
    }
    CPPUNIT_ASSERT_EQUAL("30000"s, pause("name:ann"));
    CPPUNIT_ASSERT(slowed("ann", kHome).retryAfter() <= 30);  // from where she never came in
}

SPEC(GuardedDoor, locks_no_owner_out_for_longer_than_30_s_when_a_neighbour_fails_her_name_at_her_address) {
    accounts.login("ann", kPassword, kHome);
    for (int i = 0; i < 20; ++i) {
        endPauses();
        fail("ann", kHome);
    }
    CPPUNIT_ASSERT_EQUAL("30000"s, pause("login:192.0.2.1 ann"));
    CPPUNIT_ASSERT(slowed("ann", kHome).retryAfter() <= 30);
}

SPEC(GuardedDoor, lets_an_owner_in_where_she_came_in_before_whatever_strangers_do) {
    accounts.login("ann", kPassword, kHome);
    fail(4, "ann", kStranger);
    slowed("ann", kStranger);
    accounts.login("ann", kPassword, kHome);
    // Nor a neighbour at her own address who tries other names.
    failByAnyName(21, kHome);
    slowed("bob", kHome);
    accounts.login("ann", kPassword, kHome);
    slowed("ann", kStranger);  // her success is none of the stranger's
}

SPEC(GuardedDoor, slows_guesses_from_where_the_owner_came_in_as_well) {
    accounts.login("ann", kPassword, kHome);
    fail(4, "ann", kHome);
    slowed("ann", kHome);
    CPPUNIT_ASSERT_EQUAL("4"s, failures("login:192.0.2.1 ann"));
    CPPUNIT_ASSERT_EQUAL(""s, failures("name:ann"));
}

SPEC(GuardedDoor, knows_an_owner_for_90_days) {
    accounts.login("ann", kPassword, kHome);
    fail(4, "ann", kStranger);
    const auto daysLater = [&](int days) {
        change("UPDATE login_attempts SET last_ms = last_ms - 86400000 * " + std::to_string(days) +
               " WHERE subject LIKE 'known:%'");
    };
    daysLater(89);
    stretchPauses();
    fail("ann", kHome);  // refused for its password
    daysLater(2);
    slowed("ann", kHome);
}

SPEC(GuardedDoor, keeps_a_known_name_with_a_sign_apart_from_a_known_address) {
    registerNamed("192.0.2.1 ann");
    accounts.login("192.0.2.1 ann", kPassword, {});
    CPPUNIT_ASSERT_EQUAL("0"s, text("SELECT COUNT(*) FROM login_attempts WHERE subject LIKE 'known:%'"));
}

SPEC(GuardedDoor, clears_the_account_and_not_the_address_after_a_success) {
    fail(2, "nobody", kHome);
    fail(1, "ann", kHome);
    accounts.login("ann", kPassword, kHome);
    CPPUNIT_ASSERT_EQUAL(""s, failures("name:ann"));
    CPPUNIT_ASSERT_EQUAL("3"s, failures("address:192.0.2.1"));
    failByAnyName(18, kHome);
    slowed("nobody", kHome);
}

SPEC(GuardedDoor, counts_many_successes_of_one_address_as_no_failure) {
    for (int i = 0; i < 10; ++i) {
        const std::string name = "student " + std::to_string(i);
        registerNamed(name);
        accounts.login(name, kPassword, kHome);
    }
    CPPUNIT_ASSERT_EQUAL("0"s, failures("address:192.0.2.1"));
}

SPEC(GuardedDoor, counts_an_IPv6_client_by_its_64) {
    for (int i = 0; i < 21; ++i) fail("name " + std::to_string(i), {"2001:db8:1:2::" + std::to_string(i + 1), "r"});
    slowed("ann", {"2001:db8:1:2:3:4:5:6", "r"});
    fail("ann", {"2001:db8:1:3::1", "r"});
}

SPEC(GuardedDoor, counts_an_IPv6_customer_by_the_56_and_48_as_well) {
    const auto from = [](int network) {
        std::ostringstream group;
        group << std::hex << network;
        return Origin{"2001:db8:1:" + group.str() + "::1", "r"};
    };
    for (int i = 0; i < 81; ++i) failByAnyName(1, from(i));
    slowed("ann", from(200));
    fail("ann", from(0x100));
    endPauses();
    for (int i = 0; i < 239; ++i) failByAnyName(1, from(0x1000 + i * 256));  // 82 are counted already
    slowed("bob", from(0x100));
    fail("bob", {"2001:db8:2::1", "r"});
}

SPEC(GuardedDoor, slows_the_registrations_of_an_address) {
    const auto add = [&](const std::string& name, const Origin& origin) {
        accounts.registerUser({name, kPassword, "a@example.org", ""}, origin);
    };
    for (int i = 0; i < 20; ++i) add("student " + std::to_string(i), kHome);
    CPPUNIT_ASSERT_EQUAL("0"s, pause("register:192.0.2.1"));
    int i = 20;
    for (const std::string& pauseMs : {"1000"s, "2000"s, "4000"s, "8000"s, "16000"s, "30000"s, "30000"s}) {
        const std::int64_t fromMs = unixMilliseconds();
        add("student " + std::to_string(i++), kHome);
        const std::int64_t endMs = std::stoll(text("SELECT blocked_ms FROM login_attempts"));
        CPPUNIT_ASSERT(fromMs - 1 + std::stoll(pauseMs) <= endMs);
        CPPUNIT_ASSERT(endMs <= unixMilliseconds() + std::stoll(pauseMs));
        endPauses();
    }
    add("student " + std::to_string(i), kHome);
    stretchPauses();
    const Error refused = expectError(ErrorKind::tooManyRequests, [&] { add("more", kHome); });
    assertSays(refused.forClient(), "too many registrations; please try again in ");
    CPPUNIT_ASSERT(refused.retryAfter() >= 1 && refused.retryAfter() <= 29);
    CPPUNIT_ASSERT_EQUAL("1"s, events("registration_slowed"));
    add("more", kStranger);
    accounts.login("ann", kPassword, kHome);  // logins have a count of their own
}

SPEC(GuardedDoor, counts_no_registration_with_an_invitation_and_each_that_is_refused) {
    Invitation invitation;
    invitation.code = "ABCDEFGHJKMNPQRS";
    Invitations(database).add(invitation);
    for (int i = 0; i < 25; ++i)
        accounts.registerUser({"student " + std::to_string(i), kPassword, "a@example.org", "", invitation.code}, kHome);
    CPPUNIT_ASSERT_EQUAL(""s, failures("register:192.0.2.1"));
    expectError(ErrorKind::nameTaken, [&] { accounts.registerUser({"ann", kPassword, "a@example.org", ""}, kHome); });
    expectError(ErrorKind::registrationRefused, [&] {
        accounts.registerUser({"eve", kPassword, "a@example.org", "", "no such code"}, kHome);
    });
    CPPUNIT_ASSERT_EQUAL("2"s, failures("register:192.0.2.1"));
}

SPEC(GuardedDoor, counts_registrations_of_a_day_that_begins_with_the_first) {
    int named = 0;
    const auto add = [&] {
        accounts.registerUser({"student " + std::to_string(named++), kPassword, "a@example.org", ""}, kHome);
    };
    for (int i = 0; i < 19; ++i) add();
    for (int hours = 0; hours < 3; ++hours) {  // never a day without one
        age("28700000");
        add();
        endPauses();
    }
    CPPUNIT_ASSERT_EQUAL("22"s, failures("register:192.0.2.1"));
    stretchPauses();
    age("400000");
    add();
    CPPUNIT_ASSERT_EQUAL("1"s, failures("register:192.0.2.1"));
    age("-600000");  // by a clock that is ahead
    add();
    CPPUNIT_ASSERT_EQUAL("1"s, failures("register:192.0.2.1"));
}

SPEC(GuardedDoor, counts_a_day_of_registrations_as_one_although_a_pause_is_recorded) {
    for (int i = 0; i < 21; ++i)
        accounts.registerUser({"student " + std::to_string(i), kPassword, "a@example.org", ""}, kHome);
    const std::string begin = text("SELECT last_ms FROM login_attempts");
    stretchPauses();
    for (int i = 0; i < 2; ++i)
        expectError(ErrorKind::tooManyRequests, [&] {
            accounts.registerUser({"more", kPassword, "a@example.org", ""}, kHome);
        });
    CPPUNIT_ASSERT_EQUAL("1"s, events("registration_slowed"));
    CPPUNIT_ASSERT_EQUAL(begin, text("SELECT last_ms FROM login_attempts"));
}

SPEC(GuardedDoor, lets_in_who_is_invited_while_the_registrations_of_the_address_wait) {
    Invitation invitation;
    invitation.code = "ABCDEFGHJKMNPQRS";
    Invitations(database).add(invitation);
    const auto come = [&](const std::string& name, const std::string& code) {
        return accounts.registerUser({name, kPassword, "a@example.org", "", code}, kHome);
    };
    for (int i = 0; i < 21; ++i) expectError(ErrorKind::registrationRefused, [&] { come("eve", "wrong"); });
    stretchPauses();
    expectError(ErrorKind::tooManyRequests, [&] { come("eve", "wrong"); });
    expectError(ErrorKind::tooManyRequests, [&] { come("eve", ""); });
    come("eve", invitation.code);
}

SPEC(GuardedDoor, counts_no_registration_that_fails_for_a_fault_of_ours) {
    change("CREATE TRIGGER full BEFORE INSERT ON users BEGIN SELECT RAISE(ABORT, 'full'); END");
    expectError(ErrorKind::internal, [&] { accounts.registerUser({"eve", kPassword, "a@example.org", ""}, kHome); });
    CPPUNIT_ASSERT_EQUAL("0"s, failures("register:192.0.2.1"));
}

SPEC(GuardedDoor, forgets_after_a_day_without_a_failure) {
    fail(3, "ann", kHome);
    age("86300000");
    fail("ann", kHome);
    CPPUNIT_ASSERT_EQUAL("4"s, failures("name:ann"));
    age("86500000");
    fail("ann", kHome);
    CPPUNIT_ASSERT_EQUAL("1"s, failures("name:ann"));
    CPPUNIT_ASSERT_EQUAL("1"s, failures("address:192.0.2.1"));
}

SPEC(GuardedDoor, is_not_locked_for_ever_by_a_host_whose_clock_is_wrong) {
    fail(4, "ann", kHome);
    change("UPDATE login_attempts SET blocked_ms = blocked_ms + 86400000000");
    accounts.login("ann", kPassword, kHome);
}

SPEC(GuardedDoor, is_not_kept_waiting_by_free_attempts_on_a_host_whose_clock_is_ahead) {
    fail(3, "ann", kHome);
    change("UPDATE login_attempts SET last_ms = last_ms + 9000, blocked_ms = blocked_ms + 9000 WHERE blocked_ms > 0");
    accounts.login("ann", kPassword, kHome);
}

SPEC(GuardedDoor, lets_no_more_guesses_through_because_they_come_at_once) {
    for (int i = 0; i < 10; ++i) {
        fail("ann", kStranger);
        endPauses();
    }
    std::atomic<int> judged{0}, refused{0};
    together(16, [&](int) {
        try {
            accounts.login("ann", "wrong horse", kStranger);
        } catch (const Error& e) {
            ++(e.kind() == ErrorKind::loginRefused ? judged : refused);
        }
    });
    CPPUNIT_ASSERT_EQUAL(1, judged.load());
    CPPUNIT_ASSERT_EQUAL(15, refused.load());
}

SPEC(GuardedDoor, is_one_for_all_processes) {
    Database other(databaseAt(dir.file("accounts.db")));  // as another process's
    Accounts others(other, kKey, AuthConfig{}, kCheap);
    fail(2, "ann", kStranger);
    for (int i = 0; i < 2; ++i)
        expectError(ErrorKind::loginRefused, [&] { others.login("ann", "wrong horse", kStranger); });
    slowed("ann", kStranger);
    expectError(ErrorKind::tooManyRequests, [&] { others.login("ann", kPassword, kStranger); });
}

SPEC(GuardedDoor, keeps_few_rows_of_10000_names_from_one_address) {
    int judged = 0;
    for (int i = 0; i < 10'000; ++i) {
        try {
            accounts.login("name " + std::to_string(i), "wrong horse", kStranger);
        } catch (const Error& e) {
            if (e.kind() == ErrorKind::loginRefused) ++judged;
        }
    }
    // 1 s, 2 s, 4 s ... however slow the machine is.
    CPPUNIT_ASSERT_MESSAGE(std::to_string(judged), judged >= 21 && judged <= 29);
    CPPUNIT_ASSERT_EQUAL(std::to_string(judged + 1), text("SELECT COUNT(*) FROM login_attempts"));
    CPPUNIT_ASSERT(std::stoi(events("login_slowed")) <= judged);
}

SPEC(GuardedDoor, holds_an_address_to_account_for_names_that_nobody_can_have) {
    for (const std::string& name : {std::string(100'000, 'a'), "\xff\xfe"s, "a\0b"s}) fail(7, name, kStranger);
    slowed("ann", kStranger);
    CPPUNIT_ASSERT_EQUAL("address:198.51.100.7"s, text("SELECT subject FROM login_attempts"));
    CPPUNIT_ASSERT_EQUAL("21"s, text("SELECT COUNT(*) FROM audit WHERE event = 'login_failed' AND user_name = ''"));
}

SPEC(GuardedDoor, takes_an_attempt_back_whose_password_could_not_be_looked_at) {
    change("UPDATE users SET password = 'tampered' WHERE name = 'ann'");
    for (int i = 0; i < 6; ++i) expectError(ErrorKind::internal, [&] { accounts.login("ann", kPassword, kHome); });
    CPPUNIT_ASSERT_EQUAL("0"s, failures("name:ann"));
    CPPUNIT_ASSERT_EQUAL("0"s, failures("address:192.0.2.1"));
}

SPEC(GuardedDoor, tells_the_operator_what_happened_and_no_secret) {
    const std::string uuid = accounts.login("ann", kPassword, kHome).uuid;
    fail("ann", kStranger);
    fail(3, "nobody", kStranger);
    failByAnyName(17, kStranger);
    for (int i = 0; i < 3; ++i) slowed("ann", kStranger);
    const auto entry = [&](const std::string& event, const std::string& name) {
        return text("SELECT address || ' ' || request_id || ' ' || detail FROM audit WHERE event = '" + event +
                    "' AND user_name = '" + name + "' LIMIT 1");
    };
    CPPUNIT_ASSERT_EQUAL("192.0.2.1 request-1 "s, entry("login", "ann"));
    CPPUNIT_ASSERT_EQUAL("198.51.100.7 request-2 wrong password"s, entry("login_failed", "ann"));
    CPPUNIT_ASSERT_EQUAL("198.51.100.7 request-2 unknown name"s, entry("login_failed", "nobody"));
    assertSays(entry("login_slowed", "ann"), "198.51.100.7 request-2 address:198.51.100.7 waits ");
    CPPUNIT_ASSERT_EQUAL("1"s, events("login_slowed"));  // once per pause
    const std::string bytes = readFile(dir.file("accounts.db")) + readFile(dir.file("accounts.db-wal"));
    for (const std::string& secret : {kPassword, "wrong horse"s, uuid}) assertSilentOf(bytes, secret);
}

SPEC(GuardedDoor, lets_nobody_in_while_failures_cannot_be_counted_or_recorded) {
    change("ALTER TABLE audit RENAME TO gone");
    expectError(ErrorKind::internal, [&] { accounts.login("ann", kPassword, kHome); });
    const Error refused = expectError(ErrorKind::loginRefused, [&] { accounts.login("bob", "wrong horse", kHome); });
    assertSays(refused.what(), "not in the audit log");
    forgetFailures();
    fail(4, "bob", kHome);
    slowed("bob", kHome);
    change("DROP TABLE login_attempts");
    expectError(ErrorKind::internal, [&] { accounts.login("ann", kPassword, kHome); });
    expectError(ErrorKind::internal, [&] { accounts.login("ann", "wrong horse", kHome); });
}
