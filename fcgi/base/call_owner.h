// Whose call it is, in the words of the accounts.
#pragma once

#include <cstdint>
#include <tuple>

namespace aiproject {

struct CallOwner {
    std::int64_t user = 0;   // 0: nobody
    std::int64_t epoch = 0;  // of the uuid that the call came with
    std::int64_t key = 0;    // or the API key: then the epoch says nothing, and is 0

    bool operator<(const CallOwner& other) const {
        return std::tie(user, epoch, key) < std::tie(other.user, other.epoch, other.key);
    }
    bool operator==(const CallOwner& other) const {
        return user == other.user && epoch == other.epoch && key == other.key;
    }
};

}  // namespace aiproject
