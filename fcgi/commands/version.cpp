#include "aiproject/imodel.h"
#include "commands/command_line.h"
#include "commands/release.h"

#include <iostream>

namespace aiproject {

const char* release() noexcept { return AIPROJECT_VERSION; }

int version(const CommandLine&) {
    std::cout << "aiproject " << release() << ", plugin contract " << kContractMajor << "." << kContractMinor << "\n";
    return EXIT_SUCCESS;
}

}  // namespace aiproject
