// What the service loads, obeys and stores, by the rule of base/trusted_path.h: nobody else may change any of it.
#pragma once

#include "config/config.h"

#include <string>
#include <vector>

namespace aiproject {

// A line for each fault: the key, the path with its owner and mode, and what to type.
std::vector<std::string> faultsOfFiles(const Config& config);

// Of the log, which is written only: worth a warning, but no reason to serve nobody.
std::vector<std::string> faultsOfLog(const Config& config);

// For programs that serve: throws std::runtime_error with all faults, a line each.
void requireTrustedFiles(const Config& config);

}  // namespace aiproject
