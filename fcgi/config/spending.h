// Whom the configuration lets spend without a limit, for `check` and `serve` to say.
#pragma once

#include <string>
#include <vector>

#include "config/config.h"

namespace aiproject {

// A sentence for each gap; empty: everybody who spends has a limit, or was let in by the operator.
std::vector<std::string> warnOfSpending(const Config& config);

}  // namespace aiproject
