// The watch over calls: who leaves or is late has his upstream connection shut down, and nobody else.
#include "call/call_watch.h"

#include "pool/board.h"
#include "support/eventually.h"
#include "support/joining_threads.h"
#include "support/spec.h"
#include "unit/host_fixture.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <atomic>
#include <chrono>
#include <optional>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::chrono_literals;

namespace {

struct Watch : CppUnit::TestCase {
    EventLoop loop;
    CallWatch watch{loop};
    SocketPair client, upstream;

    static void assertStopped(const CallWatch::Call& call, Stop reason) {
        ASSERT_EVENTUALLY(call.stop() != Stop::none);
        CPPUNIT_ASSERT_EQUAL(int(reason), int(call.stop()));
    }
};

SPEC(Watch, ends_a_call_whose_client_closes_the_connection) {
    CallWatch::Call call(watch, client.ours.get(), 1h);
    call.guard(upstream.ours.get(), 1h);
    CPPUNIT_ASSERT(call.stop() == Stop::none);
    client.theirs = {};
    CPPUNIT_ASSERT(upstream.endsWhileReading());
    assertStopped(call, Stop::clientLeft);
}

SPEC(Watch, ends_a_call_whose_client_half_closes_or_sends_something) {
    {
        CallWatch::Call call(watch, client.ours.get(), 1h);
        ::shutdown(client.theirs.get(), SHUT_WR);
        assertStopped(call, Stop::clientLeft);
    }
    SocketPair talker;
    CallWatch::Call call(watch, talker.ours.get(), 1h);
    CPPUNIT_ASSERT_EQUAL(ssize_t(1), ::send(talker.theirs.get(), "x", 1, 0));
    assertStopped(call, Stop::clientLeft);
}

SPEC(Watch, sees_a_client_who_left_before_the_call_began) {
    client.theirs = {};
    CallWatch::Call call(watch, client.ours.get(), 1h);
    call.guard(upstream.ours.get(), 1h);
    CPPUNIT_ASSERT(upstream.endsWhileReading());
    assertStopped(call, Stop::clientLeft);
}

SPEC(Watch, watches_one_connection_for_call_after_call) {
    for (int i = 0; i < 3; ++i) {
        CallWatch::Call call(watch, client.ours.get(), 1h);
        CPPUNIT_ASSERT(call.stop() == Stop::none);
    }
    CallWatch::Call call(watch, client.ours.get(), 1h);
    client.theirs = {};
    assertStopped(call, Stop::clientLeft);
}

SPEC(Watch, ends_a_call_when_its_guard_expires) {
    CallWatch::Call call(watch, -1, 1h);
    call.guard(upstream.ours.get(), 1ms);
    CPPUNIT_ASSERT(upstream.endsWhileReading());
    assertStopped(call, Stop::guardExpired);
}

SPEC(Watch, ends_a_call_when_its_total_time_is_over) {
    CallWatch::Call call(watch, client.ours.get(), 1ms);
    call.guard(upstream.ours.get(), 1h);
    CPPUNIT_ASSERT(upstream.endsWhileReading());
    assertStopped(call, Stop::totalExpired);
}

SPEC(Watch, ends_a_call_at_its_total_time_however_often_it_guards) {
    CallWatch::Call call(watch, -1, 300ms);
    ASSERT_EVENTUALLY((call.guard(upstream.ours.get(), 1h), call.stop() != Stop::none));
    CPPUNIT_ASSERT_EQUAL(int(Stop::totalExpired), int(call.stop()));
}

SPEC(Watch, starts_the_time_anew_when_it_is_guarded_again) {
    SocketPair other;
    const auto time = 2s * timeFactor();
    CallWatch::Call lively(watch, -1, 1h), silent(watch, -1, 1h);
    lively.guard(upstream.ours.get(), time);
    lively.guard(upstream.ours.get(), 1h);
    silent.guard(other.ours.get(), time + 100ms);
    // When the silent one expires the first guard of the lively one would have, too.
    assertStopped(silent, Stop::guardExpired);
    CPPUNIT_ASSERT_EQUAL(int(Stop::none), int(lively.stop()));
    CPPUNIT_ASSERT(upstream.isOpen());
}

SPEC(Watch, may_be_given_less_time_than_before) {
    CallWatch::Call call(watch, -1, 1h);
    call.guard(upstream.ours.get(), 1h);
    call.guard(upstream.ours.get(), 1ms);
    assertStopped(call, Stop::guardExpired);
}

SPEC(Watch, shuts_down_at_once_what_is_guarded_after_the_end) {
    CallWatch::Call call(watch, -1, 1h);
    call.end(Stop::clientLeft);
    CPPUNIT_ASSERT(upstream.isOpen());
    call.guard(upstream.ours.get(), 1h);
    CPPUNIT_ASSERT(!upstream.isOpen());
    CPPUNIT_ASSERT(upstream.endsWhileReading());
}

SPEC(Watch, keeps_the_first_reason) {
    const auto time = 500ms * timeFactor();
    CallWatch::Call call(watch, -1, time);
    const CallWatch::Call later(watch, -1, time + 1ms);
    call.end(Stop::answerTooLong);
    call.end(Stop::clientLeft);
    assertStopped(later, Stop::totalExpired);  // so the time of the first is over, too
    watch.endAll();
    CPPUNIT_ASSERT_EQUAL(int(Stop::answerTooLong), int(call.stop()));
}

SPEC(Watch, leaves_a_descriptor_alone_that_was_withdrawn) {
    CallWatch::Call call(watch, -1, 1h);
    call.guard(upstream.ours.get(), 1h);
    const int number = upstream.ours.get();
    call.guard(-1, 0ms);
    upstream.close();
    const SocketPair next;  // takes the lowest free number, as the next request would
    CPPUNIT_ASSERT_EQUAL(number, next.ours.get());
    call.end(Stop::totalExpired);
    CPPUNIT_ASSERT(next.isOpen());
}

SPEC(Watch, does_not_expire_a_guard_that_was_withdrawn) {
    SocketPair other;
    CallWatch::Call call(watch, -1, 1h), later(watch, -1, 1h);
    call.guard(upstream.ours.get(), 1h);
    call.guard(-1, 0ms);
    later.guard(other.ours.get(), 1ms);
    assertStopped(later, Stop::guardExpired);
    CPPUNIT_ASSERT_EQUAL(int(Stop::none), int(call.stop()));
    CPPUNIT_ASSERT(upstream.isOpen());
}

SPEC(Watch, guards_one_descriptor_after_another) {
    SocketPair second;
    CallWatch::Call call(watch, client.ours.get(), 1h);
    call.guard(upstream.ours.get(), 1h);
    call.guard(second.ours.get(), 1h);
    client.theirs = {};
    CPPUNIT_ASSERT(second.endsWhileReading());
    CPPUNIT_ASSERT(upstream.isOpen());
}

SPEC(Watch, ends_all_calls_for_a_worker_that_stops) {
    SocketPair other;
    CallWatch::Call first(watch, client.ours.get(), 1h), second(watch, -1, 1h);
    first.guard(upstream.ours.get(), 1h);
    second.guard(other.ours.get(), 1h);
    watch.endAll();
    CPPUNIT_ASSERT(upstream.endsWhileReading());
    CPPUNIT_ASSERT(other.endsWhileReading());
    CPPUNIT_ASSERT_EQUAL(int(Stop::totalExpired), int(first.stop()));
    CPPUNIT_ASSERT(client.isOpen());
}

SPEC(Watch, ends_the_one_and_lets_the_others_go_on) {
    SocketPair otherClient, otherUpstream;
    CallWatch::Call first(watch, client.ours.get(), 1h), second(watch, otherClient.ours.get(), 1h);
    first.guard(upstream.ours.get(), 1h);
    second.guard(otherUpstream.ours.get(), 1h);
    client.theirs = {};
    CPPUNIT_ASSERT(upstream.endsWhileReading());
    CPPUNIT_ASSERT_EQUAL(int(Stop::none), int(second.stop()));
    CPPUNIT_ASSERT(otherUpstream.isOpen());
}

SPEC(Watch, keeps_a_thousand_calls_of_eight_threads_apart) {
    constexpr int threadCount = 8, callsPerThread = 125;
    std::atomic<int> ended{0};
    const auto oneCall = [&](bool leaves) {
        SocketPair someClient, someUpstream;
        {
            CallWatch::Call call(watch, someClient.ours.get(), 1h);
            call.guard(someUpstream.ours.get(), 1h);
            if (leaves) someClient.theirs = {};
            if (leaves && someUpstream.endsWhileReading() && call.stop() == Stop::clientLeft) ++ended;
            call.guard(someUpstream.ours.get(), 1h);
            call.guard(-1, 0ms);
            someUpstream.close();
        }
    };
    JoiningThreads threads;
    for (int thread = 0; thread < threadCount; ++thread)
        threads.add([&] {
            for (int i = 0; i < callsPerThread; ++i) oneCall(i % 2 == 0);
        });
    threads.join();
    CPPUNIT_ASSERT_EQUAL(threadCount * (callsPerThread + 1) / 2, ended.load());
}

SPEC(Watch, shuts_down_again_what_was_connected_after_the_call_ended) {
    const FileDescriptor listening(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    CPPUNIT_ASSERT_EQUAL(0, bind(listening.get(), reinterpret_cast<sockaddr*>(&address), sizeof address.sun_family));
    socklen_t size = sizeof address;  // the system has made up a name
    getsockname(listening.get(), reinterpret_cast<sockaddr*>(&address), &size);
    CPPUNIT_ASSERT_EQUAL(0, listen(listening.get(), 1));

    upstream.ours = FileDescriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    CallWatch::Call call(watch, client.ours.get(), 1h);
    call.guard(upstream.ours.get(), 1h);
    client.theirs = {};
    assertStopped(call, Stop::clientLeft);  // and nothing was connected that could be shut down
    CPPUNIT_ASSERT_EQUAL(0, connect(upstream.ours.get(), reinterpret_cast<const sockaddr*>(&address), size));
    CPPUNIT_ASSERT(upstream.endsWhileReading());
}

SPEC(Watch, ends_each_call_that_begins_after_all_were_ended) {
    watch.endAll();
    CallWatch::Call call(watch, -1, 1h);
    CPPUNIT_ASSERT_EQUAL(int(Stop::totalExpired), int(call.stop()));
    call.guard(upstream.ours.get(), 1h);
    CPPUNIT_ASSERT(upstream.endsWhileReading());
}

SPEC(Watch, lets_the_time_of_a_guard_stand_still) {
    SocketPair other;
    CallWatch::Call paused(watch, -1, 1h), late(watch, -1, 1h);
    const auto time = 500ms * timeFactor();
    paused.guard(upstream.ours.get(), time);
    paused.pauseGuard();
    late.guard(other.ours.get(), 2 * time);
    assertStopped(late, Stop::guardExpired);  // so the time of the other would be over, too
    CPPUNIT_ASSERT_EQUAL(int(Stop::none), int(paused.stop()));
    paused.resumeGuard();
    assertStopped(paused, Stop::guardExpired);
}

SPEC(Watch, says_when_a_call_is_overdue) {
    std::atomic<std::int64_t> overdueAt{0};
    const std::int64_t before = Board::milliseconds();
    {
        CallWatch::Call call(watch, -1, 2h, {&overdueAt, 1h});
        CPPUNIT_ASSERT(overdueAt >= before + 10'800'000 - 1);
        call.end(Stop::clientLeft);
        CPPUNIT_ASSERT(overdueAt >= before + 3'600'000 && overdueAt <= Board::milliseconds() + 3'600'000);
        call.pauseGuard();  // the host writes to a client that reads slowly: no fault of the plugin
        const std::int64_t paused = overdueAt;
        ASSERT_EVENTUALLY(overdueAt > paused);
        call.resumeGuard();
    }
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), overdueAt.load());
    watch.endAll();
    const CallWatch::Call late(watch, -1, 2h, {&overdueAt, 1h});
    CPPUNIT_ASSERT(overdueAt <= Board::milliseconds() + 3'600'000);
}

SPEC(Watch, waits_until_the_client_leaves_or_all_calls_end) {
    CPPUNIT_ASSERT(watch.wait(client.ours.get(), 1ms) == Stop::none);
    CPPUNIT_ASSERT(watch.wait(-1, 1ms) == Stop::none);
    client.theirs = {};
    CPPUNIT_ASSERT(watch.wait(client.ours.get(), 1h) == Stop::clientLeft);
    watch.endAll();
    for (int i = 0; i < 2; ++i) CPPUNIT_ASSERT(watch.wait(-1, 1h) == Stop::totalExpired);
}

}  // namespace
