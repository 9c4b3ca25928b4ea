// An HTTP answer as the host follows it, and what becomes of its connection.
#include "upstream/http_stream.h"

#include "aiproject/testing.h"
#include "support/spec.h"
#include "unit/http_peer.h"
#include "upstream/failure.h"

#include <malloc.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace aiproject;
using namespace aiproject::outbound;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

struct ExplainedHttp final : testing::Reply {
    void explain(Text reason) noexcept override { reasons += reason.str(); }

    std::string reasons;
};

struct BodySeen {
    std::string body, fault;
    bool hasEnded = false;
};

// The text "end" in a body ends it, "fail" fails.
class NotingHttp final : public HttpStream {
public:
    NotingHttp(AskedHttp asked, std::shared_ptr<KeptLinks> links, BodySeen& seen)
        : HttpStream(std::move(asked), std::move(links)), seen_(seen) {}

private:
    ModelStatus take(std::string_view body, IReply& /*reply*/) override {
        seen_.body += body;
        if (body == "fail") throw CallFailure(ModelStatus::busy, "too many");
        return body == "end" ? ModelStatus::ok : ModelStatus::streaming;
    }
    ModelStatus end(const std::string& fault, IReply& /*reply*/) override {
        seen_.fault = fault;
        seen_.hasEnded = true;
        return fault.empty() ? ModelStatus::ok : ModelStatus::unavailable;
    }

    BodySeen& seen_;
};

const std::string kChunkedHead = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

struct HttpStreams : CppUnit::TestCase {
    std::shared_ptr<KeptLinks> links = std::make_shared<KeptLinks>(Peer{}, IdleSettings{2, std::chrono::seconds(50)});
    std::unique_ptr<HttpPeer> peer;
    BodySeen seen;
    ExplainedHttp reply;
    NotingHttp* stream = nullptr;

    void setUp() override { anew(); }
    void tearDown() override { end(); }

    void anew(bool hasWaited = false) {
        end();
        seen = {};
        reply.reasons.clear();
        peer = std::make_unique<HttpPeer>();
        stream = new NotingHttp(peer->asked(hasWaited), links, seen);
    }
    void end() {
        if (stream) std::exchange(stream, nullptr)->destroy();
    }
    void waits() { CPPUNIT_ASSERT(stream->advance(reply).next == Next::readable); }
    void ends(ModelStatus status, const std::string& part = "") {
        CPPUNIT_ASSERT(stream->advance(reply).next == Next::over);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(reply.reasons, int(status), int(stream->status()));
        CPPUNIT_ASSERT_MESSAGE(reply.reasons, reply.reasons.find(part) != std::string::npos);
    }
    bool isKeptAfter(const std::string& bytes) {
        anew();
        peer->says(bytes);
        ends(ModelStatus::ok);
        end();
        return links->take() != nullptr;
    }
};

}  // namespace

SPEC(HttpStreams, hand_on_the_body_as_it_comes) {
    waits();
    peer->says(kChunkedHead + "2\r\nab\r\n1\r\nc");
    waits();
    CPPUNIT_ASSERT_EQUAL("abc"s, seen.body);
    peer->says("\r\n0\r\n\r\n");
    ends(ModelStatus::ok);
    CPPUNIT_ASSERT(seen.hasEnded && seen.fault.empty());
}

SPEC(HttpStreams, end_as_what_is_in_them_does) {
    peer->says(kChunkedHead + "4\r\nfail\r\n");
    ends(ModelStatus::busy, "too many");
    anew();
    peer->says(kChunkedHead + "3\r\nend\r\n1\r\nx\r\n");
    ends(ModelStatus::ok);
    CPPUNIT_ASSERT_EQUAL("end"s, seen.body);
    CPPUNIT_ASSERT(!seen.hasEnded);
}

SPEC(HttpStreams, are_whole_whatever_framing_follows_their_end) {
    for (const char* wrong : {"no end of a chunk\r\n", "\r\nzz\r\n"}) {
        anew();
        peer->says(kChunkedHead + "3\r\nend" + wrong);
        ends(ModelStatus::ok);
        CPPUNIT_ASSERT_EQUAL(""s, reply.reasons);
        end();
        CPPUNIT_ASSERT(peer->isClosed() && !links->take());
    }
    anew();
    peer->says(kChunkedHead + "2\r\nabno end of a chunk\r\n");
    ends(ModelStatus::failed, "longer than it says");
}

SPEC(HttpStreams, say_how_a_body_was_cut) {
    peer->says(kChunkedHead + "2\r\nab\r\n");
    waits();
    peer->hangUp();
    ends(ModelStatus::unavailable);
    CPPUNIT_ASSERT_EQUAL("the upstream ended the connection in the middle of its answer"s, seen.fault);
    anew();
    peer->says("HTTP/1.1 200 OK\r\n\r\nab");
    waits();
    peer->hangUp();
    ends(ModelStatus::ok);  // by its framing; whether something is missing, only what stands in it can say
}

SPEC(HttpStreams, without_a_whole_head_are_unavailable_or_stale_on_a_kept_connection) {
    peer->hangUp();
    ends(ModelStatus::unavailable, "before its head was whole");
    anew();
    peer->says("HTTP/1.1 200");
    waits();
    peer->hangUp();
    ends(ModelStatus::unavailable, "before its head was whole");
    anew(true);
    peer->hangUp();
    ends(ModelStatus::stale, "on a kept connection");
    anew(true);
    peer->says("HTTP/1.1 408 Too Late\r\nContent-Length: 1\r\n\r\nx");
    ends(ModelStatus::stale, "on a kept connection");
    anew();
    peer->says("HTTP/1.1 408 Too Late\r\nContent-Length: 1\r\n\r\nx");
    ends(ModelStatus::ok);
    anew(true);
    peer->says("HTTP/1.1 200");
    waits();
    peer->hangUp();
    ends(ModelStatus::unavailable);
}

SPEC(HttpStreams, keep_their_connection_when_the_answer_is_whole) {
    CPPUNIT_ASSERT(isKeptAfter(kChunkedHead + "1\r\na\r\n0\r\n\r\n"));
    CPPUNIT_ASSERT(isKeptAfter("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na"));
    CPPUNIT_ASSERT(isKeptAfter(kChunkedHead + "3\r\nend\r\n0\r\n\r\n"));
    CPPUNIT_ASSERT(!isKeptAfter("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\na"));
    CPPUNIT_ASSERT(!isKeptAfter("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na and more"));
}

SPEC(HttpStreams, give_no_connection_of_an_answer_that_has_failed_or_was_given_up) {
    peer->says(kChunkedHead + "4\r\nfail\r\n0\r\n\r\n");
    ends(ModelStatus::busy);
    end();
    CPPUNIT_ASSERT(peer->isClosed() && !links->take());
    anew();
    peer->says(kChunkedHead + "1\r\na\r\n");
    waits();
    end();
    CPPUNIT_ASSERT(peer->isClosed() && !links->take());
}

SPEC(HttpStreams, keep_a_connection_on_which_only_the_end_of_the_body_is_still_to_come) {
    const auto keepAfterEnd = [this] {
        anew();
        peer->says(kChunkedHead + "3\r\nend\r\n");
        ends(ModelStatus::ok);
        end();
    };
    keepAfterEnd();
    peer->says("0\r\n\r\n");
    CPPUNIT_ASSERT(links->take());
    keepAfterEnd();
    CPPUNIT_ASSERT(!links->take());  // it has not come
    peer->says("0\r\n\r\n");
    CPPUNIT_ASSERT(links->take());  // it waits for a later question
    CPPUNIT_ASSERT(!links->take());
    keepAfterEnd();
    peer->says("0\r\n\r\nHTTP/1.1 408 Too Late\r\n");
    CPPUNIT_ASSERT(!links->take());
    keepAfterEnd();
    peer->says("0\r\n\r\n");
    peer->hangUp();
    CPPUNIT_ASSERT(!links->take());
}

SPEC(HttpStreams, keep_no_more_connections_than_wanted) {
    std::vector<std::unique_ptr<HttpPeer>> peers;
    for (int i = 0; i < 3; ++i) {
        peer->says("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na");
        ends(ModelStatus::ok);
        end();
        peers.push_back(std::move(peer));
        anew();
    }
    end();
    CPPUNIT_ASSERT(!peers[0]->isClosed() && !peers[1]->isClosed() && peers[2]->isClosed());
    CPPUNIT_ASSERT(links->take() && links->take() && !links->take());
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // they have an allocator of their own
SPEC(HttpStreams, that_wait_hold_less_than_a_kibibyte) {
    constexpr std::size_t count = 100;
    std::vector<NotingHttp*> waiting;
    std::vector<std::unique_ptr<HttpPeer>> peers;
    waiting.reserve(count);
    peers.reserve(count);
    seen.body.reserve(count);
    std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: text/event-stream\r\n";
    for (int i = 0; i < 30; ++i) head += "X-Header-" + std::to_string(i) + ": " + std::string(60, 'x') + "\r\n";
    for (std::size_t i = 0; i < count; ++i) peers.push_back(std::make_unique<HttpPeer>());
    const auto before = mallinfo2().uordblks;
    for (std::size_t i = 0; i < count; ++i) {
        waiting.push_back(new NotingHttp(peers[i]->asked(), links, seen));
        for (const std::string& bytes : {head.substr(0, 1'000), head.substr(1'000) + "\r\n1\r\n", "a\r\n3\r\n"s}) {
            peers[i]->says(bytes);
            CPPUNIT_ASSERT(waiting.back()->advance(reply).next == Next::readable);
        }
    }
    const auto each = (mallinfo2().uordblks - before) / count;
    for (NotingHttp* const one : waiting) one->destroy();
    CPPUNIT_ASSERT_MESSAGE(std::to_string(each), each < 1'024);
}
#endif
