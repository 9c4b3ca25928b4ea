// The time that the database, the logs and other hosts understand.
#pragma once

#include <chrono>
#include <cstdint>

namespace aiproject {

inline std::int64_t unixMilliseconds() noexcept {
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

}  // namespace aiproject
