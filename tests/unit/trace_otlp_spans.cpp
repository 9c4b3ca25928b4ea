// Spans as OTLP's JSON: the names of opentelemetry/proto/trace/v1/trace.proto and of the semantic conventions.
#include "trace/otlp_spans.h"

#include "support/scripted_exchange.h"
#include "support/spec.h"
#include "unit/expect.h"

#include <Poco/JSON/Array.h>

#include <cppunit/TestCase.h>

#include <chrono>
#include <map>
#include <set>
#include <string>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::chrono_literals;
using namespace std::string_literals;
using Phase = CallTimes::Phase;
using Object = Poco::JSON::Object::Ptr;

namespace {

const std::string kTraceId = "4bf92f3577b34da6a3ce929d0e0e4736";

TracedRequest chat() {
    TracedRequest request;
    request.trace.context = *traceContextIn("00-" + kTraceId + "-00f067aa0ba902b7-01");
    request.trace.span = 0x1040;
    const auto begin = CallTimes::Clock::now();
    CallTimes& times = request.times = CallTimes(begin);
    times.enter(Phase::queue, begin);
    times.enter(Phase::account, begin + 10ms);
    times.enter(Phase::firstFrame, begin + 20ms);
    times.enter(Phase::tls, begin + 30ms);
    times.enter(Phase::firstFrame, begin + 60ms);
    times.enter(Phase::frames, begin + 80ms);
    times.enter(Phase::settle, begin + 100ms);
    times.stop(begin + 110ms);
    request.beganNs = 1'700'000'000'000'000'000;
    request.id = "id-1";
    request.method = "POST";
    request.scheme = "https";
    request.status = 200;
    request.route = "/v1/chat/completions";
    request.code = "0";
    request.call = {"chat", "openai", "gpt", "chatcmpl-1", 12, 34, 5, 2};
    return request;
}

struct OtlpSpans : CppUnit::TestCase {
    static Object json(const std::vector<TracedRequest>& requests) {
        return objectIn(otlpJsonOf(requests, {"0.1.0", "model", "host-1", 77}));
    }
    static Object onlyOf(const Object& object, const std::string& name) {
        CPPUNIT_ASSERT_EQUAL(std::size_t(1), object->getArray(name)->size());
        return object->getArray(name)->getObject(0);
    }
    static std::map<std::string, Object> spansOf(const TracedRequest& request) {
        const auto list = onlyOf(onlyOf(json({request}), "resourceSpans"), "scopeSpans")->getArray("spans");
        std::map<std::string, Object> spans;
        for (std::size_t i = 0; i < list->size(); ++i)
            spans[list->getObject(unsigned(i))->getValue<std::string>("name")] = list->getObject(unsigned(i));
        CPPUNIT_ASSERT_EQUAL(list->size(), spans.size());
        return spans;
    }
    static std::string text(const Object& object, const std::string& name) {
        CPPUNIT_ASSERT_MESSAGE(name, object->has(name) && object->get(name).isString());
        return object->getValue<std::string>(name);
    }
    // Empty: it has none of that name.
    static std::string attribute(const Object& holder, const std::string& key) {
        const auto list = holder->getArray("attributes");
        for (unsigned i = 0; i < list->size(); ++i) {
            if (text(list->getObject(i), "key") != key) continue;
            const auto value = list->getObject(i)->getObject("value");
            CPPUNIT_ASSERT_EQUAL(std::size_t(1), value->size());
            return text(value, value->has("intValue") ? "intValue" : "stringValue");
        }
        return {};
    }
};

SPEC(OtlpSpans, name_who_makes_them) {
    const Object all = onlyOf(json({chat(), chat()}), "resourceSpans");
    const Object resource = all->getObject("resource");
    CPPUNIT_ASSERT_EQUAL("aiproject"s, attribute(resource, "service.name"));
    CPPUNIT_ASSERT_EQUAL("0.1.0"s, attribute(resource, "service.version"));
    CPPUNIT_ASSERT_EQUAL("host-1"s, attribute(resource, "host.name"));
    CPPUNIT_ASSERT_EQUAL("77"s, attribute(resource, "process.pid"));
    CPPUNIT_ASSERT_EQUAL("aiproject"s, text(onlyOf(all, "scopeSpans")->getObject("scope"), "name"));
}

SPEC(OtlpSpans, are_one_for_the_request_with_the_parent_that_it_came_with) {
    auto spans = spansOf(chat());
    const Object request = spans.at("POST /v1/chat/completions");
    CPPUNIT_ASSERT_EQUAL(kTraceId, text(request, "traceId"));
    CPPUNIT_ASSERT_EQUAL("0000000000001040"s, text(request, "spanId"));
    CPPUNIT_ASSERT_EQUAL("00f067aa0ba902b7"s, text(request, "parentSpanId"));
    CPPUNIT_ASSERT_EQUAL(2, request->getValue<int>("kind"));  // SPAN_KIND_SERVER
    CPPUNIT_ASSERT_EQUAL("1700000000000000000"s, text(request, "startTimeUnixNano"));
    CPPUNIT_ASSERT_EQUAL("1700000000110000000"s, text(request, "endTimeUnixNano"));
    CPPUNIT_ASSERT_EQUAL("POST"s, attribute(request, "http.request.method"));
    CPPUNIT_ASSERT_EQUAL("/v1/chat/completions"s, attribute(request, "http.route"));
    CPPUNIT_ASSERT_EQUAL("200"s, attribute(request, "http.response.status_code"));
    CPPUNIT_ASSERT_EQUAL("https"s, attribute(request, "url.scheme"));
    CPPUNIT_ASSERT_EQUAL("/v1/chat/completions"s, attribute(request, "url.path"));
    CPPUNIT_ASSERT_EQUAL("id-1"s, attribute(request, "aiproject.request.id"));
    CPPUNIT_ASSERT_EQUAL(""s, attribute(request, "error.type"));
    CPPUNIT_ASSERT(!request->getObject("status")->has("code"));
    TracedRequest first = chat();
    first.trace.context.parent = 0;
    CPPUNIT_ASSERT(!spansOf(first).at("POST /v1/chat/completions")->has("parentSpanId"));
}

SPEC(OtlpSpans, are_one_for_the_call_to_the_model_as_the_upstream_hears_of_it) {
    auto spans = spansOf(chat());
    const Object call = spans.at("chat gpt");
    CPPUNIT_ASSERT_EQUAL(3, call->getValue<int>("kind"));  // SPAN_KIND_CLIENT
    CPPUNIT_ASSERT_EQUAL(spanIdOf(chat().trace.onward().parent), text(call, "spanId"));
    CPPUNIT_ASSERT_EQUAL("0000000000001040"s, text(call, "parentSpanId"));
    CPPUNIT_ASSERT_EQUAL("1700000000020000000"s, text(call, "startTimeUnixNano"));
    CPPUNIT_ASSERT_EQUAL("1700000000100000000"s, text(call, "endTimeUnixNano"));
    const std::map<std::string, std::string> wanted{
        {"gen_ai.operation.name", "chat"},   {"gen_ai.provider.name", "openai"},
        {"gen_ai.request.model", "gpt"},     {"gen_ai.response.id", "chatcmpl-1"},
        {"gen_ai.usage.input_tokens", "12"}, {"gen_ai.usage.output_tokens", "34"},
        {"aiproject.frames", "5"},           {"aiproject.attempts", "2"}};
    for (const auto& [key, value] : wanted) CPPUNIT_ASSERT_EQUAL_MESSAGE(key, value, attribute(call, key));
}

SPEC(OtlpSpans, are_one_for_each_phase_below_the_one_it_belongs_to) {
    auto spans = spansOf(chat());
    const std::map<std::string, std::string> parents{{"account", "0000000000001040"},
                                                     {"settle", "0000000000001040"},
                                                     {"tls", "0000000000001041"},
                                                     {"frames", "0000000000001041"},
                                                     {"first_frame", "0000000000001041"}};
    std::set<std::string> ids;
    for (const auto& [name, parent] : parents) {
        CPPUNIT_ASSERT_EQUAL_MESSAGE(name, parent, text(spans.at(name), "parentSpanId"));
        CPPUNIT_ASSERT_EQUAL(1, spans.at(name)->getValue<int>("kind"));  // SPAN_KIND_INTERNAL
    }
    for (const auto& [name, span] : spans) ids.insert(text(span, "spanId"));
    CPPUNIT_ASSERT_EQUAL(spans.size(), ids.size());
    CPPUNIT_ASSERT_EQUAL("1700000000030000000"s, text(spans.at("tls"), "startTimeUnixNano"));
    CPPUNIT_ASSERT_EQUAL("1700000000060000000"s, text(spans.at("tls"), "endTimeUnixNano"));
    CPPUNIT_ASSERT_EQUAL("30"s, attribute(spans.at("first_frame"), "aiproject.phase.ms"));  // twice, 60 ms apart
    CPPUNIT_ASSERT(spans.count("body") == 0 && spans.count("connect") == 0);                // that took no time
}

SPEC(OtlpSpans, say_that_it_failed_and_whose_fault_it_was) {
    TracedRequest failed = chat();
    failed.code = "LOGIN_ERROR";
    failed.call = {};
    auto spans = spansOf(failed);
    const Object request = spans.at("POST /v1/chat/completions");
    CPPUNIT_ASSERT_EQUAL("LOGIN_ERROR"s, attribute(request, "error.type"));
    CPPUNIT_ASSERT(!request->getObject("status")->has("code"));
    CPPUNIT_ASSERT_EQUAL("0000000000001040"s, text(spans.at("frames"), "parentSpanId"));
    failed.isOurFault = true;
    CPPUNIT_ASSERT_EQUAL(2,
                         spansOf(failed).at("POST /v1/chat/completions")->getObject("status")->getValue<int>("code"));
}

SPEC(OtlpSpans, call_every_failure_of_the_model_an_error_and_no_refusal_of_ours) {
    TracedRequest refused = chat();
    refused.code = "invalid_request_error";
    refused.status = 400;
    auto spans = spansOf(refused);
    CPPUNIT_ASSERT(!spans.at("POST /v1/chat/completions")->getObject("status")->has("code"));
    CPPUNIT_ASSERT_EQUAL("400"s, attribute(spans.at("POST /v1/chat/completions"), "http.response.status_code"));
    CPPUNIT_ASSERT_EQUAL(2, spans.at("chat gpt")->getObject("status")->getValue<int>("code"));
}

SPEC(OtlpSpans, leave_out_what_is_not_known) {
    TracedRequest unknown = chat();
    unknown.route = kUnknownRoute;
    unknown.status = 0;
    const auto spans = spansOf(unknown);
    CPPUNIT_ASSERT_EQUAL(""s, attribute(spans.at("POST unknown"), "url.path"));
    CPPUNIT_ASSERT_EQUAL(""s, attribute(spans.at("POST unknown"), "http.response.status_code"));
}

SPEC(OtlpSpans, escape_what_names_have_in_them) {
    TracedRequest odd = chat();
    odd.route = "/\"\\\n\x01";
    CPPUNIT_ASSERT_EQUAL(odd.route, attribute(spansOf(odd).at("POST " + odd.route), "http.route"));
}

}  // namespace
