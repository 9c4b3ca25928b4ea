// Whose call it is, in the words of the accounts.
#pragma once

#include <cstdint>
#include <tuple>

namespace aiproject {

struct CallOwner {
    std::int64_t user = 0;   // 0: nobody
    std::int64_t epoch = 0;  // of the uuid that the call came with

    bool operator<(const CallOwner& other) const { return std::tie(user, epoch) < std::tie(other.user, other.epoch); }
    bool operator==(const CallOwner& other) const { return user == other.user && epoch == other.epoch; }
};

}  // namespace aiproject
