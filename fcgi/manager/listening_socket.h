// A unix socket that the manager listens on: that of a pool, which its workers inherit, or its own.
#pragma once

#include "base/file_descriptor.h"

#include <sys/socket.h>
#include <sys/types.h>

#include <string>

namespace aiproject {

// Of a backlog that the system cuts; empty: it does not.
std::string warningOfBacklog(int backlog);

struct SocketSpec {
    std::string path;
    int type = SOCK_STREAM;
    mode_t mode = 0660;
};

// A descriptor that a process has inherited, or is to inherit; borrowed.
struct Handle {
    int number = -1;
};

// A socket that one program hands to the next; see handover.h.
struct HandedSocket {
    std::string path;
    Handle socket, lock;
};

class ListeningSocket {
public:
    // Takes over a path that nobody listens on any more (and waits a little for workers of a dead manager to
    // let go of it); refuses, with a std::runtime_error that says so, one that is in use. PATH.lock is locked
    // until close(), and stays: were it removed, two could hold a lock at once.
    ListeningSocket(const SocketSpec& spec, int backlog);
    // The one that the last program has opened and locked.
    explicit ListeningSocket(const HandedSocket& handed);
    ~ListeningSocket() { close(); }
    ListeningSocket(ListeningSocket&&) = default;
    ListeningSocket& operator=(ListeningSocket&&) = default;

    int descriptor() const noexcept { return socket_.get(); }
    HandedSocket handDown() const { return {path_, {socket_.get()}, {lock_.get()}}; }
    const std::string& path() const noexcept { return path_; }
    // Somebody has connected and was not accepted.
    bool hasWaiting() const noexcept;
    // One of the processes that share it has shut it down, for all of them and for ever.
    bool isShutDown() const noexcept;
    void setBacklog(int backlog) const noexcept;

    // Removes the path, so that nobody new connects. Processes that inherited the socket keep theirs.
    void close() noexcept;

private:
    FileDescriptor lock_, socket_;
    std::string path_;
};

}  // namespace aiproject
