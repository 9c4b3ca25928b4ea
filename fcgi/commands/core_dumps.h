// Keys, passwords and what users write are in the memory of these processes.
#pragma once

namespace aiproject {

struct Config;

// Unless run.core_dumps allows it: no core file when the process crashes, and no other process of the same user can
// read its memory or environment (PR_SET_DUMPABLE). Its crash report still works. Call it in each process anew, because
// exec undoes it, and after what is written to /proc/self, whose files belong to root from then on.
void forbidCoreDumps(const Config& config);

}  // namespace aiproject
