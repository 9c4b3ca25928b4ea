// A call that is followed changes hands four times: between any two of them its client may leave, its account may be
// disabled, its worker may end. Each of these ends it once, with one bill, and nothing is left of it.
#include "support/eventually.h"
#include "support/joining_threads.h"
#include "support/spec.h"
#include "unit/expect.h"
#include "unit/host_fixture.h"
#include "unit/site.h"

#include <functional>
#include <future>
#include <memory>
#include <string>
#include <vector>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

enum class Event { clientLeaves, isRevoked, workerEnds };
constexpr Event kEvents[] = {Event::clientLeaves, Event::isRevoked, Event::workerEnds};

// One call, in a thread, and what happens to it.
struct OneCall {
    explicit OneCall(const std::function<std::string(const TempDir&)>& script)
        : site([&](Config& config) {
              config.models["one"] = playing(script(dir));
              config.routes.text = {"one"};
              config.retry.attempts = 1;
              config.database.timeout = kPatience;
          }),
          exchange("POST", "/textModel/stream", questionOf(site.ann, "Hello")) {
        exchange.connect();
    }

    void begin() {
        serving.add([this] { site.serve(static_cast<Exchange&>(exchange)); });
    }
    void go() const { dir.write("go", ""); }
    void happens(Event event) {
        if (event == Event::clientLeaves) return exchange.leave();
        if (event == Event::workerEnds) return site.calls().endAll();
        for (const CallOwner& owner : site.calls().owners()) site.calls().revoke(owner);
    }
    std::string sent() {
        std::string text;
        site.loop().perform([&] { text = exchange.text(); });
        return text;
    }
    // It was answered once, and billed as one of these.
    void assertEnds(const std::string& outcomes) {
        serving.join();
        ASSERT_EVENTUALLY(site.followed().count() == 0);
        CPPUNIT_ASSERT_EQUAL(1, exchange.ends);
        CPPUNIT_ASSERT(site.calls().owners().empty());
        CPPUNIT_ASSERT_EQUAL(std::int64_t(0), site.number("SELECT COUNT(*) FROM reservations"));
        CPPUNIT_ASSERT_EQUAL(std::int64_t(1), site.number("SELECT COUNT(*) FROM ledger"));
        CPPUNIT_ASSERT_EQUAL_MESSAGE(site.log(), std::int64_t(1),
                                     site.number("SELECT COUNT(*) FROM ledger WHERE outcome IN (" + outcomes + ")"));
    }

    TempDir dir;
    Site site;
    ScriptedExchange exchange;
    JoiningThreads serving;  // last: it uses all else
};

// The loop does nothing meanwhile.
class LoopHeld {
public:
    explicit LoopHeld(EventLoop& loop) {
        auto isHeld = std::make_shared<std::promise<void>>();
        auto held = isHeld->get_future();
        loop.post([isHeld, until = release_.get_future().share()] {
            isHeld->set_value();
            until.wait();
        });
        held.wait();
    }
    ~LoopHeld() { release_.set_value(); }
    LoopHeld(const LoopHeld&) = delete;
    LoopHeld& operator=(const LoopHeld&) = delete;

private:
    std::promise<void> release_;
};

struct HandOver : CppUnit::TestCase {};

std::string outcomesOf(Event event) { return event == Event::clientLeaves ? "'client_left'" : "'failed', 'broken'"; }

SPEC(HandOver, is_survived_while_the_call_is_opened) {
    for (const Event event : kEvents) {
        OneCall call([](const TempDir& dir) { return "await " + dir.file("go") + "|follow|delta Hello|hang 1"; });
        call.begin();
        ASSERT_EVENTUALLY(!call.site.calls().owners().empty());
        call.happens(event);
        call.go();
        call.assertEnds(outcomesOf(event));
    }
}

SPEC(HandOver, is_survived_before_the_loop_has_the_call) {
    for (const Event event : kEvents) {
        OneCall call([](const TempDir&) { return "follow|hang 1"s; });
        {
            const LoopHeld held(call.site.loop());
            call.begin();
            ASSERT_EVENTUALLY(call.site.followed().count() == 1);
            call.happens(event);
        }
        call.assertEnds(outcomesOf(event));
    }
}

SPEC(HandOver, is_survived_while_the_call_is_followed) {
    for (const Event event : kEvents) {
        OneCall call([](const TempDir&) { return "follow|delta Hello|hang 1"s; });
        call.begin();
        ASSERT_EVENTUALLY(call.sent().find("Hello") != std::string::npos);
        call.happens(event);
        call.assertEnds(outcomesOf(event));
    }
}

SPEC(HandOver, is_survived_where_a_stream_goes_back_to_a_thread) {
    for (const Event event : kEvents) {
        OneCall call(
            [](const TempDir& dir) { return "fails 1 stale|await " + dir.file("go") + "|follow|delta Hello|hang 1"; });
        call.begin();
        ASSERT_EVENTUALLY(!call.site.calls().owners().empty());
        call.happens(event);
        call.go();
        call.assertEnds(outcomesOf(event));
    }
}

// Nothing of it can change any more: it is whole, and so is its bill.
SPEC(HandOver, is_survived_while_the_call_is_settled) {
    for (const Event event : kEvents) {
        OneCall call([](const TempDir& dir) { return "follow|delta Hello|await " + dir.file("go") + "|delta you"; });
        call.begin();
        ASSERT_EVENTUALLY(call.sent().find("Hello") != std::string::npos);
        call.site.database().write([&](Poco::Data::Session&) {
            call.go();
            ASSERT_EVENTUALLY(call.site.calls().owners().empty());
            CPPUNIT_ASSERT(call.sent().find(R"("status":2)") == std::string::npos);
            call.happens(event);
        });
        call.assertEnds("'complete'");
        CPPUNIT_ASSERT(call.exchange.text().find(R"("status":2)") != std::string::npos);
    }
}

SPEC(HandOver, is_survived_where_the_end_of_the_answer_is_unsent) {
    for (const Event event : kEvents) {
        OneCall call([](const TempDir&) { return "follow|delta Hello"s; });
        call.exchange.takesBytes = 10;
        call.begin();
        ASSERT_EVENTUALLY(call.site.number("SELECT COUNT(*) FROM ledger") == 1);
        CPPUNIT_ASSERT_EQUAL(1, call.site.followed().count());
        call.happens(event);
        call.site.loop().perform([&] {
            if (event == Event::clientLeaves)
                call.exchange.takesWrites = 0;
            else
                call.exchange.takesBytes = 1'000'000;
        });
        call.assertEnds("'complete'");
    }
}

}  // namespace
