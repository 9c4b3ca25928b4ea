// How many streams are open at once, each counted to its last frame.
#pragma once

#include "bench/driver/options.h"

#include <cstdint>

namespace aiproject::bench {

struct Held {
    int streams = 0;
    std::int64_t failures = 0;  // of them; also those that ended before all were open
};

// By crowds of at most 10,000, for which a process has descriptors and an address has ports: each with an upstream, an
// nginx and a load of its own, before the same workers.
Held holdOpen(const BenchOptions& options);

}  // namespace aiproject::bench
