// A program that lives no longer than the test. It starts with an empty signal mask (a test that loaded Poco
// blocks SIGPIPE, and children inherit that) and without our descriptors.
//
// THREADS  one thread at a time; start it from a thread that outlives it, because the system ends a child
//          whose parent thread is gone (so nothing is left behind when a test is killed).
// ERRORS   std::system_error when the program cannot be started.
#pragma once

#include "support/eventually.h"

#include <sys/types.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace aiproject::test {

struct Command {
    std::string program;  // looked up in PATH
    std::vector<std::string> arguments{};
    std::map<std::string, std::string> environment{};  // beside ours
    int standardInput = -1;                            // borrowed for the start; -1: /dev/null
    std::string output{};                              // file for stdout and stderr, appended; empty: ours
};

// Exit codes are as a shell says them: the program's own, or 128 + the signal that ended it.
class ChildProcess {
public:
    explicit ChildProcess(const Command& command);
    ~ChildProcess();  // as terminate()
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    pid_t pid() const { return pid_; }
    bool isRunning();
    void signal(int number);
    // None: still running after `limit`.
    std::optional<int> wait(std::chrono::milliseconds limit = kPatience);
    // SIGTERM, and SIGKILL when it still runs after `limit`.
    int terminate(std::chrono::milliseconds limit = kPatience);

private:
    pid_t pid_ = -1;
    std::optional<int> exitCode_;  // set once it is reaped
};

struct Finished {
    int code = 0;
    std::string output;
};
// Runs it to its end; captures the output in place of command.output.
Finished runToEnd(Command command, std::chrono::milliseconds limit = kPatience);

}  // namespace aiproject::test
