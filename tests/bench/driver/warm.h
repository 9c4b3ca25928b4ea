// Warm upstream connections, and the time to the first frame.
#pragma once

#include "bench/driver/host_under_bench.h"
#include "bench/driver/options.h"

#include <string>

namespace aiproject::bench {

struct FirstFrame {
    double us = 0;  // median
    std::int64_t failures = 0;
};

// One call after the other over TLS, each long enough for a used warm connection to be replaced meanwhile.
FirstFrame firstFrame(const HostUnderBench& host, Way way, int seconds);

// Empty where spark_chat has no such setting.
test::Settings warmConnections(int count);

}  // namespace aiproject::bench
