// Spans of requests as OTLP's JSON (OpenTelemetry protocol, ExportTraceServiceRequest). Pure.
//
//   POST /v1/chat/completions       SERVER    the request: http.*, url.*, error.type
//   ├ body, queue, account …        INTERNAL  its phases (observe/call_times.h), those that took any time
//   └ chat gpt                      CLIENT    the call to the model: gen_ai.*; its upstream is told of this one
//     └ connect, tls, first_frame … INTERNAL
//
// Nothing that a client or a model wrote is in them: no text, no name of a user, no reason of a failure. So url.path is
// the route's, where ids and codes have their names; of a path that is none there is no url.path.
#pragma once

#include "observe/call_times.h"
#include "observe/trace_context.h"

#include <cstdint>
#include <string>
#include <vector>

namespace aiproject {

// The route of a path that is none.
constexpr const char* kUnknownRoute = "unknown";

// Who makes the spans.
struct TraceSource {
    std::string version, pool, host;
    std::int64_t process = 0;
};

// The call to a model of a request that made one.
struct TracedCall {
    std::string operation;  // gen_ai.operation.name
    std::string provider;   // the plugin
    std::string model;
    std::string upstreamId;  // may be empty
    std::int64_t tokensIn = 0, tokensOut = 0;
    std::int64_t frames = 0;
    int attempts = 0;  // 0: no model was asked
};

// A request that has ended.
struct TracedRequest {
    RequestTrace trace;
    CallTimes times;
    std::int64_t beganNs = 0;  // times.begin() as Unix time
    std::string id;            // as in the log
    std::string method, scheme, route;
    int status = 0;           // of HTTP; 0: nothing was answered
    std::string code;         // "0": it succeeded
    bool isOurFault = false;  // a server's fault, not the client's
    TracedCall call = {};
};

// The body of a POST to /v1/traces.
std::string otlpJsonOf(const std::vector<TracedRequest>& requests, const TraceSource& source);

}  // namespace aiproject
