// When API keys were used last, for their table: in memory first, since a write for each call would cost a sync.
//
// THREADS  Any number may call.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

namespace aiproject {

class KeyUses {
public:
    void note(std::int64_t keyId, std::int64_t nowMs);
    // Key and time of each whose use is news: at once for a key that was silent, then once a minute.
    std::vector<std::pair<std::int64_t, std::int64_t>> takeNews(std::int64_t nowMs);

private:
    struct Use {
        std::int64_t lastMs = 0, toldMs = 0;
    };

    std::mutex mutex_;                  // guards uses_
    std::map<std::int64_t, Use> uses_;  // of the last minutes
};

}  // namespace aiproject
