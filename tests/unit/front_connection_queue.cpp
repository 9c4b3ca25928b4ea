// Who gets a connection when threads, acceptor and refuser want it at the same time.
#include "front/connection_queue.h"

#include "support/spec.h"
#include "unit/front_queue_fixture.h"

#include <atomic>
#include <utility>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::chrono_literals;

namespace {

SPEC(QueuedConnections, are_refused_in_time_when_the_idle_thread_comes_back_with_another) {
    ConnectionQueue queue(listener, {1, 10ms}, works());
    const Opened atTheEnd{*this};
    listener.join();
    const auto taken = connected();
    ASSERT_EVENTUALLY(accepting.came() == 1);
    CPPUNIT_ASSERT(queue.add(another()));  // the thread still counts as idle
    accepting.open();
    ASSERT_EVENTUALLY(serving.came() == 1);
    ASSERT_EVENTUALLY(refused == 1);
    CPPUNIT_ASSERT_EQUAL(0, crowded.load());
    CPPUNIT_ASSERT_EQUAL(0, served.load());
}

SPEC(QueuedConnections, are_served_when_the_thread_that_had_another_is_free_again) {
    ConnectionQueue queue(listener, {1, kPatience}, works());
    const Opened atTheEnd{*this};
    listener.join();
    const auto taken = connected();
    ASSERT_EVENTUALLY(accepting.came() == 1);
    CPPUNIT_ASSERT(queue.add(another()));
    accepting.open();
    serving.open();
    ASSERT_EVENTUALLY(served == 2);
    CPPUNIT_ASSERT_EQUAL(0, refused.load());
}

SPEC(QueuedConnections, are_not_all_when_one_has_just_been_accepted) {
    ConnectionQueue queue(listener, {1, kPatience}, works());
    const Opened atTheEnd{*this};
    CPPUNIT_ASSERT(queue.drained(0ms));
    listener.join();
    const auto taken = connected();
    ASSERT_EVENTUALLY(accepting.came() == 1);
    listener.leave();
    listener.close();
    CPPUNIT_ASSERT(!queue.drained(0ms));
    CPPUNIT_ASSERT_EQUAL(1, queue.inProgress());
    accepting.open();
    serving.open();
    CPPUNIT_ASSERT(queue.drained(kPatience));
    CPPUNIT_ASSERT_EQUAL(1, served.load());
}

SPEC(QueuedConnections, beyond_two_for_each_thread_are_refused_at_once) {
    ConnectionQueue queue(listener, {1, 1h}, works());
    const Opened atTheEnd{*this};
    CPPUNIT_ASSERT(queue.add(another()));
    ASSERT_EVENTUALLY(serving.came() == 1);
    for (int i = 0; i < 3; ++i) CPPUNIT_ASSERT(queue.add(another()));
    ASSERT_EVENTUALLY(refused == 1);
    CPPUNIT_ASSERT_EQUAL(1, crowded.load());
    CPPUNIT_ASSERT_EQUAL(3, queue.inProgress());
    serving.open();
    ASSERT_EVENTUALLY(served == 3);
}

SPEC(QueuedConnections, whose_requests_have_not_come_keep_no_other_from_its_refusal) {
    std::atomic<int> silent{-1};
    ConnectionQueue::Works late = works();
    late.hasCome = [&](int connection) { return connection != silent; };
    ConnectionQueue queue(listener, {1, 1ms}, late);
    const Opened atTheEnd{*this};
    const auto taken = keepTheThreadBusy();
    FileDescriptor first = another();
    silent = first.get();
    CPPUNIT_ASSERT(queue.add(std::move(first)));
    for (int i = 0; i < 3; ++i) CPPUNIT_ASSERT(queue.add(another()));
    ASSERT_EVENTUALLY(refused == 3);
    CPPUNIT_ASSERT_EQUAL(2, queue.inProgress());
    silent = -1;
    ASSERT_EVENTUALLY(refused == 4);
    serving.open();
    CPPUNIT_ASSERT(queue.drained(kPatience));
}

SPEC(QueuedConnections, whose_requests_never_come_are_given_up_after_a_while) {
    ConnectionQueue::Works late = works();
    late.hasCome = [](int) { return false; };
    ConnectionQueue queue(listener, {1, 1ms}, late);
    const Opened atTheEnd{*this};
    const auto taken = keepTheThreadBusy();
    CPPUNIT_ASSERT(queue.add(another()));
    ASSERT_EVENTUALLY(refused == 1);
}

}  // namespace
