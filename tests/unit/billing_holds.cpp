// Reservations that live calls put off, and those of workers that died.
#include "support/spec.h"
#include "unit/till.h"

#include <memory>
#include <string>
#include <vector>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

// Workers by how long their reservations live: less than nothing has expired at once, and makes a watcher who waits
// for no second sign.
struct Holds : Till {
    Holds() { sql("UPDATE users SET tokens = 100000"); }
    static BillingRules living(std::chrono::milliseconds life) {
        BillingRules rules;
        rules.reservationLife = life;
        return rules;
    }
    std::int64_t held() { return number("SELECT tokens_held FROM users"); }

    Billing mortal{*database, config, living(-1ms), *log};
    Billing watcher{*database, config, living(-1ms), *log};
};

SPEC(Holds, of_a_dead_worker_are_released_and_not_what_is_put_off) {
    {
        BilledCall lost = mortal.begin(text(30));
        const BilledCall alive = billing->begin(text(70));
        watcher.keepHolds();
        CPPUNIT_ASSERT_EQUAL(std::int64_t(70), held());
        assertSays(logged(), "released 1 reservations of dead workers");
        lost.settle(answered(10), {"echo", ""});  // it was only slow: it pays, and frees nothing twice
        CPPUNIT_ASSERT_EQUAL(std::int64_t(70), held());
        sql("UPDATE reservations SET expires_ms = 5");
        billing->keepHolds();
        CPPUNIT_ASSERT_EQUAL(std::int64_t(0), number("SELECT COUNT(*) FROM reservations WHERE expires_ms < 6"));
    }
    assertAgrees(100'000);
}

SPEC(Holds, of_a_dead_worker_are_released_in_one_round_however_many) {
    sql("UPDATE users SET tokens = 1000000");
    std::vector<std::unique_ptr<BilledCall>> lost(100);
    for (auto& call : lost) call.reset(new BilledCall(mortal.begin(text(30))));
    watcher.keepHolds();
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), held());
    assertSays(logged(), "released 100 reservations of dead workers");
}

SPEC(Holds, of_dead_workers_are_released_whatever_a_journal_is_like) {
    const std::string unusable = config.billing.spoolDir + "/X-1.calls";
    std::filesystem::create_directories(unusable);
    const BilledCall lost = mortal.begin(text(30));
    watcher.keepHolds();
    watcher.keepHolds();
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), held());
    const std::string log = logged();
    assertSays(log, "cannot open " + unusable);
    assertSays(log, "give it to that user, or remove it");
    CPPUNIT_ASSERT_EQUAL(log.find(unusable), log.rfind(unusable));  // said once
}

SPEC(Holds, that_have_expired_by_this_hosts_clock_alone_stay) {
    const BilledCall alive = mortal.begin(text(30));  // as seen by a clock that is ahead
    billing->keepHolds();
    mortal.keepHolds();
    billing->keepHolds();
    CPPUNIT_ASSERT_EQUAL(std::int64_t(30), held());
}

SPEC(Holds, of_its_own_are_never_released_by_a_worker) {
    const BilledCall alive = watcher.begin(text(30));
    watcher.keepHolds();
    watcher.keepHolds();
    CPPUNIT_ASSERT_EQUAL(std::int64_t(30), held());
}

SPEC(Holds, of_others_stay_while_a_worker_cannot_put_off_its_own) {
    const BilledCall lost = mortal.begin(text(30)), own = watcher.begin(text(70));
    sql("CREATE TRIGGER broken BEFORE UPDATE ON reservations BEGIN SELECT RAISE(ABORT, 'no'); END");
    CPPUNIT_ASSERT_THROW(watcher.keepHolds(), std::exception);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(100), held());
    sql("DROP TRIGGER broken");
    watcher.keepHolds();
    CPPUNIT_ASSERT_EQUAL(std::int64_t(70), held());
}

}  // namespace
