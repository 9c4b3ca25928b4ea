// What a worker's first thread does: waits for the signal that says stop, and sees to the connections that find all
// other threads busy.
#pragma once

#include "base/file_descriptor.h"
#include "base/own_descriptor.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>

namespace aiproject {

class Listener;

// Blocks SIGTERM, SIGINT, SIGQUIT, SIGUSR1 and SIGUSR2 for this and all later threads, and makes them
// readable here. Must come before any thread and before libfcgi, which would take SIGTERM for itself.
// SIGHUP is blocked as well: a terminal that closes cuts no stream. SIGXFSZ is ignored.
class WorkerSignals {
public:
    WorkerSignals();
    int descriptor() const noexcept { return descriptor_.get(); }
    // The signal that came; 0: none yet.
    int take() const;

private:
    FileDescriptor descriptor_;
    std::optional<OwnDescriptor> own_;
};

class Acceptor {
public:
    struct Calls {
        std::function<void(FileDescriptor)> add;  // a connection
        std::function<bool()> isFull;             // another connection would have to wait for a thread
        int fullness;                             // an eventfd: it may have become full
        std::function<bool()> othersHaveRoom;     // of the workers that share the socket
        std::function<void()> reopenLog;          // SIGUSR1
        std::function<void()> beat = {};          // still alive: whoever waits is taken
    };

    Acceptor(Listener& listener, const WorkerSignals& signals);
    // Lets the threads accept, and accepts in their place while all are busy, until another signal than SIGUSR1,
    // which it answers.
    int run(const Calls& calls);
    // Takes what waits still, for when nobody else will.
    void takeRest(const Calls& calls);

private:
    void wakeForForgotten(const Calls& calls) const;
    void beat(const Calls& calls);
    bool hasWaiting() const;
    void leave(const Calls& calls, int signal);
    void acceptSome(const Calls& calls);
    bool acceptOne(const Calls& calls);
    bool isOurs(const Calls& calls);
    void waitForSignal(int milliseconds) const;

    Listener& listener_;
    const WorkerSignals& signals_;
    bool areAllFull_ = false;  // the other workers too, when it looked last
    std::chrono::steady_clock::time_point nextBeat_;
    std::uint64_t triesAtBeat_ = 0;
};

}  // namespace aiproject
