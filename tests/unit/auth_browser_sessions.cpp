// Sessions of browsers: how they begin, last and end. The clock is the test's.
#include "auth/browser_sessions.h"

#include "auth/user_directory.h"
#include "support/account_ids.h"
#include "support/spec.h"
#include "support/temp_dir.h"
#include "unit/auth_fixture.h"

#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

constexpr std::int64_t kBegin = 1'800'000'000'000, kHour = 3'600'000, kMinute = 60'000;

struct BrowserDoor : CppUnit::TestCase {
    TempDir dir;
    Database database{databaseAt(dir.file("accounts.db"))};
    CredentialKey key{{1, 2, 3, 4}};
    std::int64_t nowMs = kBegin;
    BrowserSessions sessions{database, key, [this] { return nowMs; }};
    UserDirectory directory{migrated(database), {}};

    BrowserDoor() { directory.add({"ann", "$scrypt$", "a@example.org", ""}); }

    static Database& migrated(Database& database) {
        migrate(database);
        return database;
    }
    StoredUser user(const std::string& name = "ann") { return UserStore(database).find(name).value(); }
    BrowserSessions::Begun begin(const std::string& name = "ann", const std::string& replaced = {}) {
        BrowserSessions::Begun begun;
        const StoredUser who = user(name);
        database.write(
            [&](Poco::Data::Session& session) { begun = sessions.begin(session, who, "192.0.2.1", replaced); });
        return begun;
    }
    bool isGood(const BrowserSessions::Begun& begun) { return sessions.find(begun.token).has_value(); }
    std::int64_t number(const std::string& select) {
        std::int64_t number = 0;
        database.read([&](Poco::Data::Session& session) {
            session << select, Poco::Data::Keywords::into(number), Poco::Data::Keywords::now;
        });
        return number;
    }
};

}  // namespace

SPEC(BrowserDoor, knows_its_user_by_the_token_and_stores_none) {
    const auto begun = begin();
    CPPUNIT_ASSERT_EQUAL(std::size_t(64), begun.token.size());
    const auto holder = sessions.find(begun.token);
    CPPUNIT_ASSERT(holder && !holder->isAdmin);
    CPPUNIT_ASSERT_EQUAL("ann"s, holder->user.name);
    CPPUNIT_ASSERT_EQUAL("192.0.2.1"s, holder->session.network);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0),
                         number("SELECT COUNT(*) FROM browser_sessions WHERE hash = '" + begun.token + "'"));
    for (const std::string& wrong : {""s, "x"s, begun.token.substr(1), begun.token + "0", std::string(64, '0'),
                                     "' OR 1=1 --"s + std::string(53, ' ')})
        CPPUNIT_ASSERT_MESSAGE(wrong, !sessions.find(wrong));
}

SPEC(BrowserDoor, ends_what_was_not_used_for_twelve_hours) {
    const auto begun = begin();
    nowMs += 12 * kHour - 1;
    CPPUNIT_ASSERT(isGood(begun));  // which is a use
    nowMs += 12 * kHour - 1;
    CPPUNIT_ASSERT(isGood(begun));
    nowMs += 12 * kHour;
    CPPUNIT_ASSERT(!isGood(begun));
}

SPEC(BrowserDoor, ends_after_seven_days_whatever_is_used) {
    const auto begun = begin();
    for (int hour = 0; hour < 7 * 24 - 1; ++hour, nowMs += kHour) CPPUNIT_ASSERT(isGood(begun));
    nowMs = kBegin + 7L * 24 * kHour - 1;
    CPPUNIT_ASSERT(isGood(begun));
    ++nowMs;
    CPPUNIT_ASSERT(!isGood(begun));
}

SPEC(BrowserDoor, writes_a_use_down_once_a_minute) {
    const auto begun = begin();
    const auto usedMs = [&] { return number("SELECT used_ms FROM browser_sessions"); };
    nowMs = kBegin + kMinute - 1;
    CPPUNIT_ASSERT(isGood(begun));
    CPPUNIT_ASSERT_EQUAL(kBegin, usedMs());
    ++nowMs;
    CPPUNIT_ASSERT(isGood(begun));
    CPPUNIT_ASSERT_EQUAL(kBegin + kMinute, usedMs());
}

SPEC(BrowserDoor, ends_with_a_new_password_a_new_uuid_a_disabled_or_deleted_account) {
    const std::vector<std::function<void()>> ends{[&] { directory.rotate(idOf(directory, "ann")); },
                                                  [&] { directory.setPassword(idOf(directory, "ann"), "$scrypt$new"); },
                                                  [&] {
                                                      directory.setDisabled(idOf(directory, "ann"), true);
                                                      directory.setDisabled(idOf(directory, "ann"), false);
                                                  },
                                                  [&] { directory.remove(idOf(directory, "ann")); }};
    for (const auto& end : ends) {
        const auto begun = begin();
        CPPUNIT_ASSERT(isGood(begun));
        end();
        CPPUNIT_ASSERT(!isGood(begun));
    }
}

SPEC(BrowserDoor, never_goes_on_with_the_token_of_before) {
    const auto first = begin();
    const auto second = begin("ann", first.token);
    CPPUNIT_ASSERT(first.token != second.token && !isGood(first) && isGood(second));
}

SPEC(BrowserDoor, has_room_for_twenty_of_one_user_and_ends_the_oldest) {
    directory.add({"ben", "$scrypt$", "a@example.org", ""});
    const auto bens = begin("ben"), oldest = begin();
    std::vector<BrowserSessions::Begun> others;
    others.reserve(BrowserSessions::kMost);
    for (int i = 0; i < BrowserSessions::kMost - 1; ++i) others.push_back(begin());
    CPPUNIT_ASSERT(isGood(oldest));
    others.push_back(begin());
    CPPUNIT_ASSERT(!isGood(oldest) && isGood(bens));
    for (const auto& other : others) CPPUNIT_ASSERT(isGood(other));
}

SPEC(BrowserDoor, lists_and_ends_ones_own_alone) {
    directory.add({"ben", "$scrypt$", "a@example.org", ""});
    const auto first = begin(), second = begin(), bens = begin("ben");
    const StoredUser ann = user();
    const auto listed = sessions.list(ann.id, ann.epoch);
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), listed.size());
    CPPUNIT_ASSERT_EQUAL(second.row.id, listed[0].id);
    const AuditEntry entry{"ended", "ann", {}, "one"};
    CPPUNIT_ASSERT_EQUAL(0, sessions.end(ann.id, bens.row.id, entry));
    CPPUNIT_ASSERT_EQUAL(1, sessions.end(ann.id, first.row.id, entry));
    CPPUNIT_ASSERT_EQUAL(0, sessions.endOthers(ann.id, second.row.id, entry));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), number("SELECT COUNT(*) FROM audit WHERE event = 'ended'"));
    CPPUNIT_ASSERT(isGood(second) && isGood(bens));
    nowMs += 12 * kHour;
    CPPUNIT_ASSERT(sessions.list(ann.id, ann.epoch).empty());
}

SPEC(BrowserDoor, sweeps_out_what_has_ended) {
    const auto idle = begin();
    nowMs += 12 * kHour + 1;
    const auto good = begin();
    database.write([&](Poco::Data::Session& session) { BrowserSessions::removeOld(session, nowMs); });
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), number("SELECT COUNT(*) FROM browser_sessions"));
    CPPUNIT_ASSERT(isGood(good));
}
