// What the system says of a process.
#pragma once

#include <sys/types.h>

namespace aiproject {

// 0: there is no such process.
int residentMegabytes(pid_t pid);

// Of so many processes: what the machine has, or the control group that this one is in, divided; at least 256 MB.
int shareOfMemory(int processes);

}  // namespace aiproject
