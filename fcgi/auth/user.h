// A user as calls see one.
#pragma once

#include <cstdint>
#include <string>

namespace aiproject {

struct User {
    std::int64_t id = 0;
    std::int64_t epoch = 0;  // of the uuid: the user may call until it is another
    std::string name;
    std::int64_t tokens = 0;    // what is left; 0: spent, -1: unlimited
    std::int64_t picTimes = 0;  // the same, in pictures
    std::int64_t voiceSeconds = 0;
    std::string academy;
    std::string email;
    std::string created;  // 2026-11-22T08:00:00Z
    std::string tag;      // 32 hex digits that name the user to a model; no credential
    // False: as an earlier call found the user. Balances may have changed since, the account may be disabled or
    // deleted, and its epoch another.
    bool isConfirmed = true;
};

}  // namespace aiproject
