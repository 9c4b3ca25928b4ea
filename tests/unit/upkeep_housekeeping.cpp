// The rounds of housekeeping: disabled users, old rows.
#include "support/eventually.h"
#include "support/spec.h"
#include "unit/expect.h"
#include "unit/host_fixture.h"
#include "unit/site.h"
#include "upkeep/housekeeping.h"

#include <thread>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

struct Upkeep : CppUnit::TestCase {
    Site site{[](Config& config) {
        config.models["endless"] = playing("delta Hi|hang 3600000|status stopped");
        config.log.level = LogLevel::debug;
    }};
    HousekeepingTimes often{20ms, 20ms, 20ms, 20ms};
    Log log{site.config().log, "housekeeping"};

    Housekeeping housekeeping() {
        return {
            site.database(),
            site.billing(),
            site.config(),
            {[this] { return site.calls().owners(); }, [this](const CallOwner& owner) { site.calls().revoke(owner); }},
            log,
            often};
    }
    // Streams of two users; what `change` does to ann ends hers alone.
    void assertEnds(const std::string& change) {
        const SignIn ben = site.registered("ben");
        ScriptedExchange anns("POST", "/models/endless/stream", questionOf(site.ann, "Hello")),
            bens("POST", "/models/endless/stream", questionOf(ben, "Hello"));
        const Housekeeping running = housekeeping();
        std::thread ann([&] { site.serve(anns); }), other([&] { site.serve(bens); });
        const bool haveBegun = eventually([&] { return site.calls().owners().size() == 2; });
        site.sql(change);
        ann.join();
        const auto left = site.calls().owners();
        site.calls().endAll();
        other.join();
        CPPUNIT_ASSERT(haveBegun);
        CPPUNIT_ASSERT(left.size() == 1 && left.front().user == ben.user.id);
        assertSays(anns.text(), R"("code":403)");
        assertSays(site.log(), "code=PERMISSION_NOT_ALLOW user=ann");
        CPPUNIT_ASSERT_EQUAL(std::int64_t(1), site.number("SELECT COUNT(*) FROM ledger WHERE user_name = 'ann'"
                                                          " AND outcome = 'broken' AND basis = 'estimated'"));
    }
};

SPEC(Upkeep, ends_the_streams_of_a_disabled_user) { assertEnds("UPDATE users SET disabled = 1 WHERE name = 'ann'"); }

SPEC(Upkeep, ends_the_streams_of_a_user_with_another_uuid) {
    assertEnds("UPDATE users SET epoch = epoch + 1 WHERE name = 'ann'");
}

SPEC(Upkeep, ends_the_streams_of_a_deleted_user) { assertEnds("DELETE FROM users WHERE name = 'ann'"); }

SPEC(Upkeep, removes_old_rows) {
    site.sql(
        "INSERT INTO audit (at_ms, event, user_name, address, request_id, detail) VALUES (5, 'x', '', '', '', '')");
    site.sql("INSERT INTO login_attempts (subject, failures, last_ms, blocked_ms) VALUES ('old', 1, 5, 5)");
    site.sql("INSERT INTO login_attempts (subject, failures, last_ms, blocked_ms) VALUES ('new', 1, 9999999999999, 5)");
    const Housekeeping running = housekeeping();
    ASSERT_EVENTUALLY(site.number("SELECT COUNT(*) FROM audit WHERE at_ms = 5") == 0);
    ASSERT_EVENTUALLY(site.number("SELECT COUNT(*) FROM login_attempts") == 1);
}

}  // namespace

SPEC(Upkeep, removes_thousands_of_old_rows_in_portions) {
    site.database().write([](Poco::Data::Session& session) {
        for (int row = 0; row < 2'500; ++row) {
            const std::string number = std::to_string(row + 1);
            Database::execute(session,
                              "INSERT INTO audit (at_ms, event, user_name, address, request_id, detail)"
                              " VALUES (" +
                                  number + ", 'x', '', '', '', '')");
            Database::execute(session,
                              "INSERT INTO login_attempts (subject, failures, last_ms, blocked_ms)"
                              " VALUES ('" +
                                  number + "', 1, " + number + ", 5)");
        }
    });
    const Housekeeping running = housekeeping();
    ASSERT_EVENTUALLY(site.number("SELECT COUNT(*) FROM audit WHERE event = 'x'") == 0);
    ASSERT_EVENTUALLY(site.number("SELECT COUNT(*) FROM login_attempts") == 0);
}
