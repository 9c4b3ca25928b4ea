#include "commands/worker_limits.h"

#include "observe/log.h"

#include <malloc.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdint>

namespace aiproject {

void raiseDescriptorLimit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

// A stream takes two descriptors, as does a request in a thread; the rest is for the database, the log, warm
// connections.
int streamsWithin(const PoolConfig& pool, const std::string& key, Log& log) {
    constexpr std::int64_t others = 256, each = 2;
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return pool.streams;
    const std::int64_t room =
        std::int64_t(limit.rlim_cur) / each - std::min<std::int64_t>(pool.threads, others) - others;
    if (pool.streams <= room) return pool.streams;
    const int fitting = int(std::max<std::int64_t>(1, room));
    log.warning(key + " is " + std::to_string(pool.streams) + ", but with a limit of " +
                std::to_string(limit.rlim_cur) + " open files (ulimit -n, LimitNOFILE=) only " +
                std::to_string(fitting) + " can be open");
    return fitting;
}

ReceiveLimits receiveLimits(const Config& config) {
    constexpr rlim_t least = 16, most = 4096;
    rlimit limit{};
    const rlim_t descriptors = getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 4 * least;
    constexpr std::uint64_t longestBodies = 8, leastKept = 64UL * 1024 * 1024;
    const std::uint64_t body = std::max(config.limits.textBodyBytes, config.limits.mediaBodyBytes);
    return {config.timeouts.receive, std::size_t(std::clamp(descriptors / 4, least, most)), body,
            std::max(longestBodies * body, leastKept)};
}

// By itself malloc() raises both limits to more than the largest
// piece that was ever given back, which is a password hash of 32 MiB, and then each thread's heap keeps its end.
void keepLittleMemory() {
    constexpr int mapped = 1024 * 1024, kept = 256 * 1024;
    mallopt(M_MMAP_THRESHOLD, mapped);
    mallopt(M_TRIM_THRESHOLD, kept);
}

}  // namespace aiproject
