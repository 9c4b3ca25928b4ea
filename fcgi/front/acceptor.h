// Accepts FastCGI connections from a listening socket that may be shared with other processes, until
// a signal says stop. One thread: the caller's.
#pragma once

#include "base/file_descriptor.h"

#include <functional>

namespace aiproject {

// Blocks SIGTERM, SIGINT and SIGQUIT for this and all later threads, and makes them readable here.
// Must come before any thread and before libfcgi, which would take SIGTERM for itself. SIGHUP and
// SIGUSR1 are blocked as well: a terminal that closes cuts no stream.
class StopSignals {
public:
    StopSignals();
    int descriptor() const noexcept { return descriptor_.get(); }
    // The signal that came; 0: none yet.
    int take() const;

private:
    FileDescriptor descriptor_;
};

class Acceptor {
public:
    // Throws std::runtime_error when the descriptor is no listening socket.
    Acceptor(int listeningSocket, const StopSignals& signals);
    // Calls `add` for each connection until a stop signal, which it answers. While isFull() the other
    // workers of the pool get the connections first. Throws when the socket is no longer usable.
    int run(const std::function<void(FileDescriptor)>& add, const std::function<bool()>& isFull);

private:
    void acceptAll(const std::function<void(FileDescriptor)>& add);
    bool isOurs(const std::function<bool()>& isFull) const;
    void waitForSignal(int milliseconds) const;

    const int listeningSocket_;
    const StopSignals& signals_;
};

}  // namespace aiproject
