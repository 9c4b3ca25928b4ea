#include "manager/process_memory.h"

#include <unistd.h>

#include <fstream>
#include <string>

namespace aiproject {

int residentMegabytes(pid_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/statm");
    long size = 0, resident = 0;
    file >> size >> resident;
    constexpr long megabyte = 1024L * 1024;
    return int(resident * sysconf(_SC_PAGESIZE) / megabyte);
}

}  // namespace aiproject
