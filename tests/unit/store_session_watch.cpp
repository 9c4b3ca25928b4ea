#include "store/session_watch.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include "base/file_descriptor.h"
#include "support/spec.h"

using namespace aiproject;
using namespace std::chrono_literals;

namespace {

struct SessionWatched : CppUnit::TestCase {};

struct WatchedPair {
    FileDescriptor ours, server;
    WatchedPair() {
        std::array<int, 2> ends{};
        CPPUNIT_ASSERT_EQUAL(0, ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()));
        ours = FileDescriptor(ends[0]);
        server = FileDescriptor(ends[1]);
    }
};

ssize_t received(const FileDescriptor& socket) {  // 0: it was shut down
    char byte = 0;
    return ::read(socket.get(), &byte, 1);
}

}  // namespace

SPEC(SessionWatched, is_shut_down_when_its_time_is_over) {
    SessionWatch watch;
    const WatchedPair session;
    SessionWatch::Turn turn(watch, session.ours.get(), std::chrono::steady_clock::now() + 20ms);
    CPPUNIT_ASSERT_EQUAL(ssize_t(0), received(session.ours));
    CPPUNIT_ASSERT(turn.end());
}

SPEC(SessionWatched, descriptor_that_became_another_file_is_left_alone) {
    SessionWatch watch;
    const WatchedPair lost, another, later;
    const auto now = std::chrono::steady_clock::now();
    const SessionWatch::Turn turn(watch, lost.ours.get(), now + 200ms);
    CPPUNIT_ASSERT_EQUAL(lost.ours.get(), ::dup2(another.ours.get(), lost.ours.get()));  // as close() and a new open()
    const SessionWatch::Turn last(watch, later.ours.get(), now + 210ms);
    CPPUNIT_ASSERT_EQUAL(ssize_t(0), received(later.ours));  // both are over
    CPPUNIT_ASSERT_EQUAL(ssize_t(1), ::write(another.server.get(), "x", 1));
    CPPUNIT_ASSERT_EQUAL(ssize_t(1), received(another.ours));
}
