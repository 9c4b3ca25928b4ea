// The sender of spans: what it takes, samples and drops, and that it waits for nobody.
#include "trace/span_sender.h"

#include "support/eventually.h"
#include "support/scripted_exchange.h"
#include "support/silent_server.h"
#include "support/span_collector.h"
#include "support/spec.h"
#include "support/text.h"
#include "unit/expect.h"

#include <cppunit/TestCase.h>

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::chrono_literals;
using namespace std::string_literals;
using Mood = SpanCollector::Mood;

namespace {

struct SpanSenders : CppUnit::TestCase {
    SpanCollector collector;
    std::mutex mutex;
    std::string words;
    TraceLimits limits;
    std::vector<HeaderField> headers;

    SpanSenders() {
        limits.delay = 10ms;
        limits.end = 30s;
    }
    std::unique_ptr<SpanSender> to(const std::string& url) {
        return std::make_unique<SpanSender>(collectorUrlIn(url).value(), headers, TraceSource{"0.1.0", "model", "h", 1},
                                            limits, [this](const std::string& text) {
                                                const std::lock_guard lock(mutex);
                                                words += text + "\n";
                                            });
    }
    std::string said() {
        const std::lock_guard lock(mutex);
        return words;
    }
    static TracedRequest request(const std::string& id) {
        TracedRequest made;
        made.trace.span = 64;
        made.id = id;
        made.method = "GET";
        made.route = "/";
        made.code = "0";
        return made;
    }
    std::size_t received() const {
        std::size_t count = 0;
        for (const std::string& body : collector.bodies()) count += countOf(body, "aiproject.request.id");
        return count;
    }
};

SPEC(SpanSenders, post_json_to_the_path_of_the_specification) {
    const auto sender = to(collector.url());
    sender->send(request("a"));
    ASSERT_EVENTUALLY(collector.bodies().size() == 1);
    assertSays(collector.heads().at(0), "POST /v1/traces HTTP/1.1\r\n");
    assertSays(collector.heads().at(0), "\r\nContent-Type: application/json");
    assertSays(collector.heads().at(0), "\r\nHost: 127.0.0.1:" + std::to_string(collector.port()));
    objectIn(collector.bodies().at(0));
    CPPUNIT_ASSERT_EQUAL(std::uint64_t(0), sender->dropped());
}

SPEC(SpanSenders, send_the_headers_that_a_service_wants) {
    headers = headersIn("Authorization: Basic cGs6c2s= | X-Team: a b").value();
    const auto sender = to(collector.url());
    sender->send(request("a"));
    ASSERT_EVENTUALLY(collector.bodies().size() == 1);
    assertSays(collector.heads().at(0), "\r\nAuthorization: Basic cGs6c2s=\r\nX-Team: a b\r\n");
}

SPEC(SpanSenders, know_headers_from_what_is_none) {
    CPPUNIT_ASSERT(headersIn("").value().empty());
    CPPUNIT_ASSERT_EQUAL("b: c"s, headersIn(" a:b: c |").value().at(0).value);
    for (const std::string& wrong : {"a"s, "a:"s, ": b"s, "a b: c"s, "a: b | c"s, "a: b\r\nc: d"s, "a: \xc3\xa9"s,
                                     "a\0: b"s, "Host: b"s, "a: b | content-LENGTH: 5"s})
        CPPUNIT_ASSERT_MESSAGE(wrong, !headersIn(wrong));
}

SPEC(SpanSenders, send_all_that_came_in_batches) {
    limits.batch = 10;
    limits.waiting = 1'000;
    {
        const auto sender = to(collector.url());
        for (int i = 0; i < 95; ++i) sender->send(request(std::to_string(i)));
    }  // what waits at the end is sent as well
    CPPUNIT_ASSERT_EQUAL(std::size_t(95), received());
    CPPUNIT_ASSERT(collector.bodies().size() >= 10);
}

SPEC(SpanSenders, drop_what_a_collector_refuses_and_say_so_once_in_a_while) {
    limits.delay = 0ms;
    collector.be(Mood::fails);
    Count counted{0};
    const auto sender = to(collector.url());
    sender->countIn(counted);
    for (int i = 0; i < 3; ++i) {
        sender->send(request("a"));
        ASSERT_EVENTUALLY(sender->dropped() == std::uint64_t(i) + 1);
    }
    ASSERT_EVENTUALLY(said().find("HTTP 500") != std::string::npos);
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), countOf(said(), "\n"));
    assertSays(said(), "127.0.0.1:" + std::to_string(collector.port()) + " (trace.otlp_url)");
    collector.be(Mood::takes);
    sender->send(request("b"));
    ASSERT_EVENTUALLY(collector.bodies().back().find("\"b\"") != std::string::npos);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t(3), sender->dropped());
    CPPUNIT_ASSERT_EQUAL(std::uint64_t(3), counted.load());
}

SPEC(SpanSenders, drop_what_a_collector_that_is_gone_should_have_got) {
    std::string nobody;
    {
        const SilentServer gone;
        nobody = "http://127.0.0.1:" + std::to_string(gone.port());
    }
    const auto sender = to(nobody);
    sender->send(request("a"));
    ASSERT_EVENTUALLY(sender->dropped() == 1);
    ASSERT_EVENTUALLY(said().find("refused") != std::string::npos);
}

SPEC(SpanSenders, keep_only_so_much_for_a_collector_that_hangs_and_end_all_the_same) {
    limits.waiting = 5;
    limits.batch = 2;
    limits.post = 1h;
    limits.end = 50ms;
    collector.be(Mood::hangs);
    auto sender = to(collector.url());
    sender->send(request("a"));
    ASSERT_EVENTUALLY(collector.connections() == 1);
    for (int i = 0; i < 20; ++i) sender->send(request("b"));
    CPPUNIT_ASSERT_EQUAL(std::uint64_t(15), sender->dropped());
    sender.reset();  // in less than the hour
    assertSays(said(), "dropped");
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), collector.bodies().size());
}

SPEC(SpanSenders, give_a_post_no_more_than_its_time) {
    limits.post = 100ms;
    collector.be(Mood::hangs);
    const auto sender = to(collector.url());
    sender->send(request("a"));
    ASSERT_EVENTUALLY(sender->dropped() == 1);
    ASSERT_EVENTUALLY(said().find("too slow") != std::string::npos);
}

SPEC(SpanSenders, believe_no_certificate_that_nobody_vouches_for) {
    const auto sender = to("https://127.0.0.1:" + std::to_string(collector.port()));
    sender->send(request("a"));  // the collector speaks no TLS
    ASSERT_EVENTUALLY(sender->dropped() == 1);
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), collector.bodies().size());
}

SPEC(SpanSenders, begin_a_trace_for_so_many_of_a_thousand_requests) {
    for (const int share : {0, 1, 250, 1'000}) {
        limits.samplePerMille = share;
        const auto sender = to(collector.url());
        int begun = 0;
        for (int i = 0; i < 1'000; ++i) {
            std::optional<RequestTrace> trace;
            sender->begin(trace);
            begun += trace ? 1 : 0;
            CPPUNIT_ASSERT(!trace || (trace->span != 0 && trace->context.parent == 0 && trace->context.isSampled));
        }
        CPPUNIT_ASSERT_EQUAL(share, begun);
    }
}

SPEC(SpanSenders, go_on_with_a_trace_that_is_sampled_and_with_no_other) {
    limits.samplePerMille = 0;
    const auto sender = to(collector.url());
    std::optional<RequestTrace> sampled =
        RequestTrace{*traceContextIn("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")};
    sender->begin(sampled);
    CPPUNIT_ASSERT(sampled->span != 0 && sampled->context.parent == 0x00f067aa0ba902b7);
    limits.samplePerMille = 1'000;
    const auto other = to(collector.url());
    std::optional<RequestTrace> left =
        RequestTrace{*traceContextIn("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00")};
    other->begin(left);
    CPPUNIT_ASSERT(left->span == 0 && !left->context.isSampled);
}

SPEC(SpanSenders, know_where_a_collector_is_from_its_url) {
    const auto path = [](const std::string& url) { return collectorUrlIn(url).value().path; };
    CPPUNIT_ASSERT_EQUAL("/v1/traces"s, path("http://localhost:4318"));
    CPPUNIT_ASSERT_EQUAL("/v1/traces"s, path("http://localhost:4318/"));
    CPPUNIT_ASSERT_EQUAL("/v1/traces"s, path("https://collector/v1/traces"));
    CPPUNIT_ASSERT_EQUAL("/otlp/v1/traces"s, path("https://collector/otlp/"));
    CPPUNIT_ASSERT_EQUAL("collector:443"s, collectorUrlIn("https://collector")->authority());
    CPPUNIT_ASSERT_EQUAL("[::1]:4318"s, collectorUrlIn("http://[::1]:4318")->authority());
    for (const std::string& wrong : {"localhost:4318"s, "ftp://a"s, "http://"s, "http://a?b"s, "http://u:p@a"s,
                                     "http://a/\r\nX: y"s, "http://a/%20"s, "http://a b"s, "/other"s})
        CPPUNIT_ASSERT_MESSAGE(wrong, !collectorUrlIn(wrong));
}

}  // namespace
