// Keeps the worker pools running: opens their sockets, starts their workers, restarts what dies, and
// ends them in order. One thread; loads no plugin and opens no upstream.
#pragma once

#include "base/file_descriptor.h"
#include "config/config.h"
#include "manager/listening_socket.h"
#include "manager/worker_slot.h"
#include "observe/log.h"

#include <string>
#include <vector>

namespace aiproject {

// Blocks the signals that the manager waits for. Must come before any thread: one that does not block
// SIGCHLD would swallow it.
class ManagerSignals {
public:
    ManagerSignals();
    // The next signal; 0: none within `milliseconds` (-1: waits for ever).
    int wait(int milliseconds) const;

private:
    FileDescriptor descriptor_;
};

class Manager {
public:
    // `program`: with the arguments that every worker gets besides its pool, "-c FILE" and the like.
    Manager(const Config& config, const WorkerProgram& program, const ManagerSignals& signals, Log& log);

    // Until SIGTERM or SIGINT (the workers drain) or SIGQUIT (they end at once).
    void run();

private:
    using Clock = WorkerSlot::Clock;

    void startDue();
    void reap();
    void stop(int signal);
    void signalAll(int number) const;
    bool anyRuns() const;
    int millisecondsToNextStart() const;

    const Config& config_;
    const ManagerSignals& signals_;
    Log& log_;
    std::vector<ListeningSocket> sockets_;
    std::vector<WorkerSlot> slots_;
    bool stopping_ = false;
};

}  // namespace aiproject
