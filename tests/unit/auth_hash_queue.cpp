#include "auth/hash_queue.h"

#include <cppunit/TestCase.h>

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "support/eventually.h"
#include "support/joining_threads.h"
#include "support/spec.h"
#include "unit/expect.h"

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

// One hash runs at a time, and the test says when it ends.
struct HashTurns : CppUnit::TestCase {
    static constexpr int kPlaces = 6;
    HashQueue queue{HashLimits{1, kPlaces}};
    std::mutex mutex;
    std::vector<std::string> order, refused;
    std::optional<HashQueue::Turn> first{std::in_place, queue, HashClient{HashUse::login, "first"}};
    JoiningThreads threads;  // ends before what its threads use

    std::size_t decided() {
        const std::lock_guard lock(mutex);
        return order.size() + refused.size();
    }
    // Comes after all that came before it.
    void come(HashUse use, const std::string& network) {
        const int waited = queue.waiting();
        const std::size_t before = decided();
        threads.add([this, use, network] {
            const std::string name = (use == HashUse::login ? "login " : "new ") + network;
            try {
                const HashQueue::Turn turn(queue, {use, network});
                const std::lock_guard lock(mutex);
                order.push_back(name);
            } catch (const Error& error) {
                CPPUNIT_ASSERT_EQUAL(int(ErrorKind::tooManyRequests), int(error.kind()));
                CPPUNIT_ASSERT(error.retryAfter() >= 1);
                const std::lock_guard lock(mutex);
                refused.push_back(name);
            }
        });
        ASSERT_EVENTUALLY(queue.waiting() > waited || decided() > before);
    }
    void endFirst() {
        first.reset();
        threads.join();
        CPPUNIT_ASSERT_EQUAL(0, queue.waiting());
    }
    static void assertEqual(const std::vector<std::string>& expected, const std::vector<std::string>& seen) {
        std::string text;
        for (const std::string& one : seen) text += one + ", ";
        CPPUNIT_ASSERT_MESSAGE(text, expected == seen);
    }
};

}  // namespace

SPEC(HashTurns, go_to_logins_before_registrations) {
    come(HashUse::registration, "a");
    come(HashUse::registration, "b");
    come(HashUse::login, "c");
    come(HashUse::login, "a");
    endFirst();
    assertEqual({"login c", "login a", "new b", "new a"}, order);
}

SPEC(HashTurns, leave_every_fourth_to_a_registration_that_waits) {
    come(HashUse::registration, "a");
    for (const std::string network : {"b", "c", "d", "e"}) come(HashUse::login, network);
    endFirst();  // which was a login itself
    assertEqual({"login b", "login c", "new a", "login d", "login e"}, order);
}

SPEC(HashTurns, go_round_the_networks) {
    for (int i = 0; i < 4; ++i) come(HashUse::login, "many");
    come(HashUse::login, "one");
    endFirst();
    assertEqual({"login many", "login one", "login many", "login many", "login many"}, order);
}

SPEC(HashTurns, are_refused_to_the_network_that_has_most_waiting) {
    for (int i = 0; i < kPlaces + 3; ++i) come(HashUse::registration, "flood");
    assertEqual({"new flood", "new flood", "new flood"}, refused);
    come(HashUse::login, "ann");
    come(HashUse::registration, "ben");
    come(HashUse::login, "ben");
    assertEqual(std::vector<std::string>(6, "new flood"), refused);
    endFirst();
    assertEqual({"login ann", "login ben"}, {order.begin(), order.begin() + 2});
    CPPUNIT_ASSERT_EQUAL(std::size_t(kPlaces), order.size());
}

SPEC(HashTurns, displace_a_registration_of_the_same_network_before_a_login) {
    for (int i = 0; i < kPlaces - 1; ++i) come(HashUse::login, "a");
    come(HashUse::registration, "a");
    come(HashUse::login, "a");
    assertEqual({"new a"}, refused);
    come(HashUse::login, "a");
    assertEqual({"new a", "login a"}, refused);
    endFirst();
}

SPEC(HashTurns, leave_threads_to_what_hashes_nothing_and_to_those_who_wait) {
    for (const int cores : {0, 1, 2, 8, 64, 256})
        for (const int threads : {1, 2, 3, 4, 8, 32, 512}) {
            const HashLimits limits = HashLimits::forThreads(threads, cores);
            CPPUNIT_ASSERT(limits.atOnce >= 1 && limits.atOnce <= std::max(1, cores - 1));
            CPPUNIT_ASSERT(threads == 1 || limits.atOnce + limits.waiting <= threads - std::max(1, threads / 4));
            CPPUNIT_ASSERT(limits.waiting >= (threads < 3 ? 0 : std::min(limits.atOnce, 32)));
        }
}

SPEC(HashTurns, strengthen_when_one_is_free_and_never_wait) {
    const HashClient ann{HashUse::strengthening, "ann"};
    expectError(ErrorKind::tooManyRequests, [&] { HashQueue::Turn(queue, ann); });
    come(HashUse::login, "ben");
    endFirst();
    assertEqual({"login ben"}, order);
    const HashQueue::Turn turn(queue, ann);
}
