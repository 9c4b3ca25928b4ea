// A model that cannot be reached is tried again, as long as the client waits for it.
#include "support/eventually.h"
#include "support/joining_threads.h"
#include "support/spec.h"
#include "unit/calls_fixture.h"

#include <string>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

struct Retries : Calls {
    int attempts = 0;

    std::string answer() {
        CollectReply reply(1'000);
        try {
            const std::string model = run(reply);
            attempts = reply.attempts();
            return model + ": " + reply.text();
        } catch (const Error&) {
            attempts = reply.attempts();
            return {};
        }
    }
    bool hasTried() const { return says(logged(), "model=one"); }
};

SPEC(Retries, reach_a_model_that_was_unavailable_for_a_moment) {
    load({"fails 1 unavailable|delta Hello"});
    CPPUNIT_ASSERT_EQUAL("one: Hello"s, answer());
    CPPUNIT_ASSERT_EQUAL(2, attempts);
}

SPEC(Retries, are_as_many_as_configured_for_each_model_of_the_route) {
    config.retry.attempts = 3;
    load({"status unavailable", "fails 2 unavailable|delta Hello"});
    CPPUNIT_ASSERT_EQUAL("two: Hello"s, answer());
    CPPUNIT_ASSERT_EQUAL(6, attempts);
    config.retry.attempts = 1;
    load({"fails 1 unavailable|delta Hello"});
    CPPUNIT_ASSERT_EQUAL(""s, answer());
    CPPUNIT_ASSERT_EQUAL(1, attempts);
}

SPEC(Retries, are_for_models_that_cannot_be_reached_only) {
    for (const std::string& status : {"busy"s, "quotaSpent"s, "misconfigured"s, "timedOut"s, "failed"s, "badInput"s}) {
        load({"fails 1 " + status + "|delta Hello"});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(status, ""s, answer());
        CPPUNIT_ASSERT_EQUAL_MESSAGE(status, 1, attempts);
    }
}

SPEC(Retries, are_none_once_the_answer_has_begun) {
    load({"delta Hel|status unavailable"});
    CPPUNIT_ASSERT_EQUAL(""s, answer());
    CPPUNIT_ASSERT_EQUAL(1, attempts);
}

SPEC(Retries, do_not_wait_beyond_the_total_time) {
    config.retry.backoff = 1h;
    config.timeouts.total = 1h;
    load({"status unavailable", "delta Hello"});
    CPPUNIT_ASSERT_EQUAL("two: Hello"s, answer());
    CPPUNIT_ASSERT_EQUAL(2, attempts);
}

SPEC(Retries, wait_twice_as_long_each_time) {
    config.retry = {10, 1ms * timeFactor()};
    config.timeouts.total = 500ms * timeFactor();  // 1 + 2 + … + 256 ms do not fit, so not all ten attempts do
    load({"status unavailable"});
    answer();
    CPPUNIT_ASSERT(attempts > 1 && attempts < 10);
}

SPEC(Retries, end_when_the_client_leaves_while_they_wait) {
    config.retry.backoff = 1h;
    config.timeouts.total = 2h;
    load({"status unavailable", "delta Hello"});
    SocketPair client;
    JoiningThreads leaving;
    leaving.add([&] {
        eventually([&] { return hasTried(); });
        client.theirs = {};
    });
    expectError(ErrorKind::clientLeft, [&] { run(stream, client.ours.get()); });
    leaving.join();
    CPPUNIT_ASSERT_EQUAL(1, stream.attempts());
}

SPEC(Retries, end_with_the_worker) {
    config.retry.backoff = 1h;
    config.timeouts.total = 2h;
    load({"status unavailable", "delta Hello"});
    JoiningThreads stopping;
    stopping.add([&] {
        eventually([&] { return hasTried(); });
        calls->endAll();
    });
    expectError(ErrorKind::modelTimeout, [&] { run(stream); });
    stopping.join();
    CPPUNIT_ASSERT_EQUAL(1, stream.attempts());
}

}  // namespace
