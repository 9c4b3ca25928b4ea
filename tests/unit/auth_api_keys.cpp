// API keys: who makes one, who is let in by one, and by the uuid alone.
#include "auth/api_keys.h"

#include "auth/uuid_hashes.h"
#include "base/unix_time.h"
#include "support/spec.h"
#include "unit/account_book.h"
#include "unit/expect.h"

#include <set>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

struct Keys : AccountBook {
    KeyOwner ann{registerNamed("ann").id, "ann"};
    ApiKeys& keys = accounts.keys();

    std::string made(const KeyTerms& terms = {}) { return keys.add(ann, terms).key; }
    void assertRefused(const std::string& token) {
        expectError(ErrorKind::userUnknown, [&] { accounts.identifyToken(token); });
        // One that is recalled is refused by its reservation, or by the look that comes where nothing is reserved.
        expectError(ErrorKind::userUnknown, [&] { accounts.confirm(accounts.recallToken(token)); });
        expectError(ErrorKind::userUnknown, [&] { accounts.recallToken(token); });
    }
    std::string reasonAgainst(const KeyTerms& terms) {
        return expectError(ErrorKind::badRequest, [&] { keys.add(ann, terms); }).forClient();
    }
    std::int64_t number(const std::string& select) { return std::stoll(text(select)); }
};

SPEC(Keys, let_their_user_in_without_a_name) {
    const std::string key = made({"laptop", {"deepseek", "spark"}});
    const User user = accounts.identifyToken(key);
    CPPUNIT_ASSERT_EQUAL("ann"s, user.name);
    CPPUNIT_ASSERT(user.key.id > 0 && !user.key.isLimited);
    CPPUNIT_ASSERT((user.key.models == std::vector<std::string>{"deepseek", "spark"}));
    CPPUNIT_ASSERT(accounts.identifyToken(made()).key.models.empty());
}

SPEC(Keys, are_48_random_signs_of_which_the_database_has_a_hash_alone) {
    std::set<std::string> all;
    for (int i = 0; i < 20; ++i) all.insert(made());
    CPPUNIT_ASSERT_EQUAL(std::size_t(20), all.size());
    const std::string key = *all.begin();
    CPPUNIT_ASSERT(ApiKeys::isForm(key) && key.size() == 51);
    const std::string file = readFile(dir.file("accounts.db")) + readFile(dir.file("accounts.db-wal"));
    CPPUNIT_ASSERT(!says(file, key) && !says(file, key.substr(3, 20)));
    CPPUNIT_ASSERT_EQUAL(key.substr(47), text("SELECT hint FROM api_keys WHERE id = " +
                                              std::to_string(accounts.identifyToken(key).key.id)));
}

SPEC(Keys, that_are_none_are_refused) {
    const std::string key = made();
    std::string other = key;
    other.back() = other.back() == 'a' ? 'b' : 'a';
    for (const std::string& wrong : {other, key + "a", key.substr(1), "sk-"s, ""s, std::string(51, '\0'), "ann"s})
        assertRefused(wrong);
}

SPEC(Keys, end_when_they_are_revoked_and_only_by_their_user) {
    const std::string key = made(), limited = made({"", {}, 0, 100});
    const std::int64_t id = accounts.identifyToken(key).key.id, second = accounts.recallToken(limited).key.id;
    CPPUNIT_ASSERT(!keys.revoke(id, ann.id + 1));
    CPPUNIT_ASSERT_EQUAL(id, keys.idOf(key));
    CPPUNIT_ASSERT(keys.revoke(id, ann.id, kHome) && !keys.revoke(id, ann.id));
    assertRefused(key);
    const User recalled = accounts.recallToken(limited);
    CPPUNIT_ASSERT(!recalled.isConfirmed && recalled.key.id == second);
    keys.revoke(second);
    expectError(ErrorKind::userUnknown, [&] { accounts.confirm(recalled); });
    assertRefused(limited);
    CPPUNIT_ASSERT_EQUAL("2"s, text("SELECT COUNT(*) FROM audit WHERE event = 'key_revoked' AND user_name = 'ann'"));
}

SPEC(Keys, end_at_their_time_also_where_they_are_recalled) {
    KeyTerms terms;
    terms.mostTokens = 100;
    std::string key;
    const auto hasRecalledOneThatEndsIn = [&](std::int64_t milliseconds) {
        terms.endsMs = unixMilliseconds() + milliseconds;
        key = made(terms);  // which a disk may take its time for
        try {
            accounts.recallToken(key);
            return true;
        } catch (const Error&) {
            CPPUNIT_ASSERT(unixMilliseconds() >= terms.endsMs);
            return false;
        }
    };
    for (std::int64_t milliseconds = 50; !hasRecalledOneThatEndsIn(milliseconds);) milliseconds *= 2;
    while (unixMilliseconds() < terms.endsMs) continue;
    assertRefused(key);
}

SPEC(Keys, outlive_the_uuid_and_end_with_the_account) {
    const std::string key = made();
    accounts.rotate(accounts.identify(accounts.login("ann", kPassword).uuid, "ann"));
    CPPUNIT_ASSERT_EQUAL("ann"s, accounts.identifyToken(key).name);
    change("UPDATE users SET disabled = 1");
    expectError(ErrorKind::notAllowed, [&] { accounts.identifyToken(key); });
    change("UPDATE users SET disabled = 0");
    change("DELETE FROM users");
    assertRefused(key);
}

SPEC(Keys, with_a_limit_are_looked_up_once) {
    const std::string free = made(), limited = made({"", {}, 0, 100});
    for (int i = 0; i < 2; ++i) CPPUNIT_ASSERT(accounts.recallToken(free).isConfirmed);
    CPPUNIT_ASSERT(accounts.recallToken(limited).isConfirmed);
    CPPUNIT_ASSERT(!accounts.recallToken(limited).isConfirmed);
    change("UPDATE users SET tokens = 5");
    accounts.recallToken(free);
    CPPUNIT_ASSERT(!accounts.recallToken(free).isConfirmed);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(5), accounts.confirm(accounts.recallToken(free)).tokens);
}

SPEC(Keys, say_which_of_their_terms_is_wrong) {
    KeyTerms terms;
    for (const std::string& wrong : {"two,names"s, ""s, "a\nb"s, "\xff"s, std::string(4'000, 'x')}) {
        terms.models = {"spark", wrong};
        assertSays(reasonAgainst(terms), "name");
    }
    terms.models.assign(51, "spark");
    assertSays(reasonAgainst(terms), "50 models");
    terms = {};
    terms.endsMs = 1;
    assertSays(reasonAgainst(terms), "over");
    terms = {};
    terms.mostTokens = -2;
    assertSays(reasonAgainst(terms), "'tokens'");
    terms = {};
    terms.refill = Refill::day;
    assertSays(reasonAgainst(terms), "refill");
    terms = {};
    terms.name = std::string(101, 'x');
    assertSays(reasonAgainst(terms), "100 characters");
    CPPUNIT_ASSERT_EQUAL("0"s, text("SELECT COUNT(*) FROM api_keys"));
}

SPEC(Keys, are_a_hundred_at_most_with_those_that_were_revoked_today) {
    for (int i = 0; i < ApiKeys::kMostOfOneUser; ++i) made();
    keys.revoke(1);
    assertSays(expectError(ErrorKind::notAllowed, [&] { made(); }).forClient(), "100");
    change("UPDATE api_keys SET created_ms = 5 WHERE revoked_ms <> 0");
    made();
    CPPUNIT_ASSERT_EQUAL(std::size_t(100), keys.list(ann.id).size());
}

SPEC(Keys, note_their_last_use_once_a_minute) {
    const std::string key = made();
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), keys.list().at(0).usedMs);
    const std::int64_t before = unixMilliseconds();
    accounts.recallToken(key);
    accounts.saveKeyUses();
    const std::int64_t used = keys.list().at(0).usedMs;
    CPPUNIT_ASSERT(used >= before && used <= unixMilliseconds());
    change("UPDATE api_keys SET used_ms = 1");
    accounts.recallToken(key);
    accounts.saveKeyUses();
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), keys.list().at(0).usedMs);
}

SPEC(Keys, uses_are_told_at_once_then_each_minute_and_forgotten) {
    KeyUses uses;
    uses.note(7, 100'000);
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), uses.takeNews(100'000).size());
    uses.note(7, 101'000);
    CPPUNIT_ASSERT(uses.takeNews(159'999).empty());
    const auto news = uses.takeNews(160'000);
    CPPUNIT_ASSERT(news.size() == 1 && news[0].first == 7 && news[0].second == 101'000);
    CPPUNIT_ASSERT(uses.takeNews(300'000).empty());
    uses.note(7, 300'001);
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), uses.takeNews(300'001).size());
}

// The uuid alone, as clients with nothing but a field for a key send it.
SPEC(Keys, may_be_the_uuid_of_a_login_until_it_ends) {
    const std::string first = accounts.login("ann", kPassword).uuid;
    CPPUNIT_ASSERT_EQUAL("ann"s, accounts.identifyToken(first).name);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), accounts.identifyToken(first).key.id);
    change("UPDATE users SET tokens = 100");
    accounts.recallToken(first);
    const User recalled = accounts.recallToken(first);
    CPPUNIT_ASSERT(!recalled.isConfirmed);
    CPPUNIT_ASSERT_EQUAL(recalled.epoch, accounts.confirm(recalled).epoch);
    const std::string second = accounts.rotate(accounts.identify(first, "ann")).uuid;
    CPPUNIT_ASSERT_EQUAL("ann"s, accounts.identifyToken(second).name);
    expectError(ErrorKind::userUnknown, [&] { accounts.confirm(recalled); });
    assertRefused(first);
    const std::string third = accounts.changePassword("ann", kPassword, "another horse").uuid;
    CPPUNIT_ASSERT_EQUAL("ann"s, accounts.identifyToken(third).name);
    assertRefused(second);
}

// Or each reload would have those to write who have come since the last one.
SPEC(Keys, leave_nothing_of_new_users_to_be_computed) {
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), number("SELECT COUNT(*) FROM users WHERE uuid_hash IS NULL"));
    CPPUNIT_ASSERT_EQUAL("ann"s, accounts.identifyToken(kKey.uuidFor(ann.id, UserStore::kFirstEpoch)).name);
}

SPEC(Keys, may_be_a_uuid_from_before_there_were_keys) {
    registerNamed("ben");
    change("UPDATE users SET uuid_hash = NULL, epoch = 3");
    assertRefused(kKey.uuidFor(ann.id, 3));
    UuidHashes::complete(database, kKey);
    CPPUNIT_ASSERT_EQUAL("ann"s, accounts.identifyToken(kKey.uuidFor(ann.id, 3)).name);
    CPPUNIT_ASSERT_EQUAL("ben"s, accounts.identifyToken(kKey.uuidFor(ann.id + 1, 3)).name);
    assertRefused(kKey.uuidFor(ann.id, 2));
}

}  // namespace
