// Models whose answers are followed: retries, fail-over and faults, as the plugins `scripted` and `follows` play them.
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

struct FollowedModels : Calls {
    // The model `one` of the plugin `follows`.
    void loadFollowing(const std::string& how) {
        config.pluginDirs = {dir.file("plugins")};
        if (!registry) install(badPlugin("follows"), dir.path() / "plugins");
        config.models = {{"one", {"follows", {{"how", how}}}}};
        loadAnew();
    }
    std::string faultOf(const std::string& how) {
        loadFollowing(how);
        return failed(ErrorKind::textModelFailed).what();
    }
};

SPEC(FollowedModels, answer_as_those_that_block) {
    load({"follow|delta Hel|delta lo|usage 9"});
    CPPUNIT_ASSERT_EQUAL("one: Hello"s, collected());
    CPPUNIT_ASSERT_EQUAL("one"s, run(stream));
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), kept.frames.size());
    CPPUNIT_ASSERT_EQUAL(std::int64_t(9), stream.report().reported->total);
}

SPEC(FollowedModels, are_followed_by_the_next_one_when_they_fail_before_they_begin) {
    for (const std::string& status : {"busy"s, "misconfigured"s, "unavailable"s, "failed"s, "stopped"s, "99"s}) {
        load({"follow|explain it broke|status " + status, "follow|delta Hello"});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(status, "two: Hello"s, collected());
    }
    assertSays(logged(), "model id=request-7 model=one status=unavailable frames=0 reason=\"it broke\"");
    load({"follow|delta Hel|status unavailable", "delta Hello"});
    expectError(ErrorKind::textModelFailed, [&] { run(stream); });
    CPPUNIT_ASSERT(stream.hasBegun());
}

SPEC(FollowedModels, are_asked_once_more_on_a_new_connection_which_is_no_retry) {
    config.retry.attempts = 1;
    load({"follow|fails 1 stale|say fresh"});
    CollectReply reply(1'000);
    run(reply);
    CPPUNIT_ASSERT_EQUAL("1"s, reply.text());
    CPPUNIT_ASSERT_EQUAL(1, reply.attempts());
}

SPEC(FollowedModels, that_are_stale_again_or_have_begun_are_unavailable) {
    config.retry.attempts = 1;
    load({"follow|explain the warm one|status stale", "delta Hello"});
    CPPUNIT_ASSERT_EQUAL("two: Hello"s, collected());
    assertSays(logged(), "model=one status=unavailable frames=0 reason=\"the warm one; the warm one\"");
    load({"follow|delta Hel|status stale"});
    failed(ErrorKind::textModelFailed);
    assertSays(logged(), "status=unavailable frames=1");
}

SPEC(FollowedModels, end_when_the_client_leaves) {
    load({"follow|delta Hel|hang 1"});
    SocketPair client;
    JoiningThreads leaving;
    leaving.add([&] {
        CPPUNIT_ASSERT(eventually([&] { return kept.count > 0; }));
        client.theirs = {};
    });
    expectError(ErrorKind::clientLeft, [&] { run(stream, client.ours.get()); });
    leaving.join();
}

SPEC(FollowedModels, end_with_the_worker) {
    load({"follow|delta Hel|hang 1"});
    JoiningThreads stopping;
    stopping.add([&] {
        CPPUNIT_ASSERT(eventually([&] { return kept.count > 0; }));
        calls->endAll();
    });
    expectError(ErrorKind::modelTimeout, [&] { run(stream); });
    stopping.join();
}

SPEC(FollowedModels, time_out_when_nothing_comes) {
    config.timeouts.firstFrame = 1ms;
    load({"follow|hang 1"});
    assertSays(failed(ErrorKind::modelTimeout).what(),
               "no first frame from a script within 1 ms (timeout.first_frame_ms)");
}

SPEC(FollowedModels, fail_for_what_they_do_wrong) {
    assertSays(faultOf("nobody"), "answered `streaming` without a stream");
    assertSays(faultOf("two"), "more than one stream");
    assertSays(faultOf("both"), "but did not answer `streaming`");
    assertSays(faultOf("spins"), "handed nothing on");
    assertSays(faultOf("negative"), "-1, is not open");
    assertSays(faultOf("unopened"), "1000000, is not open");
    assertSays(faultOf("file"), "cannot be waited for");
    assertSays(faultOf("device"), "is a device's, which cannot be waited for");
    assertSays(faultOf("closes"), "has closed its descriptor");
    assertSays(faultOf("streaming"), "with the status streaming");
    assertSays(faultOf("helper"), "from another thread");
}

SPEC(FollowedModels, have_one_end) {
    loadFollowing("ends_twice");
    CPPUNIT_ASSERT_EQUAL("one: xxxxx xxxxx xxxxx end"s, collected());
    run(stream);
    stream.finish();
    CPPUNIT_ASSERT_EQUAL(std::size_t(4), kept.frames.size());
}

SPEC(FollowedModels, reach_no_answer_but_their_own) {
    loadFollowing("keeps");
    CPPUNIT_ASSERT_EQUAL("one: xxxxx xxxxx xxxxx "s, collected());
    CPPUNIT_ASSERT_EQUAL("one: xxxxx xxxxx xxxxx "s, collected());
    assertSays(logged(), "has used the reply of a call that was over");
}

SPEC(FollowedModels, that_never_end_are_cut_at_the_limit_of_an_answer) {
    loadFollowing("endless");
    failed(ErrorKind::textModelFailed);
}

}  // namespace
