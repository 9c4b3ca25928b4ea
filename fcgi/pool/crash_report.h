// Which model's plugin a process was running when it crashed. The manager reads it in the worker's row.
//
// What is seen: SIGSEGV, SIGBUS, SIGFPE, SIGILL and SIGABRT (so terminate() and abort() too) of the thread
// that runs the plugin, and exit() there. What is not: _exit(), SIGKILL, and threads that a plugin has
// started. A signal that another process sent blames no model.
#pragma once

#include "pool/board.h"

#include <signal.h>

#include <array>
#include <cstddef>

namespace aiproject {

// One per process. The signals end the process as they would have without it; a sanitizer still reports.
class CrashReport {
public:
    explicit CrashReport(WorkerRow& row) noexcept;  // which outlives it
    ~CrashReport();
    CrashReport(const CrashReport&) = delete;
    CrashReport& operator=(const CrashReport&) = delete;
};

// While it lives, this thread runs a plugin of `model` (a row of the board; kNobody: none that could be
// blamed). It brings a stack for the signals, because a full one is a common reason to crash.
class PluginRun {
public:
    explicit PluginRun(int model) noexcept;
    ~PluginRun();
    PluginRun(const PluginRun&) = delete;
    PluginRun& operator=(const PluginRun&) = delete;

private:
    std::array<char, 32UL * 1024> signalStack_;  // left as it is: only a crash touches it
    stack_t before_{};
};

}  // namespace aiproject
