#include "aiproject/imodel.h"
#include "commands/command_line.h"

#include <iostream>

namespace aiproject {

int version(const CommandLine&) {
    std::cout << "aiproject " AIPROJECT_VERSION ", plugin contract " << kContractMajor << "." << kContractMinor << "\n";
    return EXIT_SUCCESS;
}

}  // namespace aiproject
