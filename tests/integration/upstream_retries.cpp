// An upstream that takes no connection for a moment costs an attempt, not the call.
#include "call/attempts.h"
#include "call/collect_reply.h"
#include "call/model_calls.h"
#include "pool/permits.h"
#include "support/eventually.h"
#include "support/iflytek_calls.h"
#include "support/joining_threads.h"
#include "support/places.h"
#include "support/restart.h"
#include "support/spec.h"
#include "support/temp_dir.h"
#include "upstream/simulator.h"

#include <chrono>
#include <memory>
#include <string>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::chrono_literals;
using upstream::FaultKind;
using upstream::Simulator;

namespace {

struct UpstreamRetries : CppUnit::TestCase {
    TempDir dir;
    LogConfig logConfig{dir.file("log"), LogLevel::info};
    Log log{logConfig, "worker"};
    Board board;
    Permits permits{board, board.addWorker(), {}};

    // Answers how often the model was asked for its `answer`.
    int askModel(const std::string& url, const RetryConfig& retry, std::string& answer) {
        Config config;
        config.pluginDirs = {pluginFolder()};
        config.models["chat"] = {"spark_chat", settingsFor(url)};
        config.retry = retry;
        const ModelRegistry models(config, {"chat"}, PluginSnapshot::take(config), {&board});
        EventLoop loop;
        ModelCalls calls(models, config, log, loop);
        Permit permit = permits.take(1);
        CollectReply reply(1'000);
        Question question = Question::text("hi");
        question.request.timeouts = kPatientTimeouts;
        ModelRequest request = question.complete();
        Attempts(calls, {"chat"}, request, reply, {permit, -1}).askHere();
        answer = reply.text();
        return reply.attempts();
    }
};

}  // namespace

SPEC(UpstreamRetries, reach_one_that_closed_the_first_connection) {
    Simulator simulator;
    simulator.setFault({FaultKind::refuseConnect, 0, "", {}, 1});
    std::string answer;
    CPPUNIT_ASSERT_EQUAL(2, askModel(simulator.url("/v3.5/chat"), {2, 1ms}, answer));
    CPPUNIT_ASSERT_EQUAL(upstream::answerTo("hi"), answer);
    CPPUNIT_ASSERT_EQUAL(2, simulator.connections());
}

SPEC(UpstreamRetries, reach_one_whose_port_was_closed) {
    upstream::Options options;
    std::string url;
    {
        const Simulator gone;
        options.port = gone.port();
        url = gone.url("/v3.5/chat");
    }
    std::unique_ptr<Simulator> back;
    JoiningThreads starting;
    starting.add([&] {
        ASSERT_EVENTUALLY(has(readFile(logConfig.file), "status=unavailable"));
        restart(back, options);
    });
    std::string answer;
    const int attempts = askModel(url, {10, 100ms}, answer);
    starting.join();
    CPPUNIT_ASSERT(attempts > 1);
    CPPUNIT_ASSERT_EQUAL(upstream::answerTo("hi"), answer);
}
