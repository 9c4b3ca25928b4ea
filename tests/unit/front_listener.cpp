// How the threads and processes that share a listening socket get its connections. Two listeners on one socket are to
// the system what two processes are.
#include "front/listener.h"

#include "support/eventually.h"
#include "support/joining_threads.h"
#include "support/spec.h"
#include "unit/front_fixture.h"

#include <atomic>
#include <stdexcept>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::chrono_literals;

namespace {

// Threads that wait at a listener, and what became of it.
struct Waiters {
    std::atomic<int> accepted{0}, inVain{0};
    JoiningThreads threads;

    Waiters(Listener& listener, int count) {
        for (int i = 0; i < count; ++i)
            threads.add([&] {
                while (!threads.isOver())
                    if (listener.wait(10ms)) ++(listener.accept() ? accepted : inVain);
            });
    }
};

SPEC(SharedListener, wakes_one_for_each_connection_and_each_process_in_its_turn) {
    Listener one(socket.get()), other(same.get());
    one.join();
    other.join();
    const Waiters ours(one, 4), theirs(other, 4);
    for (int sent = 1; sent <= 200; ++sent) {
        connected();
        ASSERT_EVENTUALLY(ours.accepted + theirs.accepted == sent);
    }
    CPPUNIT_ASSERT(ours.accepted >= 50 && theirs.accepted >= 50);
    CPPUNIT_ASSERT(ours.inVain + theirs.inVain < 100);  // with poll() some 1,400
}

SPEC(SharedListener, leaves_no_connection_of_many_that_come_at_once) {
    Listener one(socket.get()), other(same.get());
    one.join();
    other.join();
    const Waiters ours(one, 2), theirs(other, 2);
    JoiningThreads clients;
    for (int i = 0; i < 8; ++i)
        clients.add([&] {
            for (int sent = 0; sent < 100; ++sent) connected();
        });
    clients.join();
    ASSERT_EVENTUALLY(ours.accepted + theirs.accepted == 800);
}

SPEC(SharedListener, gives_what_waited_to_the_first_that_joins) {
    Listener one(socket.get());
    const auto client = connected();
    CPPUNIT_ASSERT(!one.wait(0ms));
    one.join();
    CPPUNIT_ASSERT(one.wait(kPatience));
    CPPUNIT_ASSERT(one.accept());
    CPPUNIT_ASSERT(!one.accept());
}

SPEC(SharedListener, leaves_to_others_what_comes_after_it_has_left) {
    Listener one(socket.get()), other(same.get());
    one.join();
    one.leave();
    other.join();
    const auto client = connected();
    CPPUNIT_ASSERT(other.wait(kPatience));
    CPPUNIT_ASSERT(!one.wait(0ms));
    CPPUNIT_ASSERT(other.accept());
}

SPEC(SharedListener, rings_for_one_that_waits_or_for_the_next) {
    Listener one(socket.get());
    one.ring();
    CPPUNIT_ASSERT(one.wait(kPatience));
    CPPUNIT_ASSERT(!one.wait(0ms));
}

SPEC(SharedListener, is_no_file_and_no_connection) {
    CPPUNIT_ASSERT_THROW(Listener(connected().get()), std::runtime_error);
    CPPUNIT_ASSERT_THROW(Listener(-1), std::runtime_error);
}

}  // namespace
