#include "bench/driver/processes.h"

#include "support/process_view.h"

#include <sys/resource.h>
#include <time.h>

#include <algorithm>
#include <fstream>
#include <stdexcept>
#include <string>

namespace aiproject::bench {

std::chrono::nanoseconds cpuTimeOf(const Pids& pids) {
    std::chrono::nanoseconds sum{0};
    for (const pid_t pid : pids) {
        clockid_t clock{};
        timespec used{};
        if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) != 0)
            throw std::runtime_error("process " + std::to_string(pid) + " has ended while it was measured");
        sum += std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
    }
    return sum;
}

long residentSizeOf(const Pids& pids) {
    long sum = 0;
    for (const pid_t pid : pids) sum += test::residentSize(pid);
    return sum;
}

Pids childrenOf(pid_t pid) {
    const std::string process = std::to_string(pid);
    std::ifstream list("/proc/" + process + "/task/" + process + "/children");
    Pids children;
    for (pid_t child = 0; list >> child;) children.push_back(child);
    return children;
}

long threadsLeft() {
    long most = 0, all = 0;
    std::ifstream("/proc/sys/kernel/pid_max") >> most;
    std::ifstream load("/proc/loadavg");  // "0.20 0.18 0.12 RUNNING/ALL LAST"
    load.ignore(256, '/') >> all;
    return most - all;
}

std::size_t raiseOpenFiles(std::size_t wanted) {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    const rlimit raised{std::max<rlim_t>(wanted, limit.rlim_cur), std::max<rlim_t>(wanted, limit.rlim_max)};
    if (setrlimit(RLIMIT_NOFILE, &raised) == 0) return raised.rlim_cur;
    // Not root: as far as the hard limit goes.
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur;
}

}  // namespace aiproject::bench
