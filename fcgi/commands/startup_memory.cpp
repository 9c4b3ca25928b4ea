#include "commands/startup_memory.h"

#include <sys/mman.h>

#include <cstddef>
#include <cstdio>
#include <fstream>
#include <string>

namespace aiproject {
namespace {

// A line of /proc/self/smaps that begins a mapping, "BEGIN-END rwxp OFFSET DEVICE INODE PATH".
struct Mapping {
    char *begin = nullptr, *end = nullptr;
    bool isFile = false;  // private, and never to be written
};

bool begins(const std::string& line, Mapping& mapping) {
    void *begin = nullptr, *end = nullptr;
    unsigned long inode = 0;
    char access[5] = {};
    if (std::sscanf(line.c_str(), "%p-%p %4s %*x %*s %lu", &begin, &end, access, &inode) != 4) return false;
    mapping = {static_cast<char*>(begin), static_cast<char*>(end), inode != 0 && access[1] == '-' && access[3] == 'p'};
    return true;
}

bool says(const std::string& line, const char* name) { return line.rfind(name, 0) == 0; }
bool isNone(const std::string& line) { return line.find(" 0 kB") != std::string::npos; }

}  // namespace

void releaseStartupMemory() {
    std::ifstream all("/proc/self/smaps");
    Mapping mapping;
    for (std::string line; std::getline(all, line);) {
        if (begins(line, mapping)) continue;
        // In memory or swapped out, what is no longer as in the file would be lost.
        if (says(line, "Anonymous:") || says(line, "Swap:")) mapping.isFile = mapping.isFile && isNone(line);
        if (says(line, "VmFlags:") && mapping.isFile)
            madvise(mapping.begin, std::size_t(mapping.end - mapping.begin), MADV_DONTNEED);
    }
}

}  // namespace aiproject
