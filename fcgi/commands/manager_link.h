// The line to a running `aiproject serve`, for the commands that ask it something.
#pragma once

#include "base/file_descriptor.h"
#include "commands/command_line.h"

#include <functional>
#include <string>

namespace aiproject {

class ManagerLink {
public:
    // Of the manager whose run.dir that configuration names, whatever else is wrong with it. Throws
    // std::runtime_error when none runs there.
    explicit ManagerLink(const CommandLine& line);

    // Asks, and takes what is answered: "say", "fail" or "data", and its text. Answers the exit code.
    int ask(const std::string& command,
            const std::function<void(const std::string& kind, const std::string& text)>& take);

private:
    std::string receive();

    FileDescriptor socket_;
};

}  // namespace aiproject
