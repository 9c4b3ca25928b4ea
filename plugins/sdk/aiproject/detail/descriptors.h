// Whether the process, or the host, has no descriptor left: no upstream is to blame for that. Not for plugins
// themselves.
#pragma once

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace aiproject::descriptors {

constexpr const char* kSpent = "no descriptor is left for a connection; raise the limit of open files (ulimit -n)";

inline bool meansSpent(int error) noexcept { return error == EMFILE || error == ENFILE; }

// Now, by a trial: the resolver has other words for it.
inline bool areSpent() noexcept {
    const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (probe >= 0) ::close(probe);
    return probe < 0 && meansSpent(errno);
}

}  // namespace aiproject::descriptors
