// A client's HTTP request on its way through the worker. Owned by what answers it: a thread, or the event loop.
#pragma once

#include "base/error.h"
#include "billing/bill.h"
#include "http/exchange.h"
#include "observe/call_times.h"
#include "observe/log.h"
#include "observe/trace_context.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace aiproject {

// A call to a model, for the metrics and for its span.
struct CallRecord {
    int model = -1;  // its row on the board
    int kind = 0;    // as indexOf() in host/kind_names.h
    std::chrono::steady_clock::duration time{0};
    std::optional<std::chrono::steady_clock::duration> untilFirst = {};  // piece of a stream; none: there was none
    Bill bill = {};
    std::string name = {};  // of the model; empty where no spans are made
};

// What the line in the log will say of a request, its metrics and its spans.
struct RequestRecord {
    std::string code = "0";
    std::string user;
    std::string model;  // that was asked last
    std::string upstreamId;
    std::string reason;
    std::int64_t tokens = 0;
    std::int64_t frames = 0;
    int attempts = 0;                 // to get the answer from a model
    LogLevel level = LogLevel::info;  // debug: a probe that found all well
    CallTimes times = CallTimes();
    std::optional<RequestTrace> trace = {};
    int route = -1;  // its label in the metrics; -1: none
    std::optional<ErrorKind> error = {};
    std::optional<CallRecord> call = {};  // none: no model was asked
};

struct ClientRequest {
    std::unique_ptr<Exchange> exchange;
    RequestRecord record = {};
};

// Sends the error (null: there was none) of a request that has failed before its answer began, and writes its line to
// the log. Must not throw.
using EndRequest = std::function<void(ClientRequest&, const Error*)>;

}  // namespace aiproject
