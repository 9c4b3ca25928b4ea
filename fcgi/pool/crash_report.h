// Which model's plugin a process was running when it crashed. The manager reads it in the worker's row.
//
// What is seen: SIGSEGV, SIGBUS, SIGFPE, SIGILL and SIGABRT (so terminate() and abort() too) of the thread
// that runs the plugin, and exit() there; in other threads, a fault whose instruction is the plugin's own. For
// the rest of these signals there is only kSomebody. SIGKILL leaves no trace, so kill(), raise(), pthread_kill() and
// tgkill() of the program note it before they send it to their own process: a plugin finds them before libc's. What is
// not seen: _exit(), sigqueue(), and a bare system call. A signal that another process sent blames no model, and
// neither does what happens in a process that a plugin has forked.
#pragma once

#include "pool/board.h"

#include <signal.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace aiproject {

// Where a model's plugin is mapped.
struct PluginCode {
    std::uintptr_t begin = 0, end = 0;
    int model = kNobody;
};

// One per process. The signals end the process as they would have without it; a sanitizer still reports.
class CrashReport {
public:
    // The row outlives it.
    CrashReport(WorkerRow& row, std::vector<PluginCode> code);
    ~CrashReport();
    CrashReport(const CrashReport&) = delete;
    CrashReport& operator=(const CrashReport&) = delete;
};

// The process is about to end itself: because of what this thread runs, or of somebody.
void blameRunningModel() noexcept;

// While it lives, this thread has a stack for the signals, because a full one is a common reason to crash.
class SignalStack {
public:
    SignalStack() noexcept;
    ~SignalStack();
    SignalStack(const SignalStack&) = delete;
    SignalStack& operator=(const SignalStack&) = delete;

private:
    std::array<char, 32UL * 1024> stack_;  // left as it is: only a crash touches it
    stack_t before_{};
};

// While it lives, this thread runs a plugin of `model` (a row of the board; kNobody: none that could be blamed), and
// then again what it ran before.
class PluginTurn {
public:
    explicit PluginTurn(int model) noexcept;
    ~PluginTurn();
    PluginTurn(const PluginTurn&) = delete;
    PluginTurn& operator=(const PluginTurn&) = delete;

private:
    const int before_;
};

// The same, with a stack for the signals.
class PluginRun {
public:
    explicit PluginRun(int model) noexcept : turn_(model) {}

private:
    const SignalStack stack_;
    const PluginTurn turn_;
};

// While it lives, a plugin of `model` keeps the whole process from serving: it is blamed for whatever ends the
// process, SIGKILL included.
class PluginStart {
public:
    explicit PluginStart(int model) noexcept;
    ~PluginStart();
    PluginStart(const PluginStart&) = delete;
    PluginStart& operator=(const PluginStart&) = delete;

private:
    const PluginRun run_;
};

}  // namespace aiproject
