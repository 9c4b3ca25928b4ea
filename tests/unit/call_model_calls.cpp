// A question on its way through models: fail-over, statuses, and clients who leave.
#include "call/model_calls.h"

#include "support/eventually.h"
#include "support/joining_threads.h"
#include "support/spec.h"
#include "unit/calls_fixture.h"

#include <chrono>
#include <string>
#include <vector>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

SPEC(Calls, are_answered_by_the_first_model) {
    load({"delta Hello", "delta never asked"});
    CPPUNIT_ASSERT_EQUAL("one: Hello"s, collected());
    CPPUNIT_ASSERT_EQUAL(""s, logged());
}

SPEC(Calls, go_to_the_next_model_when_one_fails_before_it_begins) {
    for (const std::string& status :
         {"busy"s, "quotaSpent"s, "misconfigured"s, "timedOut"s, "unavailable"s, "failed"s, "stopped"s}) {
        load({"explain it broke|sid up-1|status " + status, "delta Hello"});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(status, "two: Hello"s, collected());
    }
    assertSays(logged(), "model id=request-7 model=one status=unavailable sid=up-1 frames=0 reason=\"it broke\"");
}

SPEC(Calls, skip_models_that_are_not_loaded_or_serve_another_kind) {
    load({"delta Hello"});
    CollectReply reply(1'000);
    CPPUNIT_ASSERT_EQUAL("one"s, run({"nobody", "one"}, question(), reply));
    install(badPlugin("keyed"), dir.path() / "plugins");
    config.models["keyed"] = {"", {{"api_key", "k"}}};  // text only
    loadAnew();
    CollectReply voice(1'000);
    CPPUNIT_ASSERT_EQUAL("one"s, run({"keyed", "one"}, question(Kind::voice), voice));
}

SPEC(Calls, stay_with_a_model_that_refuses_the_question_itself) {
    const std::pair<std::string, ErrorKind> rows[] = {{"badInput", ErrorKind::badRequest},
                                                      {"inputTooLarge", ErrorKind::inputTooLong},
                                                      {"contentRefused", ErrorKind::contentRefused}};
    for (const auto& [status, kind] : rows) {
        load({"status " + status, "delta Hello"});
        failed(kind);
    }
}

SPEC(Calls, stay_with_a_model_that_has_begun) {
    load({"delta Hel|status unavailable", "delta Hello"});
    expectError(ErrorKind::textModelFailed, [&] { run(stream); });
    CPPUNIT_ASSERT(stream.hasBegun());
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), kept.frames.size());
}

SPEC(Calls, turn_every_status_into_the_documented_error) {
    const std::pair<std::string, ErrorKind> rows[] = {{"badInput", ErrorKind::badRequest},
                                                      {"inputTooLarge", ErrorKind::inputTooLong},
                                                      {"contentRefused", ErrorKind::contentRefused},
                                                      {"busy", ErrorKind::modelBusy},
                                                      {"timedOut", ErrorKind::modelTimeout},
                                                      {"quotaSpent", ErrorKind::textModelFailed},
                                                      {"misconfigured", ErrorKind::textModelFailed},
                                                      {"unavailable", ErrorKind::textModelFailed},
                                                      {"failed", ErrorKind::textModelFailed},
                                                      {"stopped", ErrorKind::textModelFailed},
                                                      {"99", ErrorKind::textModelFailed}};
    for (const auto& [status, kind] : rows) {
        load({"explain upstream key|status " + status});
        const Error error = failed(kind);
        assertSilentOf(error.forClient(), "upstream key");
    }
}

SPEC(Calls, that_fail_say_so_in_the_words_of_their_kind) {
    load({"status failed"});
    CollectReply reply(1'000);
    expectError(ErrorKind::voiceModelFailed, [&] { run({"one"}, question(Kind::voice), reply); });
    expectError(ErrorKind::pictureModelFailed, [&] { run({"one"}, question(Kind::picture), reply); });
}

SPEC(Calls, with_bad_media_are_about_the_file) {
    load({"advise the picture is larger than 4 MB|explain code 10041|status badInput"});
    CollectReply reply(1'000);
    const Error error = expectError(ErrorKind::fileFormat, [&] { run({"one"}, question(Kind::picture), reply); });
    CPPUNIT_ASSERT_EQUAL("the picture is larger than 4 MB"s, error.forClient());
    assertSays(error.what(), "code 10041");
}

SPEC(Calls, show_a_plugins_advice_for_bad_input_only) {
    load({"advise the key is hunter2|status unavailable"});
    CPPUNIT_ASSERT_EQUAL(""s, failed(ErrorKind::textModelFailed).forClient());
}

SPEC(Calls, without_any_model_say_so) {
    load({});
    CPPUNIT_ASSERT_EQUAL("no model is set up for this path"s, failed(ErrorKind::textModelFailed).forClient());
    CollectReply reply(1'000);
    expectError(ErrorKind::pictureModelFailed, [&] { run({}, question(Kind::picture), reply); });
}

SPEC(Calls, give_the_model_the_operators_timeouts) {
    config.timeouts.total = 123'456ms;
    load({"say total"});
    CPPUNIT_ASSERT_EQUAL("one: 123456"s, collected());
}

SPEC(Calls, end_when_the_guard_of_the_plugin_expires) {
    config.timeouts.firstFrame = 1ms;  // of scripts that are followed
    load({"hang 1|status stopped"});
    failed(ErrorKind::modelTimeout);
}

SPEC(Calls, try_the_next_model_after_one_that_was_silent_too_long) {
    config.timeouts.firstFrame = 1ms;
    load({"hang 1|status timedOut", "delta Hello"});
    CPPUNIT_ASSERT_EQUAL("two: Hello"s, collected());
}

SPEC(Calls, end_when_their_total_time_is_over) {
    config.timeouts.total = 1ms;
    load({"hang 3600000|status stopped"});
    failed(ErrorKind::modelTimeout);
}

SPEC(Calls, end_when_the_client_leaves_and_try_no_other_model) {
    load({"delta Hel|hang 3600000|status unavailable", "delta Hello"});
    SocketPair client;
    JoiningThreads leaving;
    leaving.add([&] {
        CPPUNIT_ASSERT(eventually([&] { return kept.count > 0; }));
        client.theirs = {};
    });
    expectError(ErrorKind::clientLeft, [&] { run(stream, client.ours.get()); });
    leaving.join();
    assertSays(logged(), "reason=\"the client has left\"");
}

SPEC(Calls, try_no_other_model_for_a_client_who_had_left_before) {
    load({"hang 3600000|status unavailable", "delta Hello"});
    SocketPair client;
    client.theirs = {};
    expectError(ErrorKind::clientLeft, [&] { run(stream, client.ours.get()); });
    CPPUNIT_ASSERT(kept.frames.empty());
}

SPEC(Calls, whose_answer_is_too_long_say_so) {
    load({"delta Hello|delta you", "delta Hello"});
    CollectReply reply(6);
    const Error error = expectError(ErrorKind::textModelFailed, [&] { run(reply); });
    CPPUNIT_ASSERT_EQUAL("the answer is too long"s, error.forClient());
}

SPEC(Calls, blame_the_plugin_for_garbage) {
    load({"delta \xff"});
    assertSays(failed(ErrorKind::textModelFailed).what(), "not valid UTF-8");
}

SPEC(Calls, in_progress_end_with_the_worker) {
    load({"delta Hel|hang 3600000|status stopped"});
    JoiningThreads stopping;
    stopping.add([&] {
        CPPUNIT_ASSERT(eventually([&] { return kept.count > 0; }));
        calls->endAll();
    });
    expectError(ErrorKind::modelTimeout, [&] { run(stream); });
    stopping.join();
}

SPEC(Calls, log_as_an_error_what_only_the_operator_can_mend) {
    load({"explain no licence|status quotaSpent", "explain wrong key|status misconfigured", "delta Hello"});
    CPPUNIT_ASSERT_EQUAL("three: Hello"s, collected());
    assertSays(logged(), " E worker/");
    assertSilentOf(logged(), " W worker/");
}

SPEC(Calls, share_one_time_among_the_models) {
    config.timeouts.total = 300ms;
    load({"hang 3600000|status timedOut", "delta Hello"});
    failed(ErrorKind::modelTimeout);
    CPPUNIT_ASSERT(logged().find("model=two") == std::string::npos);
}

SPEC(Calls, are_complete_when_something_ends_after_the_answer) {
    if (followsScripts()) return;  // a stream that hangs does not come to its end
    load({"delta Hello|hang 1"});
    CPPUNIT_ASSERT_EQUAL("one: Hello"s, collected());
}

SPEC(Calls, time_out_whatever_the_plugin_makes_of_it) {
    config.timeouts.firstFrame = 1ms;
    load({"hang 1|status failed"});
    failed(ErrorKind::modelTimeout);
    load({"hang 1|status failed", "delta Hello"});
    CPPUNIT_ASSERT_EQUAL("two: Hello"s, collected());
}

}  // namespace
