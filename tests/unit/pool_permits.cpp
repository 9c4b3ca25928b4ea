// Limits that hold across processes, and what is left of a process that was killed.
#include "pool/permits.h"

#include "support/spec.h"
#include "unit/expect.h"
#include "unit/forked.h"

#include <sys/mman.h>

#include <chrono>
#include <deque>
#include <memory>
#include <string>
#include <thread>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

constexpr std::int64_t kNow = 1'000'000;  // milliseconds, of any clock

struct PermitsOfPool : CppUnit::TestCase {
    Board board;
    const int worker = board.addWorker();

    using Taken = std::deque<std::unique_ptr<Permit>>;

    static std::unique_ptr<Permit> take(Permits& permits, std::uint64_t user, std::int64_t now = kNow) {
        return std::unique_ptr<Permit>(new Permit(permits.take(user, now)));
    }
    static Error refused(Permits& permits, ErrorKind kind, std::uint64_t user, std::int64_t now = kNow) {
        return expectError(kind, [&] { permits.take(user, now); });
    }
    // Calls that reached a model: the minute counts no others.
    static void call(Permits& permits, std::uint64_t user, std::int64_t now) {
        CPPUNIT_ASSERT(permits.take(user, now).enter(0, 0));
    }
};

SPEC(PermitsOfPool, are_as_many_as_the_pool_has_calls) {
    Permits permits(board, worker, {2, 0, 0});
    auto first = take(permits, 1);
    const auto second = take(permits, 2);
    CPPUNIT_ASSERT_EQUAL(0, refused(permits, ErrorKind::modelBusy, 3).retryAfter());  // the kind's own
    first.reset();
    take(permits, 3);
}

SPEC(PermitsOfPool, are_counted_for_each_user) {
    Permits permits(board, worker, {8, 1, 0});
    auto first = take(permits, 1);
    refused(permits, ErrorKind::tooManyRequests, 1);
    take(permits, 2);
    take(permits, 1 + kUserCounts);  // is counted with the first, and another all the same
    first.reset();
    take(permits, 1);
}

SPEC(PermitsOfPool, take_the_lowest_row_that_is_free) {
    Permits permits(board, worker, {});
    auto first = take(permits, 1);
    const auto second = take(permits, 2);
    first.reset();
    const auto third = take(permits, 3);
    CPPUNIT_ASSERT_EQUAL(2, board.callsEnd());
    CPPUNIT_ASSERT_EQUAL(std::uint64_t(3), board.call(0).user.load());
    CPPUNIT_ASSERT_EQUAL(worker + 1, board.call(0).owner.load());
    CPPUNIT_ASSERT_EQUAL(kNobody, board.call(0).model.load());
}

SPEC(PermitsOfPool, enter_a_model_as_often_as_it_allows) {
    Permits permits(board, worker, {});
    const auto first = take(permits, 1), second = take(permits, 1);
    CPPUNIT_ASSERT(first->enter(5, 1));
    CPPUNIT_ASSERT(!second->enter(5, 1));
    CPPUNIT_ASSERT(second->enter(6, 1));
    CPPUNIT_ASSERT(first->enter(7, 1));  // and has left the other
    CPPUNIT_ASSERT(second->enter(5, 1));
    CPPUNIT_ASSERT(first->enter(5, 0));
}

SPEC(PermitsOfPool, come_from_configuration) {
    PoolConfig pool;
    pool.threads = 3;
    pool.streams = 10;
    pool.processes = 2;
    CPPUNIT_ASSERT_EQUAL(26, callLimits({}, pool).pool);
    pool.calls = 4;
    CPPUNIT_ASSERT_EQUAL(4, callLimits({}, pool).pool);
    pool = {};
    pool.threads = 20'000;
    pool.processes = 256;
    CPPUNIT_ASSERT_EQUAL(kMostCalls, callLimits({}, pool).pool);
}

SPEC(PermitsOfPool, are_lent_for_a_minute_at_once_and_then_come_evenly) {
    Permits permits(board, worker, {8, 0, 6});
    for (int i = 0; i < 6; ++i) call(permits, 1, kNow);
    CPPUNIT_ASSERT_EQUAL(10, refused(permits, ErrorKind::tooManyRequests, 1).retryAfter());
    CPPUNIT_ASSERT_EQUAL(1, refused(permits, ErrorKind::tooManyRequests, 1, kNow + 9'999).retryAfter());
    call(permits, 1, kNow + 10'000);
    CPPUNIT_ASSERT_EQUAL(10, refused(permits, ErrorKind::tooManyRequests, 1, kNow + 10'000).retryAfter());
    call(permits, 2, kNow);  // another user has all of his
    for (int i = 0; i < 6; ++i) call(permits, 1, kNow + 90'000);
    refused(permits, ErrorKind::tooManyRequests, 1, kNow + 90'000);
}

SPEC(PermitsOfPool, are_exactly_the_limit_where_a_minute_does_not_divide_evenly) {
    for (const int limit : {1, 7, 59, 7'001, 1'000'000}) {
        Permits permits(board, worker, {8, 0, limit});
        const auto user = std::uint64_t(limit);
        for (int i = 0; i < std::min(limit, 8'000); ++i) call(permits, user, kNow);
        if (limit <= 8'000) refused(permits, ErrorKind::tooManyRequests, user);
    }
}

SPEC(PermitsOfPool, cost_nothing_of_the_minute_when_they_are_refused_for_another_reason) {
    Permits permits(board, worker, {1, 0, 2});
    {
        const auto other = take(permits, 2);
        for (int i = 0; i < 5; ++i) refused(permits, ErrorKind::modelBusy, 1);
    }
    for (int i = 0; i < 5; ++i) take(permits, 1);  // every model was full
    {
        const auto other = take(permits, 2);
        CPPUNIT_ASSERT(other->enter(3, 1));
    }
    for (int i = 0; i < 2; ++i) call(permits, 1, kNow);
    refused(permits, ErrorKind::tooManyRequests, 1);
}

SPEC(PermitsOfPool, forget_the_oldest_when_many_users_share_few_rows) {
    Permits permits(board, worker, {8, 0, 1});
    const auto sharing = [](int i) { return std::uint64_t(i) * kMostUsers + 1; };
    for (int i = 0; i < 9; ++i) call(permits, sharing(i), kNow + i);
    for (int i = 1; i < 9; ++i) refused(permits, ErrorKind::tooManyRequests, sharing(i), kNow + 9);
    call(permits, sharing(0), kNow + 9);
}

SPEC(PermitsOfPool, know_addresses_from_accounts) {
    CPPUNIT_ASSERT(userAt("192.0.2.1") != userAt("192.0.2.2"));
    for (const auto& address : {""s, "192.0.2.1"s, "2001:db8::1"s})
        CPPUNIT_ASSERT(userAt(address) > std::uint64_t(INT64_MAX));
    CPPUNIT_ASSERT_EQUAL(std::uint64_t(0xf14ef6f9d3c78218), userAt("192.0.2.1"));  // in every build
}

SPEC(PermitsOfPool, hold_in_another_process_with_a_mapping_of_its_own) {
    Permits permits(board, worker, {3, 0, 0});
    {
        Forked other([&] {
            Board mapping(FileDescriptor(dup(board.memoryDescriptor())), FileDescriptor(dup(board.bellDescriptor())));
            Permits theirs(mapping, mapping.addWorker(), {3, 0, 0});
            const auto first = take(theirs, 1), second = take(theirs, 2);
            for (;;) pause();
        });
        ASSERT_EVENTUALLY(board.callsEnd() == 2 && board.call(1).owner != 0);
        const auto third = take(permits, 3);
        refused(permits, ErrorKind::modelBusy, 4);
        other.kill();
        refused(permits, ErrorKind::modelBusy, 4);
    }
    board.removeWorker(worker + 1);
    const auto first = take(permits, 1), second = take(permits, 2), third = take(permits, 3);
}

SPEC(PermitsOfPool, are_counted_right_among_ten_thousand_that_come_and_go) {
    constexpr int kMany = 10'000;
    const int other = board.addWorker();
    Permits ours(board, worker, {kMany, 0, 0}), theirs(board, other, {kMany, 0, 0});
    Taken taken;
    for (int i = 0; i < kMany; ++i) {
        taken.push_back(take(i % 2 ? ours : theirs, 1));
        CPPUNIT_ASSERT(taken.back()->enter(i % 4 / 2, 0));
    }
    refused(ours, ErrorKind::modelBusy, 2);
    std::swap(taken.at(4'711), taken.back());
    taken.pop_back();
    const auto last = take(theirs, 2);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t(2), board.call(4'711).user.load());
    CPPUNIT_ASSERT_EQUAL(kMany, board.callsEnd());
    CPPUNIT_ASSERT(!last->enter(1, kMany / 2 - 1));
    CPPUNIT_ASSERT(last->enter(1, kMany / 2));
    CPPUNIT_ASSERT(!last->enter(0, kMany / 2));  // which also leaves the other
    CPPUNIT_ASSERT(last->enter(1, kMany / 2));
    taken.clear();
    const auto next = take(ours, 3);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t(3), board.call(0).user.load());
    CPPUNIT_ASSERT(next->enter(0, 1));
    CPPUNIT_ASSERT(!next->enter(1, 1));
}

SPEC(PermitsOfPool, of_a_model_go_with_the_process_that_has_them) {
    const int theirs = board.addWorker();
    Forked other([&] {
        Permits permits(board, theirs, {});
        const auto first = take(permits, 1), second = take(permits, 1);
        first->enter(4, 0);
        second->enter(4, 0);
        board.worker(theirs).busy = 1;
        for (;;) pause();
    });
    ASSERT_EVENTUALLY(board.worker(theirs).busy == 1);
    other.kill();
    Permits permits(board, worker, {});
    const auto ours = take(permits, 2);
    CPPUNIT_ASSERT(!ours->enter(4, 2));
    CPPUNIT_ASSERT(ours->enter(4, 3));
    board.removeWorker(theirs);
    CPPUNIT_ASSERT(ours->enter(4, 1));
    CPPUNIT_ASSERT_EQUAL(0, board.worker(theirs).calls.load());
}

SPEC(PermitsOfPool, are_given_although_a_process_died_with_the_lock) {
    Permits permits(board, worker, {});
    Forked other([&] {
        const auto held = board.hold();
        board.extendCalls(1);  // as in the middle of take()
        board.worker(worker).busy = 1;
        for (;;) pause();
    });
    ASSERT_EVENTUALLY(board.worker(worker).busy == 1);
    other.kill();
    const auto permit = take(permits, 1);
    CPPUNIT_ASSERT_EQUAL(1, board.callsEnd());
}

SPEC(PermitsOfPool, are_never_more_than_the_limit_whoever_asks) {
    struct Tally {
        std::atomic<int> inProgress, most, rounds;
    };
    void* const memory = mmap(nullptr, sizeof(Tally), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CPPUNIT_ASSERT(memory != MAP_FAILED);
    auto& tally = *static_cast<Tally*>(memory);
    const auto contend = [&](int row) {
        Permits permits(board, row, {2, 0, 0});
        for (;; ++tally.rounds) try {
                const Permit permit = permits.take(1);
                const int now = ++tally.inProgress;
                for (int most = tally.most; now > most && !tally.most.compare_exchange_weak(most, now);) continue;
                std::this_thread::yield();
                --tally.inProgress;
            } catch (const Error&) {
            }
    };
    {
        const Forked first([&] { contend(1); }), second([&] { contend(2); }), third([&] { contend(3); });
        ASSERT_EVENTUALLY(tally.rounds > 3'000 && tally.most >= 2);
    }
    CPPUNIT_ASSERT_EQUAL(2, tally.most.load());
    munmap(memory, sizeof(Tally));
}

}  // namespace
