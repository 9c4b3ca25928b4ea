// A program that the manager starts: its own binary again, as a worker or to try a configuration.
#pragma once

#include <sys/types.h>

#include <set>
#include <string>
#include <vector>

namespace aiproject {

struct Program {
    std::string path;                      // a new binary under it is picked up by the next start
    std::vector<std::string> arguments;    // without its own name
    std::vector<std::string> environment;  // NAME=value; wins over the manager's own
    std::vector<int> descriptors;          // that it inherits, under their numbers
    std::set<std::string> withheld{};      // variables of the manager's that it does not get
    bool hasOwnSession = false;            // Linux shares the processor out by session first
};

// The process has `input` as descriptor 0 and, unless it is -1, `output` as 1 and 2. It is told SIGTERM
// when the manager dies. Throws std::runtime_error when there can be no process.
pid_t startProcess(const Program& program, int input, int output = -1);

// "by signal Killed", "with exit code 1": for messages; `status` is waitpid's.
std::string endOf(int status);

}  // namespace aiproject
