// `aiproject try FILE.so`: runs a plugin once in a process of its own and prints what it does while it does it.
#pragma once

#include "kit/bench.h"

#include <ostream>

namespace aiproject {

// For people, or `asJson` a JSON object a line. True: the plugin answered, and the host has nothing against it.
bool tryOnce(const PluginToTry& plugin, const Asked& asked, bool asJson, std::ostream& out);

}  // namespace aiproject
