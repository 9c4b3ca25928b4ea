// Connections that wait for a question before it is asked: used, refilled, replaced; and all that an
// upstream can do to them meanwhile.
#include "support/iflytek_calls.h"
#include "support/restart.h"
#include "support/silent_server.h"
#include "support/spec.h"
#include "support/temp_dir.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <list>
#include <memory>

using namespace aiproject;
using namespace aiproject::test;
using upstream::Call;
using upstream::Fault;
using upstream::FaultKind;
using upstream::Simulator;

namespace {

Question goodMorning() { return Question::text("good morning"); }

Fault once(Fault fault) {
    fault.times = 1;
    return fault;
}

Written keeping(int connections, Written written) {
    written["warm_connections"] = std::to_string(connections);
    return written;
}

struct Upstream {
    Simulator simulator;

    explicit Upstream(const upstream::Options& options = {}) : simulator(options) {}

    Written chatKeeping(int connections) const {
        return keeping(connections, settingsFor(simulator.url("/v3.5/chat")));
    }
    bool wasAsked(std::size_t number) const {
        const auto calls = simulator.calls();
        return calls.size() > number && !calls[number].request.empty();
    }
    // Until the connection of this number, counted from 0, has had its question: those before it may still
    // have been on their way when a call looked for one. Every call is answered. Says the last explanation.
    std::string askUntilUsed(std::size_t number, PluginUnderTest& plugin, const Question& question) const {
        std::string explanation;
        ASSERT_EVENTUALLY(simulator.calls().size() > number);
        const auto use = [&] {
            const Outcome outcome = plugin.ask(question);
            expect(outcome, ModelStatus::ok, "");
            explanation = outcome.explanation;
            return wasAsked(number);
        };
        ASSERT_EVENTUALLY(use());
        return explanation;
    }
    int unasked() const {
        int count = 0;
        for (const Call& call : simulator.calls()) count += call.request.empty() && !call.ended ? 1 : 0;
        return count;
    }
    int asked() const {
        int count = 0;
        for (const Call& call : simulator.calls()) count += call.request.empty() ? 0 : 1;
        return count;
    }
    // As askUntilUsed(0), with an upstream that ends every call. Says how many there were.
    int failUntilUsed(PluginUnderTest& plugin, const Timeouts& timeouts) const {
        int calls = 0;
        ASSERT_EVENTUALLY(unasked() == 1);
        const auto use = [&] {
            ++calls;
            expect(plugin.ask(goodMorning(), timeouts), ModelStatus::unavailable, "upstream");
            return wasAsked(0);
        };
        ASSERT_EVENTUALLY(use());
        return calls;
    }
    void expectNoViolation() const {
        for (const Call& call : simulator.calls()) CPPUNIT_ASSERT_EQUAL(std::string(), call.violation);
    }
};

struct WarmConnections : CppUnit::TestCase, Upstream {};

}  // namespace

SPEC(WarmConnections, are_none_unless_wanted) {
    PluginUnderTest plugin("spark_chat", settingsFor(simulator.url("/v3.5/chat")));
    expect(plugin.ask(goodMorning()), ModelStatus::ok, "");
    CPPUNIT_ASSERT_EQUAL(1, simulator.connections());
}

SPEC(WarmConnections, wait_before_the_first_question_and_are_refilled) {
    {
        PluginUnderTest plugin("spark_chat", chatKeeping(3));
        ASSERT_EVENTUALLY(unasked() == 3);
        askUntilUsed(0, plugin, goodMorning());
        ASSERT_EVENTUALLY(unasked() == 3);
    }
    expectAllEnded(simulator);
    expectNoViolation();
    int goodbyes = 0;
    for (const Call& call : simulator.calls()) goodbyes += call.request.empty() && call.closeCode == 1000 ? 1 : 0;
    CPPUNIT_ASSERT(goodbyes >= 2);  // the last may have been in its upgrade
}

SPEC(WarmConnections, serve_every_plugin) {
    for (const auto& [path, variant] : {std::pair("/v2/iat", "classic"), {"/v1", "large"}}) {
        const Upstream upstream;
        Written written = keeping(1, settingsFor(upstream.simulator.url(path)));
        written["variant"] = variant;
        PluginUnderTest voice("spark_iat", written);
        upstream.askUntilUsed(0, voice, Question::voice(std::string(16'000, 'p')));
        upstream.expectNoViolation();
    }
    PluginUnderTest picture("spark_image", keeping(1, settingsFor(simulator.url("/v2.1/image"))));
    askUntilUsed(0, picture, Question::picture("\xFF\xD8\xFFpicture"));
    expectNoViolation();
}

SPEC(WarmConnections, serve_two_calls_at_once_and_the_second_opens_its_own) {
    simulator.setFault(faultOf(FaultKind::hangMidAnswer));
    PluginUnderTest plugin("spark_chat", chatKeeping(1));
    ASSERT_EVENTUALLY(unasked() == 1);
    std::list<CallInProgress> calls;
    for (int i = 0; i < 2; ++i) calls.emplace_back(plugin, goodMorning());
    for (auto& call : calls) ASSERT_EVENTUALLY(call.host.delivered() == 2);
    for (auto& call : calls) call.host.leave();
    for (auto& call : calls) expect(call.finished(), ModelStatus::stopped, "");
    CPPUNIT_ASSERT_EQUAL(2, asked());
}

SPEC(WarmConnections, are_taken_by_many_calls_at_once_each_by_one) {
    PluginUnderTest plugin("spark_chat", chatKeeping(8));
    ASSERT_EVENTUALLY(unasked() == 8);
    std::list<CallInProgress> calls;
    for (int i = 0; i < 100; ++i) calls.emplace_back(plugin, goodMorning());
    for (auto& call : calls) expect(call.finished(), ModelStatus::ok, "");
    expectNoViolation();
}

SPEC(WarmConnections, are_replaced_with_a_goodbye_when_their_time_is_over) {
    Written written = chatKeeping(1);
    written["warm_ttl_s"] = "1";
    PluginUnderTest plugin("spark_chat", written);
    ASSERT_EVENTUALLY(simulator.calls().size() >= 3);
    ASSERT_EVENTUALLY(simulator.calls()[0].ended);  // both ends see to it, in their own time
    const Call first = simulator.calls()[0];
    CPPUNIT_ASSERT(first.ended && first.closeCode == 1000 && first.request.empty());
}

SPEC(WarmConnections, that_the_upstream_closes_are_not_used) {
    simulator.setFault(once(pausing(FaultKind::closeIdle, 0)));
    PluginUnderTest plugin("spark_chat", chatKeeping(1));
    askUntilUsed(1, plugin, goodMorning());
    CPPUNIT_ASSERT(!wasAsked(0));
    expectNoViolation();
}

SPEC(WarmConnections, that_speak_unasked_are_not_used) {
    simulator.setFault(once(faultOf(FaultKind::speakUnasked)));
    PluginUnderTest plugin("spark_chat", chatKeeping(1));
    askUntilUsed(1, plugin, goodMorning());
    CPPUNIT_ASSERT(!wasAsked(0));
}

SPEC(WarmConnections, that_end_in_the_instant_of_use_cost_a_new_connection_not_the_call) {
    // closeMidAnswer comes before the last frame when there are fewer than three.
    for (const FaultKind kind : {FaultKind::dropBeforeFrame, FaultKind::closeMidAnswer}) {
        upstream::Options options;
        options.answerFrames = 1;
        Upstream upstream(options);
        upstream.simulator.setFault(once(faultOf(kind)));
        PluginUnderTest plugin("spark_chat", upstream.chatKeeping(1));
        const std::string explanation = upstream.askUntilUsed(0, plugin, goodMorning());
        CPPUNIT_ASSERT_MESSAGE(explanation, has(explanation, "asked again on a new connection"));
        upstream.expectNoViolation();
    }
}

SPEC(WarmConnections, that_end_while_audio_goes_up_cost_a_new_connection_not_the_call) {
    simulator.setFault(once(faultOf(FaultKind::dropBeforeFrame)));
    PluginUnderTest plugin("spark_iat", keeping(1, settingsFor(simulator.url("/v2/iat"))));
    const std::size_t bytes = 64'000;
    ASSERT_EVENTUALLY(unasked() == 1);
    const auto use = [&] {
        const Outcome outcome = plugin.ask(Question::voice(std::string(bytes, 'p')));
        expect(outcome, ModelStatus::ok, "");
        CPPUNIT_ASSERT_EQUAL(upstream::transcriptOf(bytes), outcome.text);
        return wasAsked(0);
    };
    ASSERT_EVENTUALLY(use());
    expectNoViolation();
}

SPEC(WarmConnections, that_end_twice_end_the_call) {
    simulator.setFault(faultOf(FaultKind::dropBeforeFrame));
    PluginUnderTest plugin("spark_chat", chatKeeping(1));
    const int calls = failUntilUsed(plugin, kPatientTimeouts);
    CPPUNIT_ASSERT_EQUAL(calls + 1, asked());
}

SPEC(WarmConnections, that_end_when_the_time_for_connecting_is_over_end_the_call) {
    simulator.setFault(pausing(FaultKind::dropBeforeFrame, 6'000));
    PluginUnderTest plugin("spark_chat", chatKeeping(1));
    const int calls = failUntilUsed(plugin, {4'000, 20'000, 20'000, 60'000});
    CPPUNIT_ASSERT_EQUAL(calls, asked());
}

SPEC(WarmConnections, that_answer_are_not_asked_again) {
    for (const Fault& fault : {faultOf(FaultKind::errorFrame, 11202), faultOf(FaultKind::dropMidAnswer)}) {
        Upstream upstream;
        upstream.simulator.setFault(once(fault));
        PluginUnderTest plugin("spark_chat", upstream.chatKeeping(1));
        ASSERT_EVENTUALLY(!upstream.simulator.calls().empty());
        Outcome outcome;
        const auto use = [&] {
            outcome = plugin.ask(goodMorning());
            return upstream.wasAsked(0);
        };
        ASSERT_EVENTUALLY(use());
        CPPUNIT_ASSERT(outcome.status == (fault.code ? ModelStatus::busy : ModelStatus::unavailable));
        CPPUNIT_ASSERT_MESSAGE(outcome.explanation, !has(outcome.explanation, "asked again"));
    }
}

SPEC(WarmConnections, wait_for_the_first_frame_as_new_ones_do) {
    simulator.setFault(faultOf(FaultKind::hangBeforeFrame));
    PluginUnderTest plugin("spark_chat", chatKeeping(1));
    ASSERT_EVENTUALLY(unasked() == 1);
    const auto use = [&] {
        expect(plugin.ask(goodMorning(), kShortFirstFrame), ModelStatus::timedOut,
               "within 300 ms (timeout.first_frame_ms)");
        return wasAsked(0);
    };
    ASSERT_EVENTUALLY(use());
}

SPEC(WarmConnections, end_with_the_client) {
    simulator.setFault(faultOf(FaultKind::hangBeforeFrame));
    PluginUnderTest plugin("spark_chat", chatKeeping(1));
    ASSERT_EVENTUALLY(unasked() == 1);
    CallInProgress call(plugin, goodMorning());
    ASSERT_EVENTUALLY(asked() == 1);
    call.host.leave();
    expect(call.finished(), ModelStatus::stopped, "the client has left");
}

SPEC(WarmConnections, come_when_the_upstream_does_and_again_when_it_restarts) {
    upstream::Options options;
    options.port = simulator.port();
    PluginUnderTest plugin("spark_chat", [&] {
        const Simulator gone;
        options.port = gone.port();
        return keeping(2, settingsFor(gone.url("/v3.5/chat")));
    }());
    const Outcome outcome = plugin.ask(goodMorning());
    expect(outcome, ModelStatus::unavailable, "cannot connect");
    std::unique_ptr<Simulator> back;
    for (int i = 0; i < 2; ++i) {
        restart(back, options);
        ASSERT_EVENTUALLY(back->calls().size() >= 2);
        expect(plugin.ask(goodMorning()), ModelStatus::ok, "");
    }
}

SPEC(WarmConnections, that_cannot_be_opened_are_explained_by_the_call_that_opened_its_own) {
    const Fault trouble = faultOf(FaultKind::httpStatus, 503);
    simulator.setFault(trouble);
    PluginUnderTest plugin("spark_chat", chatKeeping(1));
    // The next opening may come before the call; then it has nothing to explain.
    const auto isExplained = [&] {
        simulator.setFault(trouble);
        const std::size_t before = simulator.calls().size();
        while (simulator.calls().size() == before) plugin.ask(goodMorning());
        expectAllEnded(simulator);
        simulator.setFault({});
        const Outcome outcome = plugin.ask(goodMorning());
        expect(outcome, ModelStatus::ok, "");
        return has(outcome.explanation, "no warm connection: ") && has(outcome.explanation, "HTTP 503");
    };
    ASSERT_EVENTUALLY(isExplained());
}

SPEC(WarmConnections, are_signed_by_the_upstreams_clock_if_need_be) {
    simulator.setFault(once(faultOf(FaultKind::skewedClock)));
    PluginUnderTest plugin("spark_chat", chatKeeping(1));
    const std::string explanation = askUntilUsed(1, plugin, goodMorning());
    CPPUNIT_ASSERT_MESSAGE(explanation, has(explanation, "signed with the upstream's time"));
}

SPEC(WarmConnections, that_hang_in_the_upgrade_end_with_the_model) {
    {
        PluginUnderTest plugin("spark_chat", chatKeeping(1));
        // From here on an opening has an hour, so nothing but the model's end can end it.
        constexpr Timeouts kEndlessOpening{3'600'000, 20'000, 20'000, 5'000};
        expect(plugin.ask(goodMorning(), kEndlessOpening), ModelStatus::ok, "");
        const auto refillHangs = [&] {
            simulator.setFault(Fault());
            ASSERT_EVENTUALLY(unasked() == 1);
            const std::size_t opened = simulator.calls().size();
            simulator.setFault(faultOf(FaultKind::hangBeforeUpgrade));
            // The fault may hit the call itself, where the waiting one was not ready; its total time ends it then.
            if (plugin.ask(goodMorning(), kEndlessOpening).status != ModelStatus::ok) return false;
            ASSERT_EVENTUALLY(simulator.calls().size() > opened);
            return true;
        };
        ASSERT_EVENTUALLY(refillHangs());
    }
    expectAllEnded(simulator);
}

SPEC(WarmConnections, that_hang_in_tcp_or_in_the_tls_handshake_end_with_the_model) {
    const SilentServer silent;
    const FullServer full;
    const std::string host = "127.0.0.1:";
    const PluginUnderTest stuckInTls(
        "spark_chat", keeping(1, settingsFor("wss://" + host + std::to_string(silent.port()) + "/v3.5/chat")));
    const PluginUnderTest stuckInTcp(
        "spark_chat", keeping(1, settingsFor("ws://" + host + std::to_string(full.port()) + "/v3.5/chat")));
    ASSERT_EVENTUALLY(silent.hasCaller());
}

SPEC(WarmConnections, that_hang_are_given_up_after_the_connect_time_of_the_calls) {
    PluginUnderTest plugin("spark_chat", chatKeeping(1));
    const auto isUsed = [&] {
        return plugin.ask(goodMorning(), kShortConnect).status == ModelStatus::ok && wasAsked(0);
    };
    ASSERT_EVENTUALLY(isUsed());
    std::size_t next = 0;
    const auto isRefilled = [&] {
        ASSERT_EVENTUALLY(unasked() == 1);
        next = simulator.calls().size();
        simulator.setFault(once(faultOf(FaultKind::hangBeforeUpgrade)));
        // The fault may hit the call itself, where the waiting one was not ready.
        return plugin.ask(goodMorning(), kShortConnect).status == ModelStatus::ok;
    };
    ASSERT_EVENTUALLY(isRefilled());
    ASSERT_EVENTUALLY(simulator.calls().size() > next && simulator.calls()[next].ended);
    ASSERT_EVENTUALLY(unasked() == 1);
    expect(plugin.ask(goodMorning()), ModelStatus::ok, "");
}

SPEC(WarmConnections, are_closed_on_exec) {
    PluginUnderTest plugin("spark_chat", chatKeeping(4));
    ASSERT_EVENTUALLY(unasked() == 4);
    const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir("/proc/self/fd"), &::closedir);
    int sockets = 0;
    while (const dirent* entry = ::readdir(folder.get())) {
        struct stat status {};
        const int descriptor = std::atoi(entry->d_name);
        if (::fstat(descriptor, &status) != 0 || !S_ISSOCK(status.st_mode)) continue;
        ++sockets;
        CPPUNIT_ASSERT_MESSAGE(entry->d_name, (::fcntl(descriptor, F_GETFD) & FD_CLOEXEC) != 0);
    }
    CPPUNIT_ASSERT(sockets >= 4);
}

SPEC(WarmConnections, speak_tls) {
    const TempDir dir;
    upstream::Options options;
    options.transport = upstream::Transport::tls;
    options.caDirectory = dir.path();
    Simulator secured(options);
    Written written = keeping(2, settingsFor(secured.url("/v3.5/chat")));
    written["tls.ca_file"] = secured.caFile();
    PluginUnderTest plugin("spark_chat", written);
    const auto wasUsed = [&] {
        expect(plugin.ask(goodMorning()), ModelStatus::ok, "");
        const auto calls = secured.calls();
        return !calls.empty() && !calls[0].request.empty();
    };
    ASSERT_EVENTUALLY(secured.calls().size() >= 2);
    ASSERT_EVENTUALLY(wasUsed());
}
