// RESULTS.md: newest results first, and at its end a page that people write.
#pragma once

#include <string>

namespace aiproject::bench {

// The file with one more entry on top. An empty `file` is made anew, with its head and an empty page. Throws
// std::runtime_error when the mark is missing below which results go: then what to keep is not known.
std::string withResults(const std::string& file, const std::string& entry);

// "CPU, N cores, kernel, memory" of this machine.
std::string machine();

}  // namespace aiproject::bench
