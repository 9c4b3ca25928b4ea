// How fast a page without a model call is, beside the least that a FastCGI program could do.
#pragma once

#include "bench/driver/host_under_bench.h"
#include "bench/driver/options.h"

namespace aiproject::bench {

struct PageRates {
    double healthz = 0, hello = 0;  // pages a second, medians
    double ratio = 0;               // median of those of the rounds
};

PageRates pageRates(const HostUnderBench& host, const BenchOptions& options);

}  // namespace aiproject::bench
