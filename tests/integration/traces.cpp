// Spans of a worker's requests at a collector, and a worker whose collector is of no use.
#include "support/eventually.h"
#include "support/manager_under_test.h"
#include "support/model_settings.h"
#include "support/scrape.h"
#include "support/silent_server.h"
#include "support/span_collector.h"
#include "support/spec.h"
#include "support/worker_under_test.h"
#include "upstream/simulator.h"

#include <Poco/JSON/Array.h>

#include <signal.h>

#include <memory>
#include <string>

using namespace aiproject::test;
using namespace std::string_literals;
using aiproject::upstream::Simulator;
using Mood = SpanCollector::Mood;

namespace {

const std::string kTraceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const std::string kTraceparent = "00-" + kTraceId + "-00f067aa0ba902b7-01";

struct Traces : CppUnit::TestCase {
    SpanCollector collector;
    Simulator simulator;
    std::unique_ptr<WorkerUnderTest> worker;
    std::string ann;

    void start(const std::string& url, const std::string& perMille = "1000") {
        worker =
            std::make_unique<WorkerUnderTest>(Settings{{"trace.otlp_url", url},
                                                       {"trace.sample_per_mille", perMille},
                                                       {"model.gpt.plugin", "openai"},
                                                       {"model.gpt.url", simulator.openAiUrl()},
                                                       {"model.gpt.api_key", aiproject::upstream::Options().openAiKey},
                                                       {"model.gpt.model", "sim-chat"}});
        ann = worker->newUser("ann");
    }
    FastcgiAnswer ask(const std::string& path = "/models/gpt/stream", const std::string& traceparent = {}) const {
        FastcgiRequest request = jsonRequest(path, textBody(ann, "ann", "a question like sesame"));
        if (!traceparent.empty()) request.parameters["HTTP_TRACEPARENT"] = traceparent;
        FastcgiAnswer answer = worker->ask(request);
        CPPUNIT_ASSERT_MESSAGE(answer.body, answer.complete && answer.body.find("total_tokens") != std::string::npos);
        return answer;
    }
    std::string allSpans() const {
        std::string all;
        for (const std::string& body : collector.bodies()) all += body;
        return all;
    }
    Poco::JSON::Object::Ptr spanNamed(const std::string& name) const {
        for (const std::string& body : collector.bodies()) {
            const auto spans = objectOf(body)
                                   ->getArray("resourceSpans")
                                   ->getObject(0)
                                   ->getArray("scopeSpans")
                                   ->getObject(0)
                                   ->getArray("spans");
            for (unsigned i = 0; i < spans->size(); ++i)
                if (spans->getObject(i)->getValue<std::string>("name") == name) return spans->getObject(i);
        }
        throw NotYet("no span " + name);
    }
    void assertServesAndEnds() {
        for (int i = 0; i < 20; ++i) ask();
        ASSERT_EVENTUALLY(worker->log().find("requests were dropped") != std::string::npos);
        worker->process().signal(SIGTERM);
        ASSERT_EVENTUALLY(!worker->process().isRunning());
        CPPUNIT_ASSERT(worker->log().find("did not end") == std::string::npos);
    }
};

SPEC(Traces, begin_at_the_client_and_go_on_at_the_upstream) {
    start(collector.url(), "0");
    ask("/models/gpt/stream", kTraceparent);
    ASSERT_EVENTUALLY(spanNamed("chat gpt"));
    const auto request = spanNamed("POST /models/{model}/stream"), call = spanNamed("chat gpt");
    CPPUNIT_ASSERT_EQUAL(kTraceId, request->getValue<std::string>("traceId"));
    CPPUNIT_ASSERT_EQUAL("00f067aa0ba902b7"s, request->getValue<std::string>("parentSpanId"));
    CPPUNIT_ASSERT_EQUAL(request->getValue<std::string>("spanId"), call->getValue<std::string>("parentSpanId"));
    const std::string head = simulator.calls().back().head;
    const std::string wanted = "traceparent: 00-" + kTraceId + "-" + call->getValue<std::string>("spanId") + "-01";
    CPPUNIT_ASSERT_MESSAGE(head, head.find(wanted) != std::string::npos);
    CPPUNIT_ASSERT(worker->log().find(" trace=" + kTraceId) != std::string::npos);
    CPPUNIT_ASSERT(allSpans().find("/auth/login") == std::string::npos);  // came without a trace, and 0 begin one
}

SPEC(Traces, say_of_a_call_what_it_was_and_nothing_that_was_said) {
    start(collector.url());
    ask();
    ASSERT_EVENTUALLY(spanNamed("chat gpt"));
    const std::string all = allSpans();
    for (const std::string& word : {R"("gen_ai.operation.name","value":{"stringValue":"chat"})"s,
                                    R"("gen_ai.provider.name","value":{"stringValue":"openai"})"s,
                                    R"("gen_ai.usage.input_tokens")"s, R"("gen_ai.usage.output_tokens")"s,
                                    R"("gen_ai.response.id")"s, R"("first_frame")"s, R"("POST /auth/login")"s})
        CPPUNIT_ASSERT_MESSAGE(word + " is not in " + all, all.find(word) != std::string::npos);
    for (const std::string& word :
         {"sesame"s, ann, "ann\""s, aiproject::upstream::Options().openAiKey, "a good password"s})
        CPPUNIT_ASSERT_MESSAGE(word, all.find(word) == std::string::npos);
}

SPEC(Traces, hold_up_no_call_when_the_collector_answers_errors) {
    collector.be(Mood::fails);
    start(collector.url());
    assertServesAndEnds();
}

SPEC(Traces, hold_up_neither_calls_nor_the_workers_end_when_the_collector_hangs) {
    collector.be(Mood::hangs);
    start(collector.url());
    ask();
    ASSERT_EVENTUALLY(collector.connections() > 0);
    assertServesAndEnds();
}

SPEC(Traces, hold_up_no_call_when_the_collector_is_gone) {
    std::string nobody;
    {
        const SilentServer gone;
        nobody = "http://127.0.0.1:" + std::to_string(gone.port());
    }
    start(nobody);
    assertServesAndEnds();
}

SPEC(Traces, that_the_collector_does_not_take_are_counted) {
    collector.be(Mood::fails);
    const ManagerUnderTest manager(Settings{{"trace.otlp_url", collector.url()}});
    const auto dropped = [&] { return scrape(manager.socket("status"))["aiproject_trace_requests_dropped_total"]; };
    CPPUNIT_ASSERT_EQUAL(0.0, dropped());
    for (int i = 0; i < 3; ++i) aiproject::test::ask(manager.socket("model"), {"GET", "/no/such/path", "", {}});
    ASSERT_EVENTUALLY(dropped() == 3);
}

SPEC(Traces, of_what_is_left_are_sent_when_the_worker_ends) {
    start(collector.url());
    ask();
    worker->process().signal(SIGTERM);
    ASSERT_EVENTUALLY(!worker->process().isRunning());
    ASSERT_EVENTUALLY(spanNamed("chat gpt"));
}

}  // namespace
