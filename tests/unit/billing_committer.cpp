// Many threads' transactions in one: what one that fails means for the others.
#include "base/error.h"
#include "billing/committer.h"
#include "support/spec.h"
#include "unit/till.h"

#include <atomic>
#include <exception>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::chrono_literals;

namespace {

struct Group : Till {
    // How many of 40 that come at once are committed when those fail for which `fails` throws.
    std::int64_t committed(std::chrono::milliseconds timeout, const std::function<void(int)>& fails) {
        sql("CREATE TABLE t (i INTEGER)");
        Committer group(*database, timeout);
        std::atomic<int> done{0};
        together(40, [&](int index) {
            try {
                group.write(index, [&](Poco::Data::Session& session) {
                    fails(index);
                    Database::execute(session, "INSERT INTO t VALUES (1)");
                });
                ++done;
            } catch (const std::exception&) {
                CPPUNIT_ASSERT_THROW(fails(index), std::exception);
            }
        });
        CPPUNIT_ASSERT_EQUAL(std::int64_t(done), number("SELECT COUNT(*) FROM t"));
        return done;
    }
};

SPEC(Group, fails_those_alone_that_are_at_fault_however_many_in_a_row) {
    CPPUNIT_ASSERT_EQUAL(std::int64_t(30), committed(60s, [](int index) {
                             if (index >= 10 && index < 20) throw Error(ErrorKind::internal, "no");
                         }));
}

SPEC(Group, takes_no_row_that_breaks_a_rule_for_a_database_that_is_away) {
    CPPUNIT_ASSERT_EQUAL(std::int64_t(39), committed(0ms, [](int index) {
                             if (index == 20) throw ConstraintViolation("no");
                         }));
}

}  // namespace
