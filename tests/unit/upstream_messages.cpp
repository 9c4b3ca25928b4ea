// From an upstream's bytes to messages, on the calling thread.
#include "aiproject/testing.h"
#include "support/raw_web_socket.h"
#include "support/spec.h"
#include "upstream/call.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>

using namespace aiproject;
using namespace aiproject::outbound;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

constexpr Timeouts kPatient{20'000, 20'000, 20'000, 60'000};

// The server's side of RFC 6455: no mask.
std::string frame(const std::string& payload, unsigned char first = 0x81) {
    std::string bytes(1, char(first));
    if (payload.size() < 126)
        bytes += char(payload.size());
    else
        bytes += {char(126), char(payload.size() / 256), char(payload.size() % 256)};
    return bytes + payload;
}

struct Messages : CppUnit::TestCase {
    std::array<int, 2> pair = connectedPair();
    testing::Reply reply;
    Deadlines deadlines{reply, kPatient, "the upstream"};
    Call reader{rawWebSocket(pair[0]), deadlines};

    ~Messages() override { close(pair[1]); }
    Messages() = default;
    Messages(const Messages&) = delete;
    Messages& operator=(const Messages&) = delete;

    static std::array<int, 2> connectedPair() {
        std::array<int, 2> ends{};
        CPPUNIT_ASSERT_EQUAL(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()));
        return ends;
    }
    void arrives(const std::string& bytes) const {
        CPPUNIT_ASSERT_EQUAL(ssize_t(bytes.size()), send(pair[1], bytes.data(), bytes.size(), MSG_NOSIGNAL));
    }
    std::string next() { return std::string(reader.receive()); }
};

}  // namespace

SPEC(Messages, that_arrived_together_are_here_without_another_read) {
    const std::string large(300, 'b');
    arrives(frame("a") + frame(large) + frame("", 0x89) + frame("c", 0x01) + frame("d", 0x80));
    CPPUNIT_ASSERT_EQUAL("a"s, next());
    shutdown(pair[1], SHUT_WR);  // from here on a read would find the end
    CPPUNIT_ASSERT_EQUAL(large, next());
    CPPUNIT_ASSERT_EQUAL("cd"s, next());
}

SPEC(Messages, are_waited_for_however_they_are_cut) {
    const std::string second = frame(std::string(300, 'b'));
    for (std::size_t part : {1, 2, 3, 4, 303}) {
        arrives(frame("a") + second.substr(0, part));
        CPPUNIT_ASSERT_EQUAL("a"s, next());
        arrives(second.substr(part));
        CPPUNIT_ASSERT_EQUAL(std::size_t(300), next().size());
    }
}

SPEC(Messages, larger_than_what_is_read_ahead_come_whole) {
    const std::string large(60'000, 'x');
    arrives(frame("a") + frame(large) + frame("c"));
    CPPUNIT_ASSERT_EQUAL("a"s, next());
    CPPUNIT_ASSERT_EQUAL(large, next());
    CPPUNIT_ASSERT_EQUAL("c"s, next());
}

SPEC(Messages, end_with_the_connection) {
    arrives(frame("a"));
    shutdown(pair[1], SHUT_WR);
    CPPUNIT_ASSERT_EQUAL("a"s, next());
    CPPUNIT_ASSERT_THROW(reader.receive(), CallFailure);
}
