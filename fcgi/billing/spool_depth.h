// How many bills wait in a spool's folder, whosever they are, and since when. Reads a file again only when it has
// changed. Used by one thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace aiproject {

class SpoolDepth {
public:
    struct Look {
        std::int64_t bills = 0;
        std::int64_t oldestMs = 0;  // unix milliseconds; 0: none waits
    };

    // What cannot be read counts as nothing: who takes the bills in says why.
    Look look(const std::string& folder) noexcept;

private:
    struct File {
        std::uintmax_t bytes = 0;
        Look there = {};
    };

    std::map<std::string, File> files_;  // as they were
};

}  // namespace aiproject
