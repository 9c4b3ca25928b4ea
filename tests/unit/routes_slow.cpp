// The log's line of a slow request, and the trace that a request belongs to on its way to the upstream.
#include "auth/password_hash.h"
#include "support/eventually.h"
#include "support/spec.h"
#include "unit/expect.h"
#include "unit/host_fixture.h"
#include "unit/site.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <numeric>
#include <string>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

const std::string kTraceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const std::string kTraceparent = "00-" + kTraceId + "-00f067aa0ba902b7-01";

// What OpenAI's streams begin with.
const std::string kRoleAlone = R"(chunk {"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]})";

struct SlowRequests : CppUnit::TestCase {
    static Site::Change with(const std::string& script, std::chrono::milliseconds slow,
                             std::chrono::milliseconds firstFrame = 0ms) {
        return [=](Config& config) {
            config.models["m"] = playing(script);
            config.routes.text = {"m"};
            config.log.slow = slow;
            config.log.slowFirstFrame = firstFrame;
        };
    }
    static std::string asked(const Site& site, const std::string& path = "/textModel/stream") {
        return site.post(path, questionOf(site.ann, "Hi")).text();
    }
    // `site` has one line of a slow request, in which this phase has what a script dozes. A busy machine may make
    // another one longer.
    static void assertLong(const Site& site, const std::string& phase) {
        constexpr int dozed = 200;
        const std::string log = site.log(), line = log.substr(log.find(" slow id="));
        assertSays(line, " slow id=request-1 path=/textModel/");
        assertSays(line, " most=");
        const std::string share = " " + phase + "_ms=";
        assertSays(line, share);
        CPPUNIT_ASSERT_MESSAGE(line, std::stoi(line.substr(line.find(share) + share.size())) >= dozed);
        CPPUNIT_ASSERT_EQUAL(std::size_t(0), line.rfind(" slow id="));
    }
};

SPEC(SlowRequests, have_no_line_unless_the_operator_wishes) {
    const Site site(with("delta a|doze 30|delta b", 0ms));
    asked(site);
    CPPUNIT_ASSERT(site.log().find(" slow ") == std::string::npos);
}

SPEC(SlowRequests, have_no_line_when_they_are_fast) {
    const Site site(with("delta a", 1h, 1h));
    asked(site);
    CPPUNIT_ASSERT(site.log().find(" slow ") == std::string::npos);
}

SPEC(SlowRequests, say_that_the_first_frame_was_late) {
    for (const std::string& path : {"/textModel/stream"s, "/textModel/chat"s}) {
        const Site site(with("follow|doze 200|delta a|delta b", 100ms));
        asked(site, path);
        assertLong(site, "first_frame");
    }
}

SPEC(SlowRequests, have_no_first_frame_in_one_that_says_nothing) {
    for (const std::string& script : {kRoleAlone + "|doze 200|delta a", "follow|" + kRoleAlone + "|doze 200|delta a"}) {
        const Site site(with(script, 0ms, 200ms));
        asked(site);
        assertLong(site, "first_frame");
    }
}

SPEC(SlowRequests, have_the_first_frame_of_the_attempt_that_answered) {
    Site site(with(kRoleAlone + "|fails 1 unavailable|doze 200|delta a", 0ms, 200ms));
    asked(site);
    assertLong(site, "first_frame");
    assertSays(site.log(), " attempts=2");
    const CallMetrics& calls = site.board().metrics().calls[std::size_t(site.board().rowOfModel("m", "scripted"))][0];
    constexpr std::uint64_t dozed = 200'000;  // microseconds
    CPPUNIT_ASSERT(calls.firstToken.sum >= dozed);
}

SPEC(SlowRequests, have_a_first_token_where_they_are_streams) {
    Site site(with("delta a", 0ms));
    const auto first = [&] {
        const auto row = std::size_t(site.board().rowOfModel("m", "scripted"));
        const auto& counts = site.board().metrics().calls[row][0].firstToken.counts;
        return std::accumulate(counts.begin(), counts.end(), std::uint64_t(0));
    };
    asked(site, "/textModel/chat");
    CPPUNIT_ASSERT_EQUAL(std::uint64_t(0), first());
    asked(site);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t(1), first());
}

SPEC(SlowRequests, that_no_thread_took_have_waited_in_the_queue) {
    Site site([](Config& config) { config.log.slow = 100ms; });
    ScriptedExchange exchange("POST", "/textModel/chat", questionOf(site.ann, "Hi"));
    exchange.sent.came = std::chrono::steady_clock::now() - 300ms;
    exchange.sent.began = exchange.sent.came - 10ms;
    site.router().refuse(exchange, "no free thread");
    assertSays(site.log(), " slow id=request-1 path=/textModel/chat code=MODEL_BUSY ");
    assertSays(site.log(), " most=queue ");
    Metrics& metrics = site.board().metrics();
    const auto row = std::size_t(site.board().rowOfLabel(metrics.routes, "/textModel/chat"));
    constexpr std::uint64_t waited = 300'000;  // microseconds
    CPPUNIT_ASSERT(metrics.requestDurations[row].sum >= waited);
}

SPEC(SlowRequests, say_that_the_frames_were) {
    const Site site(with("delta a|doze 200|delta b", 100ms));
    asked(site);
    assertLong(site, "frames");
    assertSays(site.log(), " until_first_frame_ms=");
}

SPEC(SlowRequests, are_those_whose_first_frame_is_late_as_well) {
    const Site late(with("doze 200|delta a", 0ms, 100ms));
    asked(late);
    assertLong(late, "first_frame");
    const auto hasLine = [](std::chrono::milliseconds limit) {  // of what ends late, and has begun in time
        const Site early(with("delta a|doze " + std::to_string(2 * limit.count()), 0ms, limit));
        asked(early);
        return early.log().find(" slow ") != std::string::npos;
    };
    auto limit = 100ms;  // which the machine may be too slow for
    while (limit < kPatience / 4 && hasLine(limit)) limit *= 2;
    CPPUNIT_ASSERT(limit < kPatience / 4);
}

SPEC(SlowRequests, say_in_which_stage_their_plugin_was) {
    const std::array<const char*, 4> phases{"connect", "tls", "upgrade", "first_frame"};
    for (std::size_t i = 0; i < phases.size(); ++i) {
        const Site site(with("stage 3|stage " + std::to_string(i) + "|doze 200|stage 3|delta a|stage 1", 100ms));
        asked(site);
        assertLong(site, phases[i]);
    }
    const Site unknown(with("stage 77|doze 200|delta a", 100ms));
    asked(unknown);
    assertLong(unknown, "first_frame");
}

SPEC(SlowRequests, that_no_model_answers_are_told_as_well) {
    const Site failed(with("doze 200|status failed", 0ms, 100ms));
    asked(failed);
    assertLong(failed, "first_frame");
    const std::string line = failed.log().substr(failed.log().find(" slow id="));
    assertSays(line, " model=m code=MODEL_ERROR ");
    Site login([](Config& config) { config.log.slow = 1ms; });
    const HashCost tensOfMilliseconds{15, 8, 1};  // those of the site take less than one
    login.sql("UPDATE users SET password = '" + PasswordHasher(tensOfMilliseconds).hash("right") + "'");
    login.post("/auth/login", R"({"username":"ann","password":"wrong"})");
    assertSays(login.log(), " most=account ");
}

SPEC(SlowRequests, say_how_long_a_pause_between_two_attempts_was) {
    const auto change = with("fails 1 unavailable|delta a", 100ms);
    const Site site([&](Config& config) {
        change(config);
        config.retry.backoff = 300ms;
    });
    asked(site);
    assertLong(site, "retry");
}

SPEC(SlowRequests, belong_to_the_trace_that_they_came_with) {
    const Site site(with("say traceparent|delta ;|say tracestate", 0ms));
    const auto ask = [&](const std::string& parent, const std::string& state) {
        ScriptedExchange exchange("POST", "/textModel/chat", questionOf(site.ann, "Hi"));
        exchange.sent.traceparent = parent;
        exchange.sent.tracestate = state;
        return site.serve(exchange).json()->getValue<std::string>("content");
    };
    CPPUNIT_ASSERT_EQUAL(kTraceparent + ";a=1", ask(kTraceparent, "a=1"));
    assertSays(site.lastLogLine(), " trace=" + kTraceId);
    CPPUNIT_ASSERT_EQUAL(kTraceparent + ";", ask(kTraceparent, std::string(513, 'a')));
    CPPUNIT_ASSERT_EQUAL(";"s, ask("garbage", "a=1"));
    assertSilentOf(site.lastLogLine(), "trace=");
    CPPUNIT_ASSERT_EQUAL(";"s, ask("", ""));
}

}  // namespace
