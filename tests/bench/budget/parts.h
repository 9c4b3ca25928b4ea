// What the recorder writes for each process, and the bench reads: CPU time and allocations by part of a call.
//
// THREADS  The recorder's threads add, the bench reads the file at any time.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace aiproject::bench {

// A part begins in a thread with the library call that marks it and lasts until the thread makes the next such call.
enum class CallPart : std::size_t {
    other,    // threads that have made none of these calls
    open,     // accept(): connection, parameters, body, JSON
    reserve,  // the first SQLite call: who is it, what may it cost; then on to the plugin
    connect,  // connect() to the upstream: TCP, TLS, upgrade
    ask,      // the second message to the upstream: the question
    relay,    // reading the upstream after the question: frames in, frames out, until it is closed
    settle,   // after that, and the next SQLite call of whoever commits for others: bill and commit
    end       // writing to the client after that: last frame, log line, close
};
constexpr std::size_t kCallParts = 8;

struct PartTotals {
    std::atomic<std::uint64_t> cpuNs{0}, allocations{0};
};

// The whole file DIRECTORY/PID. Environment: BENCH_BUDGET=DIRECTORY, LD_PRELOAD=the recorder.
struct ProcessTotals {
    PartTotals parts[kCallParts];
};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free, "two processes share them");

}  // namespace aiproject::bench
