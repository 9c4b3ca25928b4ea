// W3C Trace Context through nginx and the worker to an upstream that speaks OpenAI's protocol.
#include "e2e/raw_http.h"
#include "e2e/site.h"
#include "support/eventually.h"
#include "support/spec.h"

#include <Poco/String.h>

#include <memory>
#include <string>

using namespace aiproject::test;
using namespace std::string_literals;

namespace {

const std::string kTraceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const std::string kTraceparent = "00-" + kTraceId + "-00f067aa0ba902b7-01";

struct TracesThroughNginx : CppUnit::TestCase {
    aiproject::upstream::Simulator simulator;
    std::unique_ptr<Site> traced;
    std::string ann;

    void setUp() override {
        SiteOptions options;
        options.settings = {{"model.gpt.plugin", "openai"},
                            {"model.gpt.url", simulator.openAiUrl()},
                            {"model.gpt.api_key", aiproject::upstream::Options().openAiKey},
                            {"model.gpt.model", "sim-chat"}};
        traced = std::make_unique<Site>(options);
        ann = traced->newUser("ann");
    }
    // Header lines, each with its CR LF.
    void ask(const std::string& lines) const {
        const std::string body = textBody(ann, "ann", "Hello");
        const RawAnswer answer = askRaw(
            traced->nginx().port(),
            "POST /models/gpt/chat HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + lines +
                "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.body, 200, answer.status);
    }
    // Of the last question.
    std::string lineAtUpstream(const std::string& name) const {
        const std::string head = "\n" + simulator.calls().back().head;
        const auto at = Poco::toLower(head).find("\n" + name + ": ");
        if (at == std::string::npos) return {};
        const auto begin = at + name.size() + 3;
        return head.substr(begin, head.find_first_of("\r\n", begin) - begin);
    }
};

SPEC(TracesThroughNginx, arrive_at_the_upstream_and_in_the_log) {
    ask("traceparent: " + kTraceparent + "\r\ntracestate: a=1\r\ntracestate: b=2\r\n");
    CPPUNIT_ASSERT_EQUAL(kTraceparent, lineAtUpstream("traceparent"));
    CPPUNIT_ASSERT_EQUAL("a=1, b=2"s, lineAtUpstream("tracestate"));
    ASSERT_EVENTUALLY(traced->log().find(" trace=" + kTraceId) != std::string::npos);
}

SPEC(TracesThroughNginx, are_overlooked_when_they_are_not_valid_or_come_twice) {
    for (const std::string& lines : {""s, "traceparent: garbage\r\n"s, "tracestate: a=1\r\n"s,
                                     "traceparent: " + kTraceparent + "\r\ntraceparent: " + kTraceparent + "\r\n"}) {
        ask(lines);
        CPPUNIT_ASSERT_EQUAL(""s, lineAtUpstream("traceparent"));
        CPPUNIT_ASSERT_EQUAL(""s, lineAtUpstream("tracestate"));
    }
    CPPUNIT_ASSERT(traced->log().find(" trace=") == std::string::npos);
}

}  // namespace
