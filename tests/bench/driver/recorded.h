// What tests/bench/budget has recorded of the workers of a host.
#pragma once

#include "bench/budget/parts.h"
#include "bench/driver/processes.h"
#include "support/environment_variable.h"
#include "support/temp_dir.h"

#include <array>
#include <string>

namespace aiproject::bench {

struct PartCost {
    double cpuUs = 0, allocations = 0;
};
using PartCosts = std::array<PartCost, kCallParts>;

// While it exists, each process that is started records itself.
class Recording {
public:
    Recording();

    // The sum over these processes. ERRORS  std::runtime_error that names the one that is not recorded.
    PartCosts costsOf(const Pids& pids) const;

private:
    test::TempDir folder_;
    test::EnvironmentVariable library_, directory_;
};

}  // namespace aiproject::bench
