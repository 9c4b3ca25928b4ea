#include "commands/core_dumps.h"

#include "config/config.h"

#include <sys/prctl.h>

namespace aiproject {

void forbidCoreDumps(const Config& config) {
    if (!config.hasCoreDumps) prctl(PR_SET_DUMPABLE, 0);  // fails only for a value that it does not know
}

}  // namespace aiproject
