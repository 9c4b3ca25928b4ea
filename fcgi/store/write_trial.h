// Whether the configured role may do to the tables what the service does: tried, and rolled back.
#pragma once

#include "config/config.h"

#include <string>
#include <vector>

namespace aiproject {

// A line for each right that is missing, or for why nothing can be written at all; none: all is well. Changes no row.
// For a database that is there and up to date.
std::vector<std::string> missingRights(const DatabaseConfig& config);

}  // namespace aiproject
