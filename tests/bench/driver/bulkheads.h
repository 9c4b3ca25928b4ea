// What others do must not reach the streams: the age of the frames of a crowd of paced streams while logins, uploads
// or clients that hardly read are at the same host.
#pragma once

#include "bench/driver/options.h"

#include <cstdint>
#include <string>

namespace aiproject::bench {

struct BulkheadResult {
    std::string text;
    std::int64_t failures = 0;
};

BulkheadResult bulkheads(const BenchOptions& options);

}  // namespace aiproject::bench
