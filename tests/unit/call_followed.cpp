// Answers that the event loop follows: the same to clients, bills and logs as those of a model that blocks, and every
// way in which one can end.
#include "support/eventually.h"
#include "support/joining_threads.h"
#include "support/lent_exchange.h"
#include "support/spec.h"
#include "unit/expect.h"
#include "unit/host_fixture.h"
#include "unit/site.h"

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

// Where the memory ends as soon as the event loop has the call: `failures` times for neverWait(), or once for end().
class ScarceExchange final : public LentExchange {
public:
    ScarceExchange(Exchange& exchange, std::function<void()> isOver, int failures)
        : LentExchange(exchange, std::move(isOver)), failures_(failures) {}

    void neverWait() override {
        if (failures_ > 0 && failures_-- > 0) throw std::bad_alloc();
        LentExchange::neverWait();
    }
    void end() override {
        if (failures_ == 0) throw std::bad_alloc();
        LentExchange::end();
    }

private:
    int failures_;
};

struct Followed : CppUnit::TestCase {
    // The models `one` and `two` of route.text.
    static Site::Change scripts(const std::string& one, const std::string& two = "delta second",
                                const std::function<void(Config&)>& more = {}) {
        return [=](Config& config) {
            config.models["one"] = playing(one);
            config.models["two"] = playing(two);
            config.routes.text = {"one", "two"};
            config.retry.backoff = 1ms;
            if (more) more(config);
        };
    }
    static ScriptedExchange asking(const Site& site) {
        return {"POST", "/textModel/stream", questionOf(site.ann, "Hello")};
    }
    static ScriptedExchange stream(const Site& site) {
        ScriptedExchange exchange = asking(site);
        site.serve(exchange);
        return exchange;
    }
    static std::int64_t rows(Site& site, const std::string& condition) {
        return site.number("SELECT COUNT(*) FROM ledger WHERE " + condition);
    }
    // The one row, but for what is of its own.
    static std::string billOf(Site& site) {
        std::string bill;
        for (const std::string& column : {"tokens_in"s, "tokens_out"s, "charged_tokens"s, "balance"s})
            bill += column + "=" + std::to_string(site.number("SELECT COALESCE(" + column + ", -7) FROM ledger")) + " ";
        CPPUNIT_ASSERT_EQUAL(std::int64_t(1), rows(site, "1 = 1"));
        return bill;
    }
    static void serveMeanwhile(const Site& site, ScriptedExchange& exchange, const std::function<void()>& meanwhile) {
        JoiningThreads threads;
        threads.add([&] { site.serve(exchange); });
        meanwhile();
        threads.join();
    }
};

SPEC(Followed, answers_and_bills_as_one_that_blocks) {
    const std::string script = "sid s1|delta Hello |delta you|usage 17";
    Site blocking(scripts(script)), followed(scripts("follow|" + script));
    for (Site* site : {&blocking, &followed}) site->sql("UPDATE users SET tokens = 100000");
    CPPUNIT_ASSERT_EQUAL(stream(blocking).text(), stream(followed).text());
    CPPUNIT_ASSERT_EQUAL(billOf(blocking), billOf(followed));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1),
                         rows(followed, "outcome = 'complete' AND basis = 'reported' AND model = 'one'"));
    for (const Site* site : {&blocking, &followed}) {
        assertSays(site->lastLogLine(), "code=0 user=ann");
        assertSays(site->lastLogLine(), "tokens=17 frames=2");
    }
}

SPEC(Followed, model_that_keeps_the_loop_waiting_is_named_once) {
    Site site(scripts("follow|delta Hello |doze 101|doze 101|delta you"));
    assertSays(stream(site).text(), "you");
    assertSays(stream(site).text(), "you");
    const std::string log = site.log(), warning = "model one: advance() of plugin scripted took ";
    assertSays(log, warning);
    CPPUNIT_ASSERT_EQUAL(log.find(warning), log.rfind(warning));
}

SPEC(Followed, answers_in_one_piece_as_well) {
    Site site(scripts("follow|delta Hello |delta you|usage 3"));
    const auto answer = assertSucceeded(site.post("/textModel/chat", questionOf(site.ann, "Hi")));
    CPPUNIT_ASSERT_EQUAL("Hello you"s, answer->getValue<std::string>("content"));
    CPPUNIT_ASSERT_EQUAL(3, answer->getValue<int>("consume_token"));
}

SPEC(Followed, is_asked_again_in_a_thread_where_it_fails_before_its_first_frame) {
    Site site(scripts("follow|fails 1 unavailable|delta Hello"));
    assertSays(stream(site).text(), "Hello");
    assertSays(site.lastLogLine(), "model=one");
    assertSays(site.lastLogLine(), "attempts=2");
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), rows(site, "outcome = 'complete'"));
}

SPEC(Followed, gives_way_to_the_next_model_that_blocks_or_is_followed) {
    for (const std::string& next : {"delta second"s, "follow|delta second"s}) {
        Site site(scripts("follow|status failed", next));
        assertSays(stream(site).text(), "second");
        CPPUNIT_ASSERT_EQUAL(std::int64_t(1), rows(site, "model = 'two' AND outcome = 'complete'"));
    }
}

SPEC(Followed, is_refused_with_an_envelope_where_no_model_answers) {
    Site site(scripts("follow|status contentRefused"));
    assertRefused(stream(site), "CONTENT_REFUSED");
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), rows(site, "outcome = 'failed' AND charged_tokens = 0"));
}

SPEC(Followed, ends_with_an_explicit_last_frame_where_it_breaks) {
    Site site(scripts("follow|delta Hello|status unavailable"));
    const std::string text = stream(site).text();
    assertSays(text, R"("status":2)");
    assertSays(text, R"("code":5)");
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), rows(site, "outcome = 'broken' AND basis = 'estimated'"));
}

SPEC(Followed, ends_when_its_client_leaves) {
    Site site(scripts("follow|delta Hello|hang 3600000"));
    ScriptedExchange exchange = asking(site);
    exchange.connect();
    serveMeanwhile(site, exchange, [&] {
        ASSERT_EVENTUALLY(site.followed().count() == 1);
        exchange.leave();
    });
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), rows(site, "outcome = 'client_left'"));
}

SPEC(Followed, goes_on_without_its_client_where_the_operator_wishes_so) {
    Site site(scripts("follow|delta Hello |delta you|usage 9", "delta second",
                      [](Config& config) { config.billing.onClientGone = OnClientGone::drain; }));
    ScriptedExchange exchange = asking(site);
    exchange.connect();
    exchange.leave();
    exchange.takesWrites = 0;
    site.serve(static_cast<Exchange&>(exchange));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), rows(site, "outcome = 'client_left' AND basis = 'reported'"));
}

SPEC(Followed, ends_at_each_of_its_times) {
    const auto timed = [](const std::function<void(TimeoutConfig&)>& change) {
        return [change](Config& config) {
            config.retry.attempts = 1;
            config.routes.text = {"one"};
            change(config.timeouts);
        };
    };
    Site first(scripts("follow|hang 3600000", "", timed([](TimeoutConfig& times) { times.firstFrame = 20ms; })));
    assertRefused(stream(first), "MODEL_TIMEOUT");
    assertSays(first.log(), "timeout.first_frame_ms");

    Site idle(scripts("follow|delta x|hang 3600000", "", timed([](TimeoutConfig& times) { times.idleFrame = 20ms; })));
    assertSays(stream(idle).text(), R"("code":504)");
    assertSays(idle.log(), "timeout.idle_frame_ms");

    Site total(scripts("follow|delta x|hang 3600000", "", timed([](TimeoutConfig& times) { times.total = 1s; })));
    assertSays(stream(total).text(), R"("code":504)");
}

SPEC(Followed, ends_with_its_worker_and_with_its_account) {
    for (const bool isRevoked : {false, true}) {
        Site site(scripts("follow|delta Hello|hang 3600000"));
        ScriptedExchange exchange = asking(site);
        serveMeanwhile(site, exchange, [&] {
            ASSERT_EVENTUALLY(site.followed().count() == 1);
            if (isRevoked)
                site.calls().revoke(site.calls().owners().at(0));
            else
                site.calls().endAll();
        });
        CPPUNIT_ASSERT_EQUAL(std::int64_t(1), rows(site, "outcome = 'broken' OR outcome = 'failed'"));
        if (isRevoked) assertSays(site.log(), "code=PERMISSION_NOT_ALLOW");
    }
}

SPEC(Followed, ends_alone_where_the_memory_ends) {
    Site site(scripts("follow|delta Hello"));
    const auto answered = [&site](int failures) {
        ScriptedExchange exchange = asking(site);
        std::promise<void> isOver;
        site.router().serve(std::make_unique<ScarceExchange>(
            exchange, [&] { isOver.set_value(); }, failures));
        isOver.get_future().wait();
        return exchange;
    };
    assertSays(answered(0).text(), R"("status":2)");  // but for the end of the request
    CPPUNIT_ASSERT_EQUAL(""s, answered(100).text());  // nothing can be sent
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), rows(site, "outcome = 'complete'"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), rows(site, "outcome = 'failed' AND charged_tokens = 0"));
    assertSays(stream(site).text(), "Hello");
    ASSERT_EVENTUALLY(site.followed().count() == 0);
}

SPEC(Followed, is_refused_where_the_worker_has_its_streams) {
    Site site(scripts("follow|delta Hello|hang 3600000"));
    std::vector<ScriptedExchange> exchanges;
    exchanges.reserve(Site::kStreams);
    for (int i = 0; i < Site::kStreams; ++i) exchanges.push_back(asking(site));
    JoiningThreads threads;
    for (ScriptedExchange& exchange : exchanges) threads.add([&] { site.serve(exchange); });
    ASSERT_EVENTUALLY(site.followed().count() == Site::kStreams);
    assertRefused(stream(site), "MODEL_BUSY");
    assertSays(site.lastLogLine(), "pool.NAME.streams");
    site.calls().endAll();
    threads.join();
    ASSERT_EVENTUALLY(site.followed().drained(0ms));
}

SPEC(Followed, reads_no_more_from_upstream_than_its_client_takes) {
    const std::string large(20'000, 'x');
    std::string script = "follow";
    for (int i = 0; i < 20; ++i) script += "|delta " + large;
    Site site(scripts(script));
    ScriptedExchange exchange = asking(site);
    exchange.connect();
    exchange.takesBytes = 1'000;
    JoiningThreads threads;
    threads.add([&] { site.serve(exchange); });
    ASSERT_EVENTUALLY(site.followed().count() == 1);
    std::size_t most = 0;
    site.loop().perform([&] { most = exchange.unsent(); });
    for (bool isOver = false; !isOver; isOver = site.followed().count() == 0)
        site.loop().perform([&] {
            most = std::max(most, exchange.unsent());
            exchange.takesBytes += 5'000;
        });
    threads.join();
    CPPUNIT_ASSERT_MESSAGE(std::to_string(most), most < 100'000);
    CPPUNIT_ASSERT(exchange.text().size() > 400'000);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), rows(site, "outcome = 'complete'"));
}

}  // namespace
