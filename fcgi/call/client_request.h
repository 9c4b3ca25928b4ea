// A client's HTTP request on its way through the worker. Owned by what answers it: a thread, or the event loop.
#pragma once

#include "base/error.h"
#include "http/exchange.h"
#include "observe/log.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace aiproject {

// What the line in the log will say of a request.
struct RequestRecord {
    std::string code = "0";
    std::string user;
    std::string model;
    std::string upstreamId;
    std::string reason;
    std::int64_t tokens = 0;
    std::int64_t frames = 0;
    int attempts = 0;                 // to get the answer from a model
    LogLevel level = LogLevel::info;  // debug: a probe that found all well
};

struct ClientRequest {
    std::unique_ptr<Exchange> exchange;
    RequestRecord record = {};
    std::chrono::steady_clock::time_point begin = std::chrono::steady_clock::now();
};

// Sends the error of a request that has failed before its answer began, and writes its line to the log. Must not throw.
using EndRequest = std::function<void(ClientRequest&, const std::optional<Error>&)>;

}  // namespace aiproject
