#include "commands/managed.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace aiproject {

ManagerLink managerOf(const CommandLine& line) {
    if (!line.config.file.empty() && access(line.config.file.c_str(), R_OK) != 0)
        throw std::runtime_error(line.config.file + ": cannot be read: " + std::strerror(errno));
    return ManagerLink(loadConfig(line.config, ConfigUse::manager).runDir);
}

}  // namespace aiproject
