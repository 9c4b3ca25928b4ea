// A model that fails again and again comes last in its routes, in all workers of the pool.
#include "support/eventually.h"
#include "support/spec.h"
#include "support/text.h"
#include "unit/calls_fixture.h"

#include <string>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

struct Circuit : Calls {
    const std::string opened = "model one failed 2 times in a row";
    const std::string closed = "model one serves again";

    Circuit() {
        config.breaker = {2, 1h};
        config.retry.attempts = 1;
    }
    std::size_t triesOf(const std::string& model) const { return countOf(logged(), "model=" + model + " "); }
    // As if the pause were over.
    void endPause() const { shared("one").openUntil = 1; }
};

SPEC(Circuit, opens_after_failures_in_a_row_and_the_others_come_first) {
    load({"status failed", "delta Hello"});
    for (int i = 0; i < 5; ++i) CPPUNIT_ASSERT_EQUAL("two: Hello"s, collected());
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), triesOf("one"));
    assertSays(logged(), opened);
    CPPUNIT_ASSERT_EQUAL(logged().find(opened), logged().rfind(opened));
}

SPEC(Circuit, opens_for_whatever_speaks_against_the_model) {
    for (const std::string& status :
         {"unavailable"s, "timedOut"s, "failed"s, "misconfigured"s, "quotaSpent"s, "busy"s}) {
        load({"status " + status, "delta Hello"});
        shared("one").failures = 0;
        shared("one").openUntil = 0;
        for (int i = 0; i < 2; ++i) collected();
        CPPUNIT_ASSERT_MESSAGE(status, shared("one").openUntil > Board::milliseconds());
    }
}

SPEC(Circuit, stays_closed_for_what_is_the_questions_or_the_clients_fault) {
    for (const std::string& status : {"badInput"s, "inputTooLarge"s, "contentRefused"s}) {
        load({"status " + status});
        shared("one").failures = 1;
        CollectReply reply(1'000);
        CPPUNIT_ASSERT_THROW(run(reply), Error);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(status, 1, shared("one").failures.load());
    }
}

SPEC(Circuit, counts_failures_after_the_first_frame) {
    load({"delta Hel|status unavailable"});
    for (int i = 0; i < 2; ++i) failed(ErrorKind::textModelFailed);
    CPPUNIT_ASSERT(shared("one").openUntil != 0);
}

SPEC(Circuit, counts_garbage_after_the_first_frame) {
    load({"delta Hel|frame nonsense"});
    for (int i = 0; i < 2; ++i) failed(ErrorKind::textModelFailed);
    CPPUNIT_ASSERT(shared("one").openUntil != 0);
}

SPEC(Circuit, counts_from_the_beginning_after_a_success) {
    load({"delta Hello"});
    shared("one").failures = 1;
    collected();
    CPPUNIT_ASSERT_EQUAL(0, shared("one").failures.load());
}

SPEC(Circuit, never_keeps_calls_from_the_only_model) {
    load({"fails 4 failed|delta Hello"});
    for (int i = 0; i < 4; ++i) failed(ErrorKind::textModelFailed);
    CPPUNIT_ASSERT_EQUAL("one: Hello"s, collected());
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), shared("one").openUntil.load());
    assertSays(logged(), closed);
}

SPEC(Circuit, that_is_open_is_tried_when_no_other_model_serves) {
    load({"fails 2 failed|delta Hello", "fails 2 unavailable|status busy"});
    for (int i = 0; i < 2; ++i) failed(ErrorKind::textModelFailed);
    CPPUNIT_ASSERT_EQUAL("one: Hello"s, collected());
}

SPEC(Circuit, admits_one_call_to_probe_when_the_pause_is_over) {
    load({"status failed", "delta Hello"});
    for (int i = 0; i < 2; ++i) collected();
    endPause();
    for (int i = 0; i < 3; ++i) CPPUNIT_ASSERT_EQUAL("two: Hello"s, collected());
    CPPUNIT_ASSERT_EQUAL(std::size_t(3), triesOf("one"));
    CPPUNIT_ASSERT_EQUAL(logged().find(opened), logged().rfind(opened));
    assertSilentOf(logged(), closed);
}

SPEC(Circuit, closes_when_the_probe_succeeds) {
    load({"fails 2 failed|delta Hello", "delta Hello"});
    for (int i = 0; i < 2; ++i) collected();
    CPPUNIT_ASSERT_EQUAL("two: Hello"s, collected());
    endPause();
    for (int i = 0; i < 2; ++i) CPPUNIT_ASSERT_EQUAL("one: Hello"s, collected());
    assertSays(logged(), closed);
    CPPUNIT_ASSERT_EQUAL(logged().find(closed), logged().rfind(closed));
}

SPEC(Circuit, pauses_as_long_as_configured) {
    config.breaker.pause = 100ms;
    load({"fails 2 failed|delta Hello", "delta Hello"});
    for (int i = 0; i < 2; ++i) collected();
    ASSERT_EVENTUALLY(collected() == "one: Hello");
}

SPEC(Circuit, is_one_for_all_workers) {
    load({"status failed", "delta Hello"});
    for (int i = 0; i < 2; ++i) collected();
    const ModelRegistry theirs(config, {"*"}, PluginSnapshot::take(config), {&board});
    ModelCalls other(theirs, config, log, loop);
    Permit permit = permits.take(1);
    CollectReply reply(1'000);
    ask(other, {"one", "two"}, question(), reply, {permit, -1});
    CPPUNIT_ASSERT_EQUAL(1, reply.attempts());
}

}  // namespace
