// How many clients at once were answered: served, told to come back, or failed.
#pragma once

#include "bench/driver/load_run.h"

#include <cstdint>

namespace aiproject::bench {

struct Told {
    std::int64_t served = 0;
    std::int64_t busy = 0;    // MODEL_BUSY, from a worker or from nginx
    std::int64_t failed = 0;  // anything else
};

Told toldOf(const LoadResult& load);

}  // namespace aiproject::bench
