#include "manager/process_memory.h"

#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

namespace aiproject {
namespace {

constexpr std::int64_t kMegabyte = 1024L * 1024;
constexpr std::int64_t kLeastShareMb = 256;

// Of the group and those above it (cgroup version 2). A group without a limit says "max", which is no number.
std::int64_t limitOfGroup(std::int64_t otherwise) {
    std::int64_t least = otherwise;
    std::string line;
    for (std::ifstream groups("/proc/self/cgroup"); std::getline(groups, line);) {
        if (line.compare(0, 3, "0::") != 0) continue;
        for (std::filesystem::path group = line.substr(3);; group = group.parent_path()) {
            std::int64_t limit = 0;
            if (std::ifstream("/sys/fs/cgroup" + group.string() + "/memory.max") >> limit)
                least = std::min(least, limit);
            if (group == group.parent_path()) break;
        }
    }
    return least;
}

}  // namespace

int residentMegabytes(pid_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/statm");
    long size = 0, resident = 0;
    file >> size >> resident;
    return int(resident * sysconf(_SC_PAGESIZE) / kMegabyte);
}

int shareOfMemory(int processes) {
    const std::int64_t all = limitOfGroup(std::int64_t(sysconf(_SC_PHYS_PAGES)) * sysconf(_SC_PAGESIZE));
    return int(std::max(kLeastShareMb, all / kMegabyte / std::max(processes, 1)));
}

}  // namespace aiproject
