// A plugin that keeps its reply, or gives it to another thread, reaches nobody's answer.
#include "host/reply_gate.h"

#include "call/collect_reply.h"

#include "support/spec.h"
#include "unit/expect.h"
#include "unit/forked.h"
#include "unit/host_fixture.h"

#include <chrono>
#include <cstddef>
#include <functional>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

class Playing final : public IModel {
public:
    explicit Playing(std::function<void(IReply&)> play) : play_(std::move(play)) {}
    ModelStatus generate(const ModelRequest& /*request*/, IReply& reply) noexcept override {
        play_(reply);
        return ModelStatus::ok;
    }
    void destroy() noexcept override {}

private:
    const std::function<void(IReply&)> play_;
};

struct ModelsGate : CppUnit::TestCase {
    EventLoop loop;
    CallWatch watch{loop};
    CollectReply reply{1'000};
    int heard = 0;
    LateUse& late = LateUse::make([this] { ++heard; });

    ~ModelsGate() override { late.end(); }

    ModelStatus call(const std::function<void(IReply&)>& play) {
        CallWatch::Call call(watch, -1, 1h);
        reply.attach(call);
        Playing model(play);
        const auto [status, breach] = generateBehindGate(model, {}, reply, &late);
        if (breach) reply.blame(breach);
        reply.detach();
        return status;
    }
    IReply& kept() {
        IReply* kept = nullptr;
        call([&](IReply& gate) { kept = &gate; });
        return *kept;
    }
};

SPEC(ModelsGate, passes_on_all_that_is_said_in_the_call) {
    const ModelStatus status = call([](IReply& gate) {
        CPPUNIT_ASSERT(gate.text("a"));
        CPPUNIT_ASSERT(gate.thought("hm"));
        CPPUNIT_ASSERT(
            gate.frame("spark", R"({"header":{"code":0},"payload":{"choices":{"text":[{"content":"b"}]}}})") ==
            Seen::passed);
        Usage usage;
        usage.total = 9;
        gate.usage(usage);
        gate.finish(Finish::length);
        gate.upstreamId("up-1");
        gate.explain("why");
        gate.advise("do");
        CPPUNIT_ASSERT_EQUAL(int(Stop::none), int(gate.stop()));
        CPPUNIT_ASSERT_EQUAL(int(Stop::none), int(gate.wait(1)));
    });
    CPPUNIT_ASSERT_EQUAL(int(ModelStatus::ok), int(status));
    CPPUNIT_ASSERT_EQUAL("ab"s, reply.text());
    CPPUNIT_ASSERT_EQUAL(int(Finish::length), int(reply.report().finish));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(9), reply.report().usage.total);
    CPPUNIT_ASSERT_EQUAL("up-1"s, reply.report().upstreamId);
    CPPUNIT_ASSERT_EQUAL("why"s, reply.report().explanation);
    CPPUNIT_ASSERT_EQUAL("do"s, reply.report().advice);
    CPPUNIT_ASSERT(!reply.report().isGarbage);
}

SPEC(ModelsGate, reads_no_more_of_a_struct_than_its_plugin_has) {
    call([](IReply& gate) {
        Usage usage;
        usage.size = offsetof(Usage, cached);  // as if cached were from a later minor
        usage.prompt = 4;
        usage.cached = usage.completion = usage.total = 1'000;
        gate.usage(usage);
    });
    CPPUNIT_ASSERT_EQUAL(std::int64_t(4), reply.report().usage.prompt);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), reply.report().usage.cached + reply.report().usage.total);
}

// Which has the client's descriptors, too.
SPEC(ModelsGate, lets_nothing_through_from_a_child_of_the_process) {
    call([](IReply& gate) {
        CPPUNIT_ASSERT(gate.text("before, "));
        Forked child([&gate] { _exit(gate.text("child, ") || gate.stop() == Stop::none ? 1 : 0); });
        CPPUNIT_ASSERT_EQUAL(0, child.wait());
        CPPUNIT_ASSERT(gate.text("after"));
    });
    CPPUNIT_ASSERT_EQUAL("before, after"s, reply.text());
    CPPUNIT_ASSERT(!reply.report().isGarbage);
}

SPEC(ModelsGate, passes_on_guard) {
    const SocketPair upstream;
    call([&](IReply& gate) {
        gate.guard(upstream.ours.get(), 1);
        CPPUNIT_ASSERT(upstream.endsWhileReading());
        CPPUNIT_ASSERT_EQUAL(int(Stop::guardExpired), int(gate.stop()));
        gate.guard(-1, 0);
    });
}

SPEC(ModelsGate, is_shut_after_the_call) {
    IReply& old = kept();
    const float values[] = {1.0F};
    CPPUNIT_ASSERT(!old.text("x") && !old.thought("x") && !old.toolCall({}) && !old.bytes("x") &&
                   !old.vector(values, 1));
    CPPUNIT_ASSERT(old.frame("spark", "{}") == Seen::over);
    CPPUNIT_ASSERT(old.stop() != Stop::none && old.wait(3'600'000) != Stop::none);
    old.explain("late");
    old.guard(0, 1);
    CPPUNIT_ASSERT_EQUAL(""s, reply.text() + reply.report().explanation);
}

SPEC(ModelsGate, leads_to_no_later_call_of_the_same_thread) {
    IReply& old = kept();
    call([&](IReply& gate) {
        CPPUNIT_ASSERT(!old.text("late"));
        Usage usage;
        usage.total = 1'000;
        old.usage(usage);
        CPPUNIT_ASSERT(gate.text("in time"));
    });
    CPPUNIT_ASSERT_EQUAL("in time"s, reply.text());
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), reply.report().usage.total);
    CPPUNIT_ASSERT(!reply.report().isGarbage);  // it is not this call that broke the contract
}

SPEC(ModelsGate, is_for_the_thread_of_its_call) {
    call([](IReply& gate) {
        std::thread([&] { CPPUNIT_ASSERT(!gate.text("by a helper") && gate.stop() != Stop::none); }).join();
        CPPUNIT_ASSERT(gate.text("by the caller"));
    });
    CPPUNIT_ASSERT_EQUAL("by the caller"s, reply.text());
    CPPUNIT_ASSERT(reply.report().isGarbage);
    assertSays(reply.report().explanation, "from another thread");
}

SPEC(ModelsGate, is_used_again_only_after_thousands_of_calls) {
    std::vector<IReply*> gates;
    for (int i = 0; i < 20'000; ++i) call([&](IReply& gate) { gates.push_back(&gate); });
    CPPUNIT_ASSERT(std::set<IReply*>(gates.begin(), gates.end()).size() < 5'000);
    for (std::size_t i = 4'096; i < gates.size(); i += 4'096)
        CPPUNIT_ASSERT_EQUAL(std::size_t(4'096), std::set<IReply*>(&gates[i - 4'096], &gates[i]).size());
}

SPEC(ModelsGate, is_never_used_again_while_somebody_still_speaks_to_it) {
    IReply& old = kept();
    old.text("still here");
    for (int i = 0; i < 10'000; ++i) call([&](IReply& gate) { CPPUNIT_ASSERT(&gate != &old); });
}

SPEC(ModelsGate, tells_once_that_it_was_used_after_its_call) {
    IReply& old = kept();
    CPPUNIT_ASSERT_EQUAL(0, heard);
    old.text("late");
    kept().explain("late");
    CPPUNIT_ASSERT_EQUAL(1, heard);
    call([](IReply& gate) { std::thread([&] { gate.text("x"); }).join(); });
    CPPUNIT_ASSERT_EQUAL(1, heard);
}

SPEC(ModelsGate, does_not_tell_what_another_thread_does_in_the_call_which_has_failed_for_it) {
    call([](IReply& gate) { std::thread([&] { gate.text("x"); }).join(); });
    CPPUNIT_ASSERT_EQUAL(0, heard);
}

}  // namespace
