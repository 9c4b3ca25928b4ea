// What /proc says of a process that is not ours to ask.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace aiproject::test {

// What its descriptors stand for ("/tmp/x/accounts.db", "socket:[4711]"). Those that begin with `explained` do not
// count.
std::vector<std::string> descriptorsOf(pid_t pid, const std::vector<std::string>& explained = {});

// In KiB; 0: it is gone.
long residentSize(pid_t pid);
long residentFiles(pid_t pid);  // the part that is mapped from files, programs and libraries
int threadsOf(pid_t pid);
// Of each of its threads.
std::vector<int> nicenessesOf(pid_t pid);

// Of any process, such as a child's child: it is gone, or a zombie that nobody has reaped.
bool hasEnded(pid_t pid);
// All its threads stand still.
bool isStopped(pid_t pid);

// The workers of that manager, and not the other children that it has for a while, such as its `check`.
std::vector<pid_t> workersOf(pid_t manager);

// All whose command line names that folder, or a file in it.
std::vector<pid_t> processesAbout(const std::string& folder);

}  // namespace aiproject::test
