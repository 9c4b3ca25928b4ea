// The bad plugins lie beside the good one, as in life. A pool whose permits are taken: the other workers are first,
// then there is a refusal, never a wait.
#include "support/eventually.h"
#include "support/spec.h"
#include "support/worker_under_test.h"

#include <signal.h>

#include <memory>
#include <vector>

using namespace aiproject::test;

namespace {

struct FullPool : CppUnit::TestCase {
    Installation installation{{{"plugins.dir", badPluginFolder()},
                               {"model.hanging.plugin", "scripted"},
                               {"model.hanging.script", "delta Hello|hang 3600000"},
                               {"route.text", "hanging"},
                               {"route.voice", ""},
                               {"route.picture", ""},
                               {"pool.model.processes", "2"},
                               {"pool.model.threads", "1"},
                               {"pool.model.queue_ms", "5000"},
                               {"timeout.receive_ms", "600000"},
                               {"timeout.drain_ms", "0"}}};
    ChildProcess manager{{programPath(), {"serve", "-c", installation.configFile()}}};

    FullPool() { ASSERT_EVENTUALLY(logged(" ready\n") == 4); }

    std::size_t logged(const std::string& word) const { return countOf(installation.log(), word); }
    // A stream that has begun and goes on until its client leaves.
    std::unique_ptr<FastcgiClient> takePermit() const {
        const std::string body = textBody(newUser(installation.socket("auth"), "alice"), "alice", "hi");
        std::unique_ptr<FastcgiClient> stream;
        const auto hasBegun = [&] {
            stream = std::make_unique<FastcgiClient>(installation.socket("model"));
            stream->send({"POST", "/textModel/stream", body, {}});
            return stream->readUntil("Hello");
        };
        ASSERT_EVENTUALLY(hasBegun());
        return stream;
    }
    int statusOfLiveness() const { return ask(installation.socket("model"), {"GET", "/healthz/live", "", {}}).status; }
};

}  // namespace

SPEC(FullPool, lets_a_worker_with_a_free_thread_answer) {
    const auto taken = takePermit();
    const auto areServed = [this] {  // in one round: a worker that stands still for a second is passed over
        int served = 0;
        while (served < 20 && statusOfLiveness() == 200) ++served;
        return served == 20;
    };
    ASSERT_EVENTUALLY(areServed());
}

SPEC(FullPool, refuses_when_no_thread_is_free_and_serves_again_when_one_is) {
    auto first = takePermit();
    const auto second = takePermit();
    const auto refused = ask(installation.socket("model"), {"GET", "/healthz/live", "", {}});
    CPPUNIT_ASSERT_EQUAL(503, refused.status);
    CPPUNIT_ASSERT(refused.body.find("MODEL_BUSY") != std::string::npos);
    first.reset();
    ASSERT_EVENTUALLY(statusOfLiveness() == 200);
}

SPEC(FullPool, refuses_in_time_while_others_send_a_byte_now_and_then) {
    const auto first = takePermit();
    const auto second = takePermit();
    const std::string records = FastcgiClient::records({"GET", "/healthz/live", "", {}});
    std::vector<std::unique_ptr<FastcgiClient>> dripping;
    for (std::size_t sent = 1; sent <= 3; ++sent) {
        for (std::size_t i = 0; i < 40; ++i) {
            if (sent == 1) dripping.push_back(std::make_unique<FastcgiClient>(installation.socket("model")));
            dripping[i]->sendRaw(records.substr(sent - 1, 1));
        }
        const auto refused = ask(installation.socket("model"), {"GET", "/healthz/live", "", {}});
        CPPUNIT_ASSERT_EQUAL(503, refused.status);
        CPPUNIT_ASSERT(refused.body.find("MODEL_BUSY") != std::string::npos);
        CPPUNIT_ASSERT(refused.body.find("retry_after") != std::string::npos);
    }
    CPPUNIT_ASSERT_EQUAL(200, ask(installation.socket("auth"), {"GET", "/healthz", "", {}}).status);
}

SPEC(FullPool, gives_each_stream_a_last_frame_when_the_drain_limit_is_over) {
    const auto first = takePermit();
    const auto second = takePermit();
    manager.signal(SIGTERM);
    for (const auto& stream : {first.get(), second.get()}) {
        const auto answer = stream->read();
        CPPUNIT_ASSERT(answer.complete);
        CPPUNIT_ASSERT(answer.body.find("\"status\":2") != std::string::npos);
    }
    CPPUNIT_ASSERT_EQUAL(0, manager.wait().value_or(-1));
}
