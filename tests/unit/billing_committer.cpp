// Many callers' transactions in one: what one that fails means for the others, and what nobody waits for.
#include "base/error.h"
#include "billing/committer.h"
#include "support/eventually.h"
#include "support/spec.h"
#include "unit/till.h"

#include <atomic>
#include <exception>
#include <future>
#include <numeric>
#include <optional>
#include <string>
#include <thread>
#include <vector>

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

// What is posted, from its first transaction on; the work that is posted first begins when all are there.
struct Posted : Till {
    static constexpr int kMany = 200;
    std::promise<void> allAreThere;
    std::shared_future<void> start = allAreThere.get_future().share();
    std::vector<int> done = std::vector<int>(kMany, 0);  // how often; written in one thread at a time
    std::atomic<int> failed{0}, runs{0};

    Posted() { sql("CREATE TABLE t (i INTEGER)"); }
    static void insert(Poco::Data::Session& session) { Database::execute(session, "INSERT INTO t VALUES (1)"); }
    void post(Committer& committer, int index, const Committer::Work& work) {
        committer.post(
            index,
            [this, index, work](Poco::Data::Session& session) {
                if (index == 0) start.wait();
                ++runs;
                work(session);
            },
            [this, index](const std::exception_ptr& failure) {
                ++done[std::size_t(index)];
                if (failure) ++failed;
            });
    }
    void postAll(Committer& committer, const Committer::Work& work) {
        for (int index = 0; index < kMany; ++index) post(committer, index, work);
        allAreThere.set_value();
    }
    void assertEachIsDoneOnce() const { CPPUNIT_ASSERT(done == std::vector<int>(kMany, 1)); }
    std::int64_t rows() { return number("SELECT COUNT(*) FROM t"); }
};

SPEC(Posted, is_committed_though_nobody_waits) {
    Committer committer(*database, 60s);
    std::promise<void> isDone;
    committer.post(1, insert, [&](const std::exception_ptr& failure) {
        if (!failure) isDone.set_value();
    });
    CPPUNIT_ASSERT(isDone.get_future().wait_for(kPatience) == std::future_status::ready);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), rows());
}

SPEC(Posted, shares_its_batches_with_those_who_wait_and_fails_alone) {
    Committer committer(*database, 60s);
    allAreThere.set_value();
    std::atomic<int> refused{0};
    together(kMany / 10, [&](int thread) {
        for (int index = thread * 10; index < thread * 10 + 10; ++index) {
            const auto work = [index](Poco::Data::Session& session) {
                if (index % 40 == 7) throw ConstraintViolation("no");
                insert(session);
            };
            post(committer, index, work);
            try {
                committer.write(index, work);
            } catch (const ConstraintViolation&) {
                ++refused;
            }
        }
    });
    committer.drain();
    assertEachIsDoneOnce();
    CPPUNIT_ASSERT_EQUAL(kMany / 40, int(failed));
    CPPUNIT_ASSERT_EQUAL(kMany / 40, int(refused));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(2 * (kMany - kMany / 40)), rows());
}

SPEC(Posted, is_done_before_the_committer_ends) {
    std::optional<Committer> committer(std::in_place, *database, 60s);
    postAll(*committer, insert);
    committer.reset();
    assertEachIsDoneOnce();
    CPPUNIT_ASSERT_EQUAL(0, int(failed));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(kMany), rows());
}

SPEC(Posted, hears_together_that_the_database_is_away) {
    config.database.timeout = 300ms;
    Database hasty(config.database);
    std::vector<int> doneAtOnce;
    int all = 0;
    Committer committer(hasty, config.database.timeout, [&] {
        doneAtOnce.push_back(std::accumulate(done.begin(), done.end(), -all));
        all += doneAtOnce.back();
    });
    database->write([&](Poco::Data::Session&) {
        postAll(committer, insert);
        committer.drain();
    });
    assertEachIsDoneOnce();
    CPPUNIT_ASSERT_EQUAL(kMany, int(failed));
    CPPUNIT_ASSERT(doneAtOnce.size() < kMany / 32);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), rows());
}

SPEC(Posted, does_not_try_one_by_one_a_database_that_refuses_at_once) {
    Committer committer(*database, 60s);
    const Committer::Work refused = [](Poco::Data::Session&) { throw Error(ErrorKind::databaseBusy, "refused"); };
    postAll(committer, refused);
    committer.drain();
    assertEachIsDoneOnce();
    CPPUNIT_ASSERT_EQUAL(kMany, int(failed));
    CPPUNIT_ASSERT_MESSAGE(std::to_string(runs), runs < kMany / 4);
    done.assign(kMany, 0);  // it is back
    failed = 0;
    for (int index = 0; index < kMany; ++index) post(committer, index, insert);
    committer.drain();
    assertEachIsDoneOnce();
    CPPUNIT_ASSERT_EQUAL(0, int(failed));
}

// 31 come with the first in one batch at most; the others would wait for as many more.
SPEC(Posted, waits_no_longer_for_a_slow_database_than_for_one_that_is_away) {
    constexpr auto timeout = 50ms;
    Committer committer(*database, timeout);
    for (int index = 0; index < kMany; ++index)
        post(committer, index, [&](Poco::Data::Session& session) {
            if (runs == 1) std::this_thread::sleep_for(timeout);
            insert(session);
        });
    allAreThere.set_value();
    committer.drain();
    assertEachIsDoneOnce();
    CPPUNIT_ASSERT(runs <= 32);
    CPPUNIT_ASSERT_EQUAL(kMany - int(runs), int(failed));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(runs), rows());
}

// The second half comes later, and would be overdue a moment after the first.
SPEC(Posted, hears_of_a_slow_database_with_what_has_waited_longer) {
    constexpr auto timeout = 400ms;
    int rounds = 0;
    Committer committer(*database, timeout, [&] { ++rounds; });
    const auto slow = [&](Poco::Data::Session& session) {
        if (runs == 1) {
            std::this_thread::sleep_for(timeout / 4);
            for (int index = kMany / 2; index < kMany; ++index) post(committer, index, insert);
            std::this_thread::sleep_for(timeout * 3 / 4);
        }
        insert(session);
    };
    for (int index = 0; index < kMany / 2; ++index) post(committer, index, slow);
    allAreThere.set_value();
    committer.drain();
    assertEachIsDoneOnce();
    CPPUNIT_ASSERT_EQUAL(2, rounds);
    CPPUNIT_ASSERT(runs <= 32);
    CPPUNIT_ASSERT_EQUAL(kMany - int(runs), int(failed));
}

}  // namespace
