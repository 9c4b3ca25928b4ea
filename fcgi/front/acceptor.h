// Accepts FastCGI connections from a listening socket that may be shared with other processes, until
// a signal says stop. One thread: the caller's.
#pragma once

#include "base/file_descriptor.h"

#include <functional>

namespace aiproject {

// Blocks SIGTERM, SIGINT, SIGQUIT, SIGUSR1 and SIGUSR2 for this and all later threads, and makes them
// readable here. Must come before any thread and before libfcgi, which would take SIGTERM for itself.
// SIGHUP is blocked as well: a terminal that closes cuts no stream.
class WorkerSignals {
public:
    WorkerSignals();
    int descriptor() const noexcept { return descriptor_.get(); }
    // The signal that came; 0: none yet.
    int take() const;

private:
    FileDescriptor descriptor_;
};

class Acceptor {
public:
    struct Calls {
        std::function<void(FileDescriptor)> add;  // a connection
        std::function<bool()> isFull;             // another connection would have to wait for a thread
        std::function<bool()> othersHaveRoom;     // of the workers that share the socket
        std::function<void()> reopenLog;          // SIGUSR1
    };

    // Throws std::runtime_error when the descriptor is no listening socket.
    Acceptor(int listeningSocket, const WorkerSignals& signals);
    // Takes connections until another signal than SIGUSR1, which it answers. Throws when the socket is no
    // longer usable.
    int run(const Calls& calls);
    // Takes what waits still, for when nobody else will.
    void takeRest(const Calls& calls);
    // Lets go of the socket: its number stands for nothing from then on.
    void close();

private:
    bool acceptOne(const Calls& calls);
    bool isOurs(const Calls& calls) const;
    void waitForSignal(int milliseconds) const;

    const int listeningSocket_;
    const WorkerSignals& signals_;
};

}  // namespace aiproject
