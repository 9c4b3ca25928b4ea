// Ports of 127.0.0.1 for programs that must be told theirs.
#pragma once

#include "support/child_process.h"

#include <cstdint>
#include <functional>
#include <memory>

namespace aiproject::test {

// One that was free a moment ago.
std::uint16_t freePort();
// Somebody takes connections on it.
bool accepts(std::uint16_t port);

// A program that listens on such a port. `commandAt` writes the port where the program reads it, and names a file for
// its output; `serves` says that it has the port. Another one is tried where somebody was quicker. Throws
// std::runtime_error with the program's own words when it does not come to serve.
std::unique_ptr<ChildProcess> startOnFreePort(const std::function<Command(std::uint16_t)>& commandAt,
                                              const std::function<bool()>& serves);

}  // namespace aiproject::test
