#include "routes/request_times.h"

#include "http/envelope.h"
#include "observe/metrics.h"
#include "routes/routes.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

namespace aiproject {
namespace {

using std::chrono::milliseconds;

bool isOver(milliseconds time, milliseconds limit) { return limit.count() > 0 && time >= limit; }

// OpenTelemetry has a value for the others: a client can write any method.
std::string knownMethod(const std::string& method) {
    for (const char* known : {"GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH"})
        if (method == known) return method;
    return "_OTHER";
}

TracedCall tracedCall(const ModelRegistry& models, const RequestRecord& record) {
    if (!record.call) return {};
    const CallRecord& call = *record.call;
    const Model* const model = models.find(call.name);
    return {kOperations.at(std::size_t(call.kind)),
            model ? model->plugin->name() : std::string(),
            call.name,
            record.upstreamId,
            call.bill.tokensIn,
            call.bill.tokensOut,
            record.frames,
            record.attempts};
}

std::int64_t unixNanoseconds(CallTimes::Clock::time_point then) {
    using std::chrono::nanoseconds;
    const auto now = std::chrono::system_clock::now().time_since_epoch() - (CallTimes::Clock::now() - then);
    return std::chrono::duration_cast<nanoseconds>(now).count();
}

}  // namespace

RequestRecord begunRecord(const Request& request, SpanSender* spans) {
    RequestRecord record;
    record.times = CallTimes(request.began);
    record.times.enter(CallTimes::Phase::queue, request.came);
    record.times.enter(CallTimes::Phase::body);
    if (const auto context = traceContextIn(request.traceparent)) record.trace = RequestTrace{*context};
    if (spans) spans->begin(record.trace);
    return record;
}

UpstreamTrace upstreamTraceOf(const Request& request, const RequestRecord& record) {
    if (!record.trace) return {};
    return {traceparentOf(record.trace->onward()), std::string(passedTraceState(request.tracestate))};
}

void logIfSlow(Log& log, const LogConfig& limits, const Request& request, const RequestRecord& record) {
    const CallTimes& times = record.times;
    if (!isOver(times.total(), limits.slow) && !isOver(times.untilFirstFrame(), limits.slowFirstFrame)) return;
    LogLine line("slow");
    line.field("id", request.id)
        .field("path", request.path.substr(0, kLongestLoggedPath))
        .field("model", record.model)
        .field("code", record.code)
        .number("ms", times.total().count());
    if (times.firstFrame()) line.number("until_first_frame_ms", times.untilFirstFrame().count());
    line.field("most", nameOf(times.longest()));
    for (std::size_t i = 0; i < CallTimes::kPhases; ++i) {
        const auto phase = CallTimes::Phase(i);
        if (times.has(phase))
            line.number(std::string(nameOf(phase)) + "_ms",
                        std::chrono::duration_cast<milliseconds>(times.part(phase).sum).count());
    }
    if (record.trace) line.field("trace", traceIdOf(record.trace->context));
    log.warning(line.str());
}

void sendSpans(SpanSender* spans, const ModelRegistry& models, const Exchange& exchange, const RequestRecord& record) {
    const Request& request = exchange.request();
    const bool isProbe = record.level == LogLevel::debug;
    if (!spans || !record.trace || record.trace->span == 0 || isProbe) return;
    constexpr int firstOfServers = 500;
    const Route* const route = findRoute(request.path).route;
    TracedRequest traced;
    traced.trace = *record.trace;
    traced.times = record.times;
    traced.beganNs = unixNanoseconds(record.times.begin());
    traced.id = request.id;
    traced.method = knownMethod(request.method);
    traced.scheme = request.isSecure ? "https" : "http";
    traced.status = exchange.status();
    traced.route = route ? std::string(route->path) : kUnknownRoute;
    traced.code = record.code;
    traced.isOurFault = record.error && faceOf(*record.error).status >= firstOfServers;
    traced.call = tracedCall(models, record);
    spans->send(std::move(traced));
}

}  // namespace aiproject
