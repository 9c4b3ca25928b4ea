// A web server that is slow, or broken: it stops no pool for longer than one request may take to come.
#include "support/eventually.h"
#include "support/joining_threads.h"
#include "support/spec.h"
#include "support/worker_under_test.h"

#include <sys/socket.h>

#include <memory>
#include <vector>

using namespace aiproject::test;

namespace {

struct SlowPeers : CppUnit::TestCase {
    Installation installation{
        {{"timeout.receive_ms", "1500"}, {"pool.auth.threads", "4"}, {"pool.auth.queue_ms", "100"}}};
    ChildProcess manager{{programPath(), {"serve", "-c", installation.configFile()}}};
    std::vector<std::unique_ptr<FastcgiClient>> slow;
    JoiningThreads drips;  // last: they use the clients

    SlowPeers() { ASSERT_EVENTUALLY(countOf(installation.log(), " ready\n") == 4); }

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
    void assertIsRefusedAndServedAgain() const {
        ASSERT_EVENTUALLY(liveness().status == 503);  // all threads wait for bodies
        CPPUNIT_ASSERT(liveness().body.find("MODEL_BUSY") != std::string::npos || liveness().status == 200);
        ASSERT_EVENTUALLY(liveness().status == 200);
    }
};

}  // namespace

SPEC(SlowPeers, whose_bodies_never_come_stop_a_pool_for_one_limit) {
    sendHeads(6);
    assertIsRefusedAndServedAgain();
}

SPEC(SlowPeers, whose_bodies_drip_stop_a_pool_for_one_limit) {
    sendHeads(8);
    drip();
    assertIsRefusedAndServedAgain();
}

SPEC(SlowPeers, that_send_nothing_at_all_keep_no_other_from_its_refusal) {
    sendHeads(4);
    ASSERT_EVENTUALLY(liveness().status == 503);
    for (int i = 0; i < 6; ++i) slow.push_back(std::make_unique<FastcgiClient>(installation.socket("auth")));
    const FastcgiAnswer refused = liveness();
    CPPUNIT_ASSERT(refused.complete && (refused.status == 503 || refused.status == 200));
}

SPEC(SlowPeers, are_told_why_when_their_body_is_late) {
    sendHeads(1);
    const FastcgiAnswer answer = slow.back()->read();
    CPPUNIT_ASSERT(answer.body.find("the body did not arrive in time") != std::string::npos);
    CPPUNIT_ASSERT(countOf(installation.log(), "timeout.receive_ms") > 0);
}
