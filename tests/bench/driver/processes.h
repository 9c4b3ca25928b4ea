// What the system says of processes that are not ours to ask: their CPU time, size and children.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <vector>

namespace aiproject::bench {

using Pids = std::vector<pid_t>;

// All its threads, also those that have ended; to the nanosecond, where /proc/PID/stat has hundredths of a second.
// Throws std::runtime_error when the process is gone: a figure without it would flatter.
std::chrono::nanoseconds cpuTimeOf(const Pids& pids);

// The sum, in KiB.
long residentSizeOf(const Pids& pids);

Pids childrenOf(pid_t pid);

// How many processes and threads the kernel can still make, of all users together.
long threadsLeft();

// Raises the limit of open files for this process and those it starts, as far as it may and `wanted` says; answers
// what it is then.
std::size_t raiseOpenFiles(std::size_t wanted);

}  // namespace aiproject::bench
