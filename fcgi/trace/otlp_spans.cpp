#include "trace/otlp_spans.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <string_view>

namespace aiproject {
namespace {

using Phase = CallTimes::Phase;
using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

// SpanKind and StatusCode of opentelemetry/proto/trace/v1/trace.proto.
enum class SpanKind { internal = 1, server = 2, client = 3 };
constexpr int kStatusError = 2;

constexpr std::uint64_t kFirstPhaseSpan = RequestTrace::kModelSpan + 1;  // behind the span of the request

bool isOfTheModel(Phase phase) {
    switch (phase) {
        case Phase::connect:
        case Phase::tls:
        case Phase::upgrade:
        case Phase::firstFrame:
        case Phase::frames:
        case Phase::client:
        case Phase::retry: return true;
        default: return false;
    }
}

void put(Writer& json, std::string_view text) { json.String(text.data(), rapidjson::SizeType(text.size())); }

void putKey(Writer& json, std::string_view key) { json.Key(key.data(), rapidjson::SizeType(key.size())); }

// 64 bits are decimal strings in the JSON of protocol buffers.
void putNumber(Writer& json, std::int64_t number) { put(json, std::to_string(number)); }

void attribute(Writer& json, std::string_view key, std::string_view value) {
    if (value.empty()) return;
    json.StartObject();
    putKey(json, "key"), put(json, key);
    putKey(json, "value"), json.StartObject();
    putKey(json, "stringValue"), put(json, value);
    json.EndObject();
    json.EndObject();
}

void attribute(Writer& json, std::string_view key, std::int64_t value) {
    json.StartObject();
    putKey(json, "key"), put(json, key);
    putKey(json, "value"), json.StartObject();
    putKey(json, "intValue"), putNumber(json, value);
    json.EndObject();
    json.EndObject();
}

class Spans {
public:
    Spans(Writer& json, const TracedRequest& request)
        : json_(json), request_(request), traceId_(traceIdOf(request.trace.context)) {}

    void write() {
        writeRequest();
        if (hasCall()) writeCall();
        for (std::size_t i = 0; i < CallTimes::kPhases; ++i) writePhase(Phase(i));
    }

private:
    struct Head {
        std::uint64_t span, parent;
        std::string_view name;
        SpanKind kind;
        CallTimes::Tick first, last;
    };

    bool hasCall() const { return request_.call.attempts > 0; }
    bool hasFailed() const { return request_.code != "0"; }

    // As far as the attributes, which follow.
    void begin(const Head& head) {
        json_.StartObject();
        putKey(json_, "traceId"), put(json_, traceId_);
        putKey(json_, "spanId"), put(json_, spanIdOf(head.span));
        if (head.parent != 0) putKey(json_, "parentSpanId"), put(json_, spanIdOf(head.parent));
        putKey(json_, "name"), put(json_, head.name);
        putKey(json_, "kind"), json_.Int(int(head.kind));
        putKey(json_, "startTimeUnixNano"), putNumber(json_, at(head.first));
        putKey(json_, "endTimeUnixNano"), putNumber(json_, at(head.last));
        putKey(json_, "attributes"), json_.StartArray();
    }
    enum class Verdict { unset, error };
    void end(Verdict verdict) {
        json_.EndArray();
        putKey(json_, "status"), json_.StartObject();
        if (verdict == Verdict::error) putKey(json_, "code"), json_.Int(kStatusError);
        json_.EndObject();
        json_.EndObject();
    }
    std::int64_t at(CallTimes::Tick tick) const { return request_.beganNs + std::chrono::nanoseconds(tick).count(); }

    void writeRequest() {
        const std::string name = request_.method + " " + request_.route;
        begin({request_.trace.span, request_.trace.context.parent, name, SpanKind::server, {}, request_.times.whole()});
        attribute(json_, "http.request.method", request_.method);
        attribute(json_, "http.route", request_.route);
        if (request_.status != 0) attribute(json_, "http.response.status_code", request_.status);
        attribute(json_, "url.scheme", request_.scheme);
        if (request_.route != kUnknownRoute) attribute(json_, "url.path", request_.route);
        attribute(json_, "aiproject.request.id", request_.id);
        if (hasFailed()) attribute(json_, "error.type", request_.code);
        end(request_.isOurFault ? Verdict::error : Verdict::unset);
    }

    // From the first phase that is the model's to the end of the last.
    void writeCall() {
        const TracedCall& call = request_.call;
        CallTimes::Tick first = request_.times.whole(), last{};
        for (std::size_t i = 0; i < CallTimes::kPhases; ++i) {
            if (!isOfTheModel(Phase(i)) || !request_.times.has(Phase(i))) continue;
            first = std::min(first, request_.times.part(Phase(i)).first);
            last = std::max(last, request_.times.part(Phase(i)).last);
        }
        const std::string name = call.operation + " " + call.model;
        begin({modelSpan(), request_.trace.span, name, SpanKind::client, std::min(first, last), last});
        attribute(json_, "gen_ai.operation.name", call.operation);
        attribute(json_, "gen_ai.provider.name", call.provider);
        attribute(json_, "gen_ai.request.model", call.model);
        attribute(json_, "gen_ai.response.id", call.upstreamId);
        if (call.tokensIn > 0) attribute(json_, "gen_ai.usage.input_tokens", call.tokensIn);
        if (call.tokensOut > 0) attribute(json_, "gen_ai.usage.output_tokens", call.tokensOut);
        attribute(json_, "aiproject.frames", call.frames);
        attribute(json_, "aiproject.attempts", call.attempts);
        if (hasFailed()) attribute(json_, "error.type", request_.code);
        end(hasFailed() ? Verdict::error : Verdict::unset);  // of a client's span each failure is one, a refusal too
    }

    void writePhase(Phase phase) {
        const CallTimes::Part& part = request_.times.part(phase);
        if (part.sum.count() == 0) return;
        const std::uint64_t parent = isOfTheModel(phase) && hasCall() ? modelSpan() : request_.trace.span;
        begin({request_.trace.span + kFirstPhaseSpan + std::uint64_t(phase), parent, nameOf(phase), SpanKind::internal,
               part.first, part.last});
        if (part.sum != part.last - part.first)  // it was entered again
            attribute(json_, "aiproject.phase.ms",
                      std::chrono::duration_cast<std::chrono::milliseconds>(part.sum).count());
        end(Verdict::unset);
    }

    std::uint64_t modelSpan() const { return request_.trace.span + RequestTrace::kModelSpan; }

    Writer& json_;
    const TracedRequest& request_;
    const std::string traceId_;
};

void writeResource(Writer& json, const TraceSource& source) {
    json.StartObject();
    putKey(json, "attributes"), json.StartArray();
    attribute(json, "service.name", "aiproject");
    attribute(json, "service.version", source.version);
    attribute(json, "host.name", source.host);
    attribute(json, "process.pid", source.process);
    attribute(json, "aiproject.pool", source.pool);
    json.EndArray();
    json.EndObject();
}

}  // namespace

std::string otlpJsonOf(const std::vector<TracedRequest>& requests, const TraceSource& source) {
    rapidjson::StringBuffer text;
    Writer json(text);
    json.StartObject();
    putKey(json, "resourceSpans"), json.StartArray(), json.StartObject();
    putKey(json, "resource"), writeResource(json, source);
    putKey(json, "scopeSpans"), json.StartArray(), json.StartObject();
    putKey(json, "scope"), json.StartObject();
    putKey(json, "name"), put(json, "aiproject");
    json.EndObject();
    putKey(json, "spans"), json.StartArray();
    for (const TracedRequest& request : requests) Spans(json, request).write();
    json.EndArray();
    json.EndObject(), json.EndArray();
    json.EndObject(), json.EndArray();
    json.EndObject();
    return {text.GetString(), text.GetSize()};
}

}  // namespace aiproject
