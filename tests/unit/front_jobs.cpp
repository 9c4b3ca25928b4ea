// Jobs beside connections: before new ones, and never refused.
#include "front/connection_queue.h"
#include "front/request_in_progress.h"

#include "support/joining_threads.h"
#include "support/spec.h"
#include "unit/front_queue_fixture.h"

#include <poll.h>

#include <memory>
#include <mutex>
#include <string>
#include <vector>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::chrono_literals;

namespace {

struct Jobs : QueuedConnections {
    std::mutex mutex;
    std::vector<std::string> order;  // under the mutex

    void note(const std::string& what) {
        const std::lock_guard lock(mutex);
        order.push_back(what);
    }
    std::vector<std::string> noted() {
        const std::lock_guard lock(mutex);
        return order;
    }
    // Each connection that is served passes the gate, and is noted.
    ConnectionQueue::Works notingWorks() {
        ConnectionQueue::Works all = works();
        all.serve = [this, serve = all.serve](Incoming incoming) {
            serve(std::move(incoming));
            note("connection");
        };
        return all;
    }
};

SPEC(Jobs, are_done_before_connections_that_came_earlier) {
    ConnectionQueue queue(listener, {1, kPatience}, kReceiving, notingWorks());
    const Opened atTheEnd{*this};
    const auto taken = keepTheThreadBusy();
    CPPUNIT_ASSERT(queue.add(another()));
    queue.run([this] { note("first job"); });
    queue.run([this] { note("second job"); });
    CPPUNIT_ASSERT_EQUAL(2, RequestInProgress::count());  // a job is none
    serving.open();
    CPPUNIT_ASSERT(queue.drained(kPatience));
    const std::vector<std::string> expected{"connection", "first job", "second job", "connection"};
    CPPUNIT_ASSERT(expected == noted());
    CPPUNIT_ASSERT_EQUAL(0, refused.load());
}

SPEC(Jobs, go_before_a_connection_that_is_being_accepted) {
    ConnectionQueue queue(listener, {1, kPatience}, kReceiving, notingWorks());
    const Opened atTheEnd{*this};
    serving.open();
    listener.join();
    const auto taken = connected();
    ASSERT_EVENTUALLY(accepting.came() == 1);
    queue.run([this] { note("job"); });
    accepting.open();
    ASSERT_EVENTUALLY(noted().size() == 2);
    const std::vector<std::string> expected{"job", "connection"};
    CPPUNIT_ASSERT(expected == noted());
}

SPEC(Jobs, are_not_refused_while_connections_are) {
    ConnectionQueue queue(listener, {1, 1ms}, kReceiving, notingWorks());
    const Opened atTheEnd{*this};
    const auto taken = keepTheThreadBusy();
    for (int i = 0; i < 100; ++i) queue.run([this] { note("job"); });
    for (int i = 0; i < 5; ++i) CPPUNIT_ASSERT(queue.add(another()));
    ASSERT_EVENTUALLY(refused == 5);
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), noted().size());
    serving.open();
    CPPUNIT_ASSERT(queue.drained(kPatience));
    CPPUNIT_ASSERT_EQUAL(std::size_t(101), noted().size());
    CPPUNIT_ASSERT_EQUAL(1, served.load());
}

// The refuser slept when the connection came, since the thread was idle.
SPEC(Jobs, that_take_the_thread_of_a_connection_leave_it_its_refusal) {
    ConnectionQueue queue(listener, {1, 10ms}, kReceiving, works());
    const Opened atTheEnd{*this};
    listener.join();
    const auto taken = connected();
    ASSERT_EVENTUALLY(accepting.came() == 1);
    CPPUNIT_ASSERT(queue.add(another()));  // the thread still counts as idle
    queue.run([this] { serving.pass(); });
    accepting.open();
    ASSERT_EVENTUALLY(refused == 2);
    CPPUNIT_ASSERT_EQUAL(0, served.load());
}

SPEC(Jobs, are_all_done_while_the_worker_drains) {
    ConnectionQueue queue(listener, {1, kPatience}, kReceiving, notingWorks());
    const Opened atTheEnd{*this};
    const auto taken = keepTheThreadBusy();
    listener.leave();
    listener.close();
    queue.run([&] {
        note("job");
        queue.run([this] { note("job of a job"); });
    });
    CPPUNIT_ASSERT(!queue.drained(0ms));
    CPPUNIT_ASSERT_EQUAL(1, RequestInProgress::count());
    serving.open();
    CPPUNIT_ASSERT(queue.drained(kPatience));
    const std::vector<std::string> expected{"connection", "job", "job of a job"};
    CPPUNIT_ASSERT(expected == noted());
    queue.run([this] { note("late job"); });
    CPPUNIT_ASSERT(queue.drained(kPatience));
    CPPUNIT_ASSERT_EQUAL(std::size_t(4), noted().size());
}

SPEC(Jobs, are_done_before_the_threads_end) {
    {
        ConnectionQueue queue(listener, {2, kPatience}, kReceiving, notingWorks());
        for (int i = 0; i < 50; ++i) queue.run([this] { note("job"); });
    }
    CPPUNIT_ASSERT_EQUAL(std::size_t(50), noted().size());
}

SPEC(Jobs, get_threads_up_to_the_limit) {
    ConnectionQueue queue(listener, {3, kPatience}, kReceiving, works());
    const Opened atTheEnd{*this};
    for (int i = 0; i < 4; ++i) queue.run([this] { serving.pass(); });
    ASSERT_EVENTUALLY(serving.came() == 3);
    CPPUNIT_ASSERT_EQUAL(0, RequestInProgress::count());
    serving.open();
    CPPUNIT_ASSERT(queue.drained(kPatience));
    CPPUNIT_ASSERT_EQUAL(4, serving.came());
}

// Or the acceptor would leave the next connection to threads that are all busy.
SPEC(Jobs, that_fill_the_pool_tell_the_acceptor) {
    ConnectionQueue queue(listener, {1, kPatience}, kReceiving, works());
    const Opened atTheEnd{*this};
    CPPUNIT_ASSERT(!queue.isFull());
    queue.run([this] { serving.pass(); });
    CPPUNIT_ASSERT(queue.isFull());
    pollfd full{queue.fullness(), POLLIN, 0};
    CPPUNIT_ASSERT_EQUAL(1, poll(&full, 1, 0));
    serving.open();
    ASSERT_EVENTUALLY(!queue.isFull());
}

SPEC(Jobs, leave_a_thread_for_the_next_connection) {
    ConnectionQueue queue(listener, {2, kPatience}, kReceiving, works());
    const Opened atTheEnd{*this};
    queue.run([this] { serving.pass(); });
    listener.join();
    const auto taken = connected();
    ASSERT_EVENTUALLY(accepting.came() == 1);
}

SPEC(Jobs, of_many_threads_are_done_once_each) {
    std::atomic<int> done{0};
    {
        ConnectionQueue queue(listener, {4, kPatience}, kReceiving, works());
        JoiningThreads threads;
        for (int i = 0; i < 4; ++i)
            threads.add([&] {
                for (int job = 0; job < 500; ++job) queue.run([&] { ++done; });
            });
        threads.join();
        CPPUNIT_ASSERT(queue.drained(kPatience));
        CPPUNIT_ASSERT_EQUAL(2'000, done.load());
    }
    CPPUNIT_ASSERT_EQUAL(2'000, done.load());
}

// Which may be the last owner of something whose end takes a while, or asks for the queue.
SPEC(Jobs, are_gone_with_what_they_hold_when_they_are_drained) {
    ConnectionQueue queue(listener, {1, kPatience}, kReceiving, works());
    auto held = std::make_shared<int>(1);
    const std::weak_ptr<int> seen = held;
    queue.run([held = std::move(held)] {});
    CPPUNIT_ASSERT(queue.drained(kPatience));
    CPPUNIT_ASSERT(seen.expired());
}

}  // namespace
