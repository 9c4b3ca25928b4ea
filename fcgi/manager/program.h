// A program that the manager starts: its own binary again, as a worker or to try a configuration.
#pragma once

#include "base/file_descriptor.h"

#include <sys/types.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

namespace aiproject {

struct Program {
    std::string path;
    std::vector<std::string> arguments;    // without its own name
    std::vector<std::string> environment;  // NAME=value; wins over the manager's own
    std::vector<int> descriptors;          // that it inherits, under their numbers
    std::set<std::string> withheld{};      // variables of the manager's that it does not get
    bool hasOwnSession = false;            // Linux shares the processor out by session first
    // The file itself, whatever stands at the path by now; none: the one at the path.
    std::shared_ptr<const FileDescriptor> image{};
};

// That file, to be run later, and this process's own. Throws std::runtime_error when it cannot be opened.
std::shared_ptr<const FileDescriptor> imageAt(const std::string& path);
std::shared_ptr<const FileDescriptor> ownImage();
bool isSameFile(const FileDescriptor& one, const FileDescriptor& other);

// The process has `input` as descriptor 0 and, unless it is -1, `output` as 1 and 2. It is told SIGTERM
// when the manager dies. Throws std::runtime_error when there can be no process.
pid_t startProcess(const Program& program, int input, int output = -1);

// Goes on as that program, as the same process: with the same children, pending signals and standard streams. Returns
// when that cannot be, with errno, and then nothing has changed. Call it from the main thread, or the kernel tells the
// children that their parent has died.
void become(const Program& program);

// "by signal Killed", "with exit code 1": for messages; `status` is waitpid's.
std::string endOf(int status);

}  // namespace aiproject
