// Users who are not looked up again by each call.
#include "auth/recent_users.h"
#include "support/spec.h"
#include "unit/account_book.h"
#include "unit/expect.h"

using namespace aiproject;
using namespace aiproject::test;

namespace {

struct Recall : AccountBook {
    std::string uuid;

    Recall() {
        registerNamed("ann");
        uuid = accounts.login("ann", kPassword).uuid;
        change("UPDATE users SET tokens = 100");
    }
    bool isLookedUp() { return accounts.recall(uuid, "ann").isConfirmed; }
};

SPEC(Recall, looks_once_for_a_user_with_a_limit) {
    CPPUNIT_ASSERT(isLookedUp());
    const User recalled = accounts.recall(uuid, " ann ");  // white space as at login
    CPPUNIT_ASSERT(!recalled.isConfirmed);
    const User found = accounts.identify(uuid, "ann");
    CPPUNIT_ASSERT(found.isConfirmed);
    CPPUNIT_ASSERT_EQUAL(found.id, recalled.id);
    CPPUNIT_ASSERT_EQUAL(found.tag, recalled.tag);
    CPPUNIT_ASSERT_EQUAL(found.tokens, accounts.confirm(recalled).tokens);
}

SPEC(Recall, looks_each_time_for_who_reserves_nothing) {
    change("UPDATE users SET tokens = -1, pic_times = -1, voice_seconds = -1");
    for (int i = 0; i < 3; ++i) CPPUNIT_ASSERT(isLookedUp());
}

SPEC(Recall, refuses_what_identify_refuses) {
    isLookedUp();
    for (const std::string& wrong : {kKey.uuidFor(1, 1), kKey.uuidFor(2, 0), kKey.tagFor(1), std::string()})
        expectError(ErrorKind::userUnknown, [&] { accounts.recall(wrong, "ann"); });
    for (const char* name : {"bob", "", "Ann"})
        expectError(ErrorKind::userUnknown, [&] { accounts.recall(uuid, name); });
    expectError(ErrorKind::userUnknown, [&] { accounts.recall(kKey.uuidFor(0, 0), "bob"); });
}

SPEC(Recall, is_refused_by_a_look_when_the_account_has_changed_and_forgotten) {
    struct Change {
        const char* sql;
        ErrorKind kind;
    };
    for (const Change& one : {Change{"UPDATE users SET disabled = 1", ErrorKind::notAllowed},
                              Change{"UPDATE users SET epoch = epoch + 1", ErrorKind::userUnknown},
                              Change{"DELETE FROM users", ErrorKind::userUnknown}}) {
        isLookedUp();
        const User recalled = accounts.recall(uuid, "ann");
        CPPUNIT_ASSERT(!recalled.isConfirmed);
        change(one.sql);
        expectError(one.kind, [&] { accounts.confirm(recalled); });
        expectError(one.kind, [&] { accounts.recall(uuid, "ann"); });
        change("UPDATE users SET disabled = 0, epoch = 0");
    }
}

SPEC(Recall, knows_the_new_uuid_at_once) {
    isLookedUp();
    const SignIn fresh = accounts.rotate(accounts.identify(uuid, "ann"));
    CPPUNIT_ASSERT_EQUAL(fresh.user.epoch, accounts.recall(fresh.uuid, "ann").epoch);
    expectError(ErrorKind::userUnknown, [&] { accounts.recall(uuid, "ann"); });
}

SPEC(Recall, keeps_no_more_users_than_it_may) {
    RecentUsers recent;
    User user;
    const auto kept = [&] {
        std::size_t count = 0;
        for (std::size_t i = 0; i <= RecentUsers::kMost; ++i) count += recent.find(std::to_string(i)) ? 1 : 0;
        return count;
    };
    for (std::size_t i = 0; i < RecentUsers::kMost; ++i) {
        recent.keep(std::to_string(i), user);
        recent.keep(std::to_string(i), user);
    }
    CPPUNIT_ASSERT_EQUAL(RecentUsers::kMost, kept());
    recent.keep(std::to_string(RecentUsers::kMost), user);
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), kept());
}

}  // namespace
