// The targets that the project has set itself, and whether they are met.
#pragma once

#include "bench/driver/row_book.h"

#include <cstdint>
#include <string>

namespace aiproject::bench {

struct Targets {
    std::string text;
    std::int64_t failures = 0;  // of streams that are in no row
};

Targets targets(RowBook& rows, const BenchOptions& options);

}  // namespace aiproject::bench
