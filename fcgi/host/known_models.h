// The names that stand for models: of plugins, of model.NAME.* in the configuration, and of route.aliases. Whether such
// a model serves is another question: a key may be made before its model is.
#pragma once

#include "config/config.h"

#include <set>
#include <string>
#include <vector>

namespace aiproject {

// `plugins`: names of their files, without .so.
std::set<std::string> knownModels(const Config& config, const std::set<std::string>& plugins);

// Throws Error(badRequest) with a sentence that names the first which is not known, what may have been meant, and all
// that are known: those of plugins apart, since such a model may lack its settings.
void requireKnown(const std::vector<std::string>& names, const Config& config, const std::set<std::string>& plugins);

}  // namespace aiproject
