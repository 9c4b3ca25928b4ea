// The sender of spans of a worker.
#pragma once

#include "config/config.h"
#include "observe/log.h"
#include "trace/span_sender.h"

#include <memory>
#include <string>

namespace aiproject {

// Null: no collector is set. `log` and `dropped`, which counts the requests whose spans are lost, outlive it.
std::unique_ptr<SpanSender> spanSender(const TraceConfig& config, const std::string& pool, Log& log, Count& dropped);

}  // namespace aiproject
