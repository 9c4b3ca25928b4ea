// The unix socket of a pool: made by the manager, inherited by its workers, mode 0660.
#pragma once

#include "base/file_descriptor.h"

#include <string>

namespace aiproject {

class ListeningSocket {
public:
    // Takes over a path that nobody listens on any more; refuses, with a std::runtime_error that says
    // so, one that is in use. PATH.lock is locked as long as this lives, and stays: were it removed, two
    // could hold a lock at once.
    ListeningSocket(const std::string& path, int backlog);
    ~ListeningSocket() { close(); }
    ListeningSocket(ListeningSocket&&) = default;

    int descriptor() const noexcept { return socket_.get(); }

    // Removes the path, so that nobody new connects. Processes that inherited the socket keep theirs.
    void close() noexcept;

private:
    FileDescriptor lock_, socket_;
    std::string path_;
};

}  // namespace aiproject
