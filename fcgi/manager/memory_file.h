// A text in memory, as a file that a process inherits.
#pragma once

#include "base/file_descriptor.h"

#include <string>

namespace aiproject {

// CLOEXEC. Throws std::runtime_error when the system has no memory or descriptor for it.
FileDescriptor memoryFile(const std::string& name, const std::string& text = {});

// All of it, wherever the descriptor stands.
std::string contentOf(int file);

}  // namespace aiproject
