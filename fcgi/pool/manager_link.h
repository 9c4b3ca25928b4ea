// RUN.DIR/manager.sock from the other side: asks a running `aiproject serve` something. A packet is a line
// (manager/control_server.h).
#pragma once

#include "base/file_descriptor.h"

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>

namespace aiproject {

// Where the manager of that folder listens.
std::string controlPath(const std::string& runDir);

class ManagerLink {
public:
    // A manager is there, and has not done in time what was asked; it may do it later.
    class Late : public std::runtime_error {
    public:
        using std::runtime_error::runtime_error;
    };
    using Take = std::function<void(const std::string& kind, const std::string& text)>;

    // Throws std::runtime_error when no manager answers there; Late when one does not take the connection in time, as
    // while it hangs and many ask.
    explicit ManagerLink(const std::string& runDir);

    // Asks, and takes what is answered: "say", "fail" or "data", and its text. Answers the exit code. `limit`: of the
    // whole answer; 0: however long it takes.
    int ask(const std::string& command, const Take& take, std::chrono::milliseconds limit = {});

    // The JSON of its status. Throws std::runtime_error with the manager's words when it fails.
    std::string status();

private:
    std::string receive(std::chrono::milliseconds limit);

    FileDescriptor socket_;
};

}  // namespace aiproject
