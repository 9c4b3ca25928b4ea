// An answer over a WebSocket as the host follows it: one read, all messages in it, and how it ends.
#include "upstream/web_stream.h"

#include "aiproject/testing.h"
#include "support/raw_web_socket.h"
#include "support/spec.h"
#include "upstream/failure.h"

#include <malloc.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

using namespace aiproject;
using namespace aiproject::outbound;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

// Of a server; at most 125 bytes of payload.
std::string served(unsigned char first, const std::string& payload) {
    return std::string{char(first), char(payload.size())} + payload;
}
std::string told(const std::string& payload) { return served(0x81, payload); }

struct Explained final : testing::Reply {
    void explain(Text reason) noexcept override { reasons += reason.str(); }

    std::string reasons;
};

// The message "end" ends it, "fail" fails.
class Noting final : public WebStream {
public:
    Noting(OpenWebSocket web, std::vector<std::string>& messages) : WebStream(std::move(web)), messages_(messages) {}

private:
    ModelStatus take(std::string_view message, IReply& /*reply*/) override {
        messages_.emplace_back(message);
        if (message == "fail") throw CallFailure(ModelStatus::busy, "too many");
        return message == "end" ? ModelStatus::ok : ModelStatus::streaming;
    }

    std::vector<std::string>& messages_;
};

struct Streams : CppUnit::TestCase {
    std::array<int, 2> pair{-1, -1};
    std::vector<std::string> messages;
    Explained reply;
    WebStream* stream = nullptr;

    void setUp() override { anew(false); }
    void tearDown() override {
        end();
        close(std::exchange(pair[1], -1));
    }

    void connect() { CPPUNIT_ASSERT_EQUAL(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data())); }
    void begin(OpenWebSocket web) { stream = new Noting(std::move(web), messages); }
    void end() {
        if (stream) std::exchange(stream, nullptr)->destroy();
    }
    void anew(bool hasWaited) {
        tearDown();
        connect();
        messages.clear();
        reply.reasons.clear();
        OpenWebSocket web = rawWebSocket(pair[0]);
        web.hasWaited = hasWaited;
        begin(std::move(web));
    }
    void arrives(const std::string& bytes) const {
        CPPUNIT_ASSERT_EQUAL(ssize_t(bytes.size()), send(pair[1], bytes.data(), bytes.size(), MSG_NOSIGNAL));
    }
    void assertWaits() { CPPUNIT_ASSERT(stream->advance(reply).next == Next::readable); }
    void assertEnds(ModelStatus status, const std::string& reason) {
        CPPUNIT_ASSERT(stream->advance(reply).next == Next::over);
        CPPUNIT_ASSERT_EQUAL(int(status), int(stream->status()));
        CPPUNIT_ASSERT_EQUAL(reason, reply.reasons);
    }
    // Opcode and payload of the frame that the upstream gets next; a client's, so it is masked. Empty: none.
    std::string heard() const {
        std::array<unsigned char, 6> head{};
        if (recv(pair[1], head.data(), head.size(), MSG_DONTWAIT) != ssize_t(head.size())) return {};
        CPPUNIT_ASSERT((head[0] & 0xf0) == 0x80 && (head[1] & 0x80) == 0x80);
        std::string payload(head[1] & 0x7f, '\0');
        if (!payload.empty())
            CPPUNIT_ASSERT_EQUAL(ssize_t(payload.size()), recv(pair[1], payload.data(), payload.size(), MSG_DONTWAIT));
        for (std::size_t i = 0; i < payload.size(); ++i) payload[i] = char(payload[i] ^ head[2 + i % 4]);
        return std::to_string(head[0] & 0x0f) + ":" + payload;
    }
};

}  // namespace

SPEC(Streams, hand_on_all_messages_that_came) {
    assertWaits();
    arrives(told("a") + told("") + served(0x01, "b") + served(0x8A, "") + served(0x80, "c"));
    assertWaits();
    CPPUNIT_ASSERT((messages == std::vector<std::string>{"a", "", "bc"}));
    arrives(told("d") + told("end") + told("behind the end"));
    assertEnds(ModelStatus::ok, "");
    CPPUNIT_ASSERT((messages == std::vector<std::string>{"a", "", "bc", "d", "end"}));
}

SPEC(Streams, keep_a_part_of_a_message_for_the_next_read) {
    for (const char byte : told("part by part")) {
        CPPUNIT_ASSERT(messages.empty());
        arrives(std::string(1, byte));
        assertWaits();
    }
    CPPUNIT_ASSERT_EQUAL("part by part"s, messages.at(0));
}

SPEC(Streams, begin_with_what_came_with_the_upgrade) {
    tearDown();
    connect();
    OpenWebSocket web = rawWebSocket(pair[0]);
    arrives("HTTP/1.1 101 Yes\r\n\r\n" + told("early") + told("b").substr(0, 2));
    std::array<char, 200> head{};
    CPPUNIT_ASSERT_EQUAL(20, web.below->receiveBytes(head.data(), int(head.size()), 0));
    begin(std::move(web));
    arrives("b" + told("late"));
    assertWaits();
    CPPUNIT_ASSERT((messages == std::vector<std::string>{"early"}));
    assertWaits();
    CPPUNIT_ASSERT((messages == std::vector<std::string>{"early", "b", "late"}));
}

SPEC(Streams, end_as_the_message_does_that_fails) {
    arrives(told("a") + told("fail") + told("b"));
    assertEnds(ModelStatus::busy, "too many");
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), messages.size());
}

SPEC(Streams, say_goodbye_when_they_are_destroyed) {
    assertWaits();
    end();
    CPPUNIT_ASSERT_EQUAL("8:\x03\xe8"s, heard());
    char byte = 0;
    CPPUNIT_ASSERT_EQUAL(ssize_t(0), recv(pair[1], &byte, 1, 0));  // and the descriptor is closed
}

SPEC(Streams, answer_pings) {
    arrives(served(0x89, "one") + told("a") + served(0x89, ""));
    assertWaits();
    CPPUNIT_ASSERT_EQUAL("10:one"s, heard());
    CPPUNIT_ASSERT_EQUAL("10:"s, heard());
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), messages.size());
}

SPEC(Streams, read_on_when_the_upstream_takes_no_pongs) {
    const std::string ping = served(0x89, std::string(125, 'p'));
    std::string pings;
    while (pings.size() < 16'000) pings += ping;
    constexpr int times = 200;
    for (int i = 0; i < times; ++i) {
        arrives(pings);
        assertWaits();
    }
    arrives(told("a"));
    assertWaits();
    CPPUNIT_ASSERT_EQUAL("a"s, messages.at(0));
    std::size_t pongs = 0;
    for (std::string said = heard(); !said.empty(); said = heard()) ++pongs;
    CPPUNIT_ASSERT(pongs > 0 && pongs < times * (pings.size() / ping.size()));
    arrives(served(0x89, "again"));
    assertWaits();
    end();
    std::vector<std::string> last;
    for (std::string said = heard(); !said.empty(); said = heard()) last.push_back(said);
    CPPUNIT_ASSERT(last.size() >= 2);  // one that had been kept, or the new one, and the goodbye
    CPPUNIT_ASSERT_EQUAL("8:\x03\xe8"s, last.back());
}

SPEC(Streams, read_what_an_upstream_said_that_hears_nothing_any_more) {
    arrives(served(0x89, "p") + told("a") + told("end"));
    close(std::exchange(pair[1], -1));
    assertEnds(ModelStatus::ok, "");
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), messages.size());
}

SPEC(Streams, tell_how_the_connection_ended) {
    shutdown(pair[1], SHUT_WR);
    assertEnds(ModelStatus::unavailable, "the upstream ended the connection before the end of the answer");
    anew(false);
    arrives(told("abc").substr(0, 3));
    shutdown(pair[1], SHUT_WR);
    assertWaits();
    assertEnds(ModelStatus::unavailable, "the upstream broke off in the middle of a frame");
}

SPEC(Streams, tell_and_answer_a_close) {
    arrives(served(0x88, "\x03\xf3"s + "engine"));
    assertEnds(ModelStatus::unavailable, "the upstream closed with code 1011 (engine) before the end of the answer");
    CPPUNIT_ASSERT_EQUAL("8:\x03\xf3"s + "engine", heard());
    end();
    CPPUNIT_ASSERT_EQUAL(""s, heard());
    anew(false);
    arrives(served(0x88, "\x03\xed"));
    assertEnds(ModelStatus::unavailable,
               "the upstream closed with code 1005 before the end of the answer; a close frame may not have that code");
    end();
    CPPUNIT_ASSERT_EQUAL("8:\x03\xea"s, heard());
}

SPEC(Streams, end_with_the_code_for_what_broke_the_protocol) {
    arrives(told("a") + served(0x82, "binary"));
    assertEnds(ModelStatus::failed, "the upstream sent a binary message; this protocol has text only");
    end();
    CPPUNIT_ASSERT_EQUAL("8:\x03\xeb"s, heard());
}

SPEC(Streams, are_stale_only_when_a_connection_that_waited_breaks_before_any_message) {
    anew(true);
    shutdown(pair[1], SHUT_WR);
    assertEnds(ModelStatus::stale,
               "on a warm connection: the upstream ended the connection before the end of the answer");
    anew(true);
    arrives(served(0x88, "\x03\xe9"));
    assertEnds(ModelStatus::stale,
               "on a warm connection: the upstream closed with code 1001 before the end of the answer");
    anew(true);
    arrives(told("a"));
    assertWaits();
    shutdown(pair[1], SHUT_WR);
    assertEnds(ModelStatus::unavailable, "the upstream ended the connection before the end of the answer");
    anew(true);
    arrives(served(0x83, ""));
    assertEnds(ModelStatus::failed, "the upstream sent a frame of an unknown kind");
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // whose heaps are not malloc()'s
SPEC(Streams, that_wait_hold_less_than_a_kibibyte) {
    tearDown();
    constexpr std::size_t count = 100;
    std::vector<WebStream*> waiting;
    std::vector<int> upstreams;
    waiting.reserve(count);
    upstreams.reserve(count);
    messages.reserve(2 * count);
    const std::string large(100, 'x');
    const auto before = mallinfo2().uordblks;
    for (std::size_t i = 0; i < count; ++i) {
        connect();
        OpenWebSocket web = rawWebSocket(pair[0]);
        waiting.push_back(new Noting(std::move(web), messages));
        upstreams.push_back(pair[1]);
        for (const std::string& bytes : {told(large).substr(0, 50), told(large).substr(50) + served(0x89, large)}) {
            arrives(bytes);
            CPPUNIT_ASSERT(waiting.back()->advance(reply).next == Next::readable);
        }
        messages.clear();
    }
    const auto each = (mallinfo2().uordblks - before) / count;
    for (WebStream* const one : waiting) one->destroy();
    for (const int upstream : upstreams) close(upstream);
    pair[1] = -1;
    CPPUNIT_ASSERT_MESSAGE(std::to_string(each), each < 1'024);
}
#endif
