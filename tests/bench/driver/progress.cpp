#include "bench/driver/progress.h"

#include <chrono>
#include <cstdio>

namespace aiproject::bench {

void say(const std::string& line) {
    using Clock = std::chrono::steady_clock;
    static const auto begin = Clock::now();
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - begin).count();
    std::fprintf(stderr, "%5lld s  %s\n", static_cast<long long>(seconds), line.c_str());
}

}  // namespace aiproject::bench
