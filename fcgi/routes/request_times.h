// What is known of a request as it begins, and the line in the log of one that was slow.
#pragma once

#include "call/client_call.h"
#include "call/client_request.h"
#include "config/config.h"
#include "host/model_registry.h"
#include "http/exchange.h"
#include "observe/log.h"
#include "trace/span_sender.h"

#include <cstddef>

namespace aiproject {

constexpr std::size_t kLongestLoggedPath = 256;

// In the phase `body`, since a thread has it from now on. `spans` may begin a trace; null: nobody makes spans.
RequestRecord begunRecord(const Request& request, SpanSender* spans);
// What the upstream is told of the trace, if there is one.
UpstreamTrace upstreamTraceOf(const Request& request, const RequestRecord& record);
// Its times have stopped.
void logIfSlow(Log& log, const LogConfig& limits, const Request& request, const RequestRecord& record);

// If it belongs to a trace that this worker makes spans of. The same.
void sendSpans(SpanSender* spans, const ModelRegistry& models, const Exchange& exchange, const RequestRecord& record);

}  // namespace aiproject
