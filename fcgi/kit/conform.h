// `aiproject try FILE.so --conform`: the contract's test kit. Each scenario runs in a process of its own with a
// deadline, so that one that breaks does not stop the others.
#pragma once

#include "kit/bench.h"

#include <ostream>

namespace aiproject {

// Prints a line for each rule: ok, BROKEN with what was seen and the sentence of imodel.h, or "not tried" with why.
// True: none is broken.
bool conform(const PluginToTry& plugin, const Asked& asked, bool asJson, std::ostream& out);

}  // namespace aiproject
