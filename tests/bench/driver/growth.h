// Whether a frame and a stream cost the same however many are open.
#pragma once

#include "bench/driver/row_book.h"

#include <string>

namespace aiproject::bench {

struct Growth {
    std::string text, svg;
};

Growth growth(RowBook& rows, const BenchOptions& options);

}  // namespace aiproject::bench
