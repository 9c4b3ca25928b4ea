// Who gets a connection when threads, acceptor and refuser want it at the same time.
#include "front/connection_queue.h"
#include "front/request_in_progress.h"

#include "support/spec.h"
#include "unit/front_queue_fixture.h"

#include <string>
#include <utility>
#include <vector>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::chrono_literals;

namespace {

SPEC(QueuedConnections, are_refused_in_time_when_the_idle_thread_comes_back_with_another) {
    ConnectionQueue queue(listener, {1, 10ms}, kReceiving, works());
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
    ConnectionQueue queue(listener, {1, kPatience}, kReceiving, works());
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
    ConnectionQueue queue(listener, {1, kPatience}, kReceiving, works());
    const Opened atTheEnd{*this};
    CPPUNIT_ASSERT(queue.drained(0ms));
    listener.join();
    const auto taken = connected();
    ASSERT_EVENTUALLY(accepting.came() == 1);
    listener.leave();
    listener.close();
    CPPUNIT_ASSERT(!queue.drained(0ms));
    CPPUNIT_ASSERT_EQUAL(1, RequestInProgress::count());
    accepting.open();
    serving.open();
    CPPUNIT_ASSERT(queue.drained(kPatience));
    CPPUNIT_ASSERT_EQUAL(1, served.load());
}

SPEC(QueuedConnections, count_once_while_their_thread_hands_them_over) {
    Incoming handedOver;
    ConnectionQueue::Works handing = works();
    handing.serve = [&](Incoming incoming) {
        handedOver = std::move(incoming);
        serving.pass();
    };
    ConnectionQueue queue(listener, {1, kPatience}, kReceiving, handing);
    const Opened atTheEnd{*this};
    CPPUNIT_ASSERT(queue.add(another()));
    ASSERT_EVENTUALLY(serving.came() == 1);
    CPPUNIT_ASSERT_EQUAL(1, RequestInProgress::count());
    serving.open();
    CPPUNIT_ASSERT(queue.drained(kPatience));
    CPPUNIT_ASSERT_EQUAL(1, RequestInProgress::count());
    handedOver = {};
    CPPUNIT_ASSERT_EQUAL(0, RequestInProgress::count());
}

SPEC(QueuedConnections, beyond_two_for_each_thread_are_refused_at_once) {
    ConnectionQueue queue(listener, {1, 1h}, kReceiving, works());
    const Opened atTheEnd{*this};
    CPPUNIT_ASSERT(queue.add(another()));
    ASSERT_EVENTUALLY(serving.came() == 1);
    for (int i = 0; i < 3; ++i) CPPUNIT_ASSERT(queue.add(another()));
    ASSERT_EVENTUALLY(refused == 1);
    CPPUNIT_ASSERT_EQUAL(1, crowded.load());
    ASSERT_EVENTUALLY(RequestInProgress::count() == 3);
    serving.open();
    ASSERT_EVENTUALLY(served == 3);
}

SPEC(QueuedConnections, that_keep_too_much_are_refused_at_once) {
    ConnectionQueue queue(listener, {1, 1h}, kReceiving, works());
    const Opened atTheEnd{*this};
    const auto taken = keepTheThreadBusy();
    // In parts: what is all there stays in its socket, and counts for nothing.
    const std::string large = FastcgiClient::records({"POST", "/x", "", {{"LONG", std::string(600, 'x')}}});
    for (int i = 0; i < 2; ++i) {
        CPPUNIT_ASSERT(queue.add(another(large.substr(0, 300))));
        send(others.back(), large.substr(300));
        ASSERT_EVENTUALLY(accepting.came() == 2 + i);  // the first is the thread's
    }
    ASSERT_EVENTUALLY(crowded == 1);
    ASSERT_EVENTUALLY(RequestInProgress::count() == 2);
    serving.open();
    ASSERT_EVENTUALLY(served == 2);
}

SPEC(QueuedConnections, whose_requests_have_not_come_hold_no_thread) {
    // Half as many threads, since two may wait for each when all come back at once.
    ConnectionQueue queue(listener, {4, kPatience}, kReceiving, works());
    const Opened atTheEnd{*this};
    accepting.open();
    listener.join();
    std::vector<FileDescriptor> silent;
    silent.reserve(4);
    for (int i = 0; i < 4; ++i) silent.push_back(SharedListener::connected());
    for (int i = 0; i < 4; ++i) CPPUNIT_ASSERT(queue.add(another(kRequest.substr(0, 20))));
    ASSERT_EVENTUALLY(setAside == 8);
    CPPUNIT_ASSERT_EQUAL(8, RequestInProgress::count());
    serving.open();
    const auto quick = connected();
    ASSERT_EVENTUALLY(served == 1);
    for (const FileDescriptor& one : silent) send(one, kRequest);
    for (const FileDescriptor& one : others) send(one, kRequest.substr(20));
    ASSERT_EVENTUALLY(served == 9);
    CPPUNIT_ASSERT(queue.drained(kPatience));
    CPPUNIT_ASSERT_EQUAL(0, refused.load());
}

SPEC(QueuedConnections, whose_requests_have_not_come_keep_no_other_from_its_refusal) {
    ConnectionQueue queue(listener, {1, 1ms}, kReceiving, works());
    const Opened atTheEnd{*this};
    const auto taken = keepTheThreadBusy();
    CPPUNIT_ASSERT(queue.add(another("")));
    CPPUNIT_ASSERT_EQUAL(1, setAside.load());
    for (int i = 0; i < 3; ++i) CPPUNIT_ASSERT(queue.add(another()));
    ASSERT_EVENTUALLY(refused == 3);
    ASSERT_EVENTUALLY(RequestInProgress::count() == 2);
    send(others.front(), kRequest);
    ASSERT_EVENTUALLY(refused == 4);
    serving.open();
    CPPUNIT_ASSERT(queue.drained(kPatience));
}

SPEC(QueuedConnections, whose_requests_never_come_are_given_up_after_a_while) {
    ConnectionQueue queue(listener, {1, 1ms}, {10ms, 100, 1000, 1000}, works());
    const Opened atTheEnd{*this};
    const auto taken = keepTheThreadBusy();
    CPPUNIT_ASSERT(queue.add(another("")));
    ASSERT_EVENTUALLY(RequestInProgress::count() == 1);
    CPPUNIT_ASSERT_EQUAL(0, refused.load());
    char byte = 0;
    CPPUNIT_ASSERT_EQUAL(ssize_t(0), recv(others.front().get(), &byte, 1, 0));
}

}  // namespace
