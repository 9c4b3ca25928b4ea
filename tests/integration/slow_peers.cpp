// A web server that is slow, or broken: it costs a pool nothing that others need. Each pool here has fewer threads than
// there are such peers.
#include "support/eventually.h"
#include "support/joining_threads.h"
#include "support/spec.h"
#include "support/worker_under_test.h"

#include <sys/socket.h>

#include <chrono>
#include <memory>
#include <vector>

using namespace aiproject::test;
using namespace std::chrono_literals;

namespace {

struct SlowPeers : CppUnit::TestCase {
    Installation installation;
    ChildProcess manager{{programPath(), {"serve", "-c", installation.configFile()}}};
    std::vector<std::unique_ptr<FastcgiClient>> slow;
    JoiningThreads drips;  // last: they use the clients

    // They have all the time they want: what they do not hold, they do not hold for ten minutes.
    explicit SlowPeers(const std::string& receiveMs = "600000")
        : installation({{"timeout.receive_ms", receiveMs},
                        {"pool.auth.threads", "4"},
                        {"pool.auth.queue_ms", atOurPace(10s, 60s)}}) {
        ASSERT_EVENTUALLY(countOf(installation.log(), " ready\n") == 4);
    }

    static std::string records() {
        return FastcgiClient::records(jsonRequest("/auth/login", registration("alice", "a good password", "")));
    }
    // All but the body.
    void sendHeads(int count) {
        for (int i = 0; i < count; ++i) {
            slow.push_back(std::make_unique<FastcgiClient>(installation.socket("auth")));
            slow.back()->sendRaw(records().substr(0, records().find("{\"") - 8));
        }
    }
    void drip() {
        drips.add([this] {
            const std::string body = records().substr(records().find("{\"") - 8);
            for (std::size_t at = 0; at < body.size() - 1 && !drips.isOver(); ++at) {
                for (const auto& one : slow) ::send(one->descriptor(), &body[at], 1, MSG_NOSIGNAL);
                std::this_thread::sleep_for(std::chrono::milliseconds(50));
            }
        });
    }
    FastcgiAnswer liveness() const { return ask(installation.socket("auth"), {"GET", "/healthz/live", "", {}}); }
    void sendPieces(int count, std::string_view bytes) {
        for (int i = 0; i < count; ++i) {
            slow.push_back(std::make_unique<FastcgiClient>(installation.socket("auth")));
            if (!bytes.empty()) slow.back()->sendRaw(bytes);
        }
    }
    void assertServesAllTheTime() const {
        for (int i = 0; i < 20; ++i) CPPUNIT_ASSERT_EQUAL(200, liveness().status);
        CPPUNIT_ASSERT_EQUAL(200, ask(installation.socket("auth"), {"GET", "/healthz", "", {}}).status);
    }
};

struct LatePeers : SlowPeers {
    LatePeers() : SlowPeers("1500") {}
};

}  // namespace

SPEC(SlowPeers, whose_bodies_never_come_hold_no_thread) {
    sendHeads(8);
    assertServesAllTheTime();
}

SPEC(SlowPeers, whose_bodies_drip_hold_no_thread) {
    sendHeads(8);
    drip();
    assertServesAllTheTime();
}

SPEC(SlowPeers, whose_heads_drip_hold_no_thread) {
    sendPieces(20, records().substr(0, 1));
    assertServesAllTheTime();
    for (const auto& one : slow) one->sendRaw(records().substr(1, 1));
    assertServesAllTheTime();
}

SPEC(SlowPeers, that_send_nothing_at_all_hold_no_thread) {
    sendPieces(20, "");
    assertServesAllTheTime();
}

SPEC(SlowPeers, are_served_when_the_rest_has_come) {
    sendPieces(8, records().substr(0, 30));
    assertServesAllTheTime();
    for (const auto& one : slow) one->sendRaw(records().substr(30));
    for (const auto& one : slow) {
        const FastcgiAnswer answer = one->read();
        CPPUNIT_ASSERT_MESSAGE(answer.body, answer.complete && answer.body.find("\"code\"") != std::string::npos);
    }
}

SPEC(LatePeers, are_named_in_the_log_in_one_line_for_all) {
    sendPieces(20, records().substr(0, 30));
    ASSERT_EVENTUALLY(countOf(installation.log(), "did not come within timeout.receive_ms; nginx sends") > 0);
    CPPUNIT_ASSERT(countOf(installation.log(), "timeout.receive_ms; nginx sends") <= 2);
    for (const auto& one : slow) CPPUNIT_ASSERT(!one->read().complete);
}

SPEC(LatePeers, are_told_why_when_their_body_is_late) {
    sendHeads(1);
    const FastcgiAnswer answer = slow.back()->read();
    CPPUNIT_ASSERT(answer.body.find("the body did not arrive in time") != std::string::npos);
    CPPUNIT_ASSERT(countOf(installation.log(), "timeout.receive_ms") > 0);
}
