// How many streams are open at once, each counted to its last frame.
#pragma once

#include <cstdint>

namespace aiproject::bench {

struct Held {
    int streams = 0;
    std::int64_t failures = 0;  // of them; also those that ended before all were open
};

// For which a process has descriptors, two for each stream, and an address has ports.
int mostOfCrowd();

// By crowds: each with an upstream, an nginx and a load of its own, before the same workers. All are open for
// `seconds`.
Held holdOpen(int streams, int perCrowd, int seconds);

}  // namespace aiproject::bench
