// Limits as clients of a worker meet them.
#include "support/eventually.h"
#include "support/spec.h"
#include "support/worker_under_test.h"

#include <memory>
#include <string>

using namespace aiproject::test;
using namespace std::string_literals;

namespace {

struct LimitedWorker : CppUnit::TestCase {
    WorkerUnderTest worker{{{"plugins.dir", badPluginFolder()},
                            {"model.hanging.plugin", "scripted"},
                            {"model.hanging.script", "delta Hello|hang 3600000"},
                            {"model.greeting.plugin", "scripted"},
                            {"model.greeting.script", "delta Hello"},
                            {"route.text", "hanging"},
                            {"route.voice", ""},
                            {"route.picture", ""},
                            {"limit.user_calls", "1"},
                            {"limit.model_calls", "1"}}};
    const std::string ann = worker.newUser("ann"), ben = worker.newUser("ben");

    // A stream that has begun and goes on until its client leaves.
    std::unique_ptr<FastcgiClient> hanging(const std::string& uuid, const std::string& name) const {
        auto client = std::make_unique<FastcgiClient>(worker.socket());
        client->send({"POST", "/textModel/stream", textBody(uuid, name, "hi"), {}});
        CPPUNIT_ASSERT(client->readUntil("Hello"));
        return client;
    }
    FastcgiAnswer ask(const std::string& model, const std::string& uuid, const std::string& name) const {
        return worker.post("/models/" + model + "/chat", textBody(uuid, name, "hi"));
    }
    static void assertRefused(const FastcgiAnswer& answer, int status, const std::string& code) {
        CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.body, status, answer.status);
        CPPUNIT_ASSERT_MESSAGE(answer.body, answer.body.find("\"" + code + "\"") != std::string::npos);
        CPPUNIT_ASSERT(answer.headers.count("retry-after") == 1);
        const std::string wait = answer.headers.at("retry-after");
        CPPUNIT_ASSERT_MESSAGE(answer.body, answer.body.find("\"retry_after\":" + wait) != std::string::npos);
    }
};

}  // namespace

SPEC(LimitedWorker, refuses_users_and_models_that_have_their_calls_until_one_has_ended) {
    auto stream = hanging(ann, "ann");
    assertRefused(ask("greeting", ann, "ann"), 429, "TOO_MANY_REQUESTS");
    assertRefused(ask("hanging", ben, "ben"), 503, "MODEL_BUSY");
    CPPUNIT_ASSERT_EQUAL(200, ask("greeting", ben, "ben").status);
    stream.reset();
    ASSERT_EVENTUALLY(ask("greeting", ann, "ann").status == 200);
    hanging(ben, "ben");
}
