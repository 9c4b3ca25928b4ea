// What the system says of a process.
#pragma once

#include <sys/types.h>

namespace aiproject {

// 0: there is no such process.
int residentMegabytes(pid_t pid);

}  // namespace aiproject
