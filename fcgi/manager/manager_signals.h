// The signals that the manager waits for, as a descriptor.
#pragma once

#include "base/file_descriptor.h"

namespace aiproject {

// Blocks SIGTERM, SIGINT, SIGQUIT, SIGCHLD, SIGHUP, SIGUSR1 and SIGUSR2. Must come before any thread: one that does
// not block SIGCHLD would swallow it.
class ManagerSignals {
public:
    ManagerSignals();
    int descriptor() const noexcept { return descriptor_.get(); }
    // The signal that came; 0: none is left.
    int take() const;

private:
    FileDescriptor descriptor_;
};

}  // namespace aiproject
