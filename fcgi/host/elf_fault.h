// What the head of a file says against it, where the dynamic loader would only say that something is invalid.
#pragma once

#include <string>

namespace aiproject {

// Why this process could not load it, in the operator's words: "is no ELF file ..."; empty: nothing speaks against it,
// or it cannot be read.
std::string elfFaultOf(const std::string& file);

}  // namespace aiproject
