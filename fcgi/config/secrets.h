// The values in a configuration that must not be printed or logged.
#pragma once

#include "config/config.h"

#include <string>
#include <vector>

namespace aiproject {

// Those of model settings that are secret by their names (overrides.h), the password of the database and what
// trace.otlp_headers says. What else a plugin's descriptor calls a secret, the registry knows:
// ModelRegistry::secrets().
std::vector<std::string> secretsOf(const Config& config);

}  // namespace aiproject
