// A user as calls see one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace aiproject {

// The API key with which a user calls.
struct UsedKey {
    std::int64_t id = 0;              // 0: none, but the uuid of a login
    bool isLimited = false;           // in tokens, money or both, beside the user's own limits
    std::vector<std::string> models;  // names of those that it may use, aliases among them; empty: all
    std::int64_t endsMs = 0;          // 0: never
};

struct User {
    std::int64_t id = 0;
    std::int64_t epoch = 0;  // of the uuid: the user may call until it is another
    std::string name;
    std::int64_t tokens = 0;    // what is left; 0: spent, -1: unlimited
    std::int64_t picTimes = 0;  // the same, in pictures
    std::int64_t voiceSeconds = 0;
    std::int64_t money = -1;  // the same, in micro-units
    std::string academy;
    std::string email;
    std::string created;  // 2026-11-22T08:00:00Z
    std::string tag;      // 32 hex digits that name the user to a model; no credential
    // False: as an earlier call found the user. Balances may have changed since, the account may be disabled or
    // deleted, and its epoch another.
    bool isConfirmed = true;
    bool isAdmin = false;  // of a browser's session alone: nothing else opens /admin/*
    UsedKey key = {};
    std::string tokenHash = {};  // of the token that a user came with who gave no name; empty: uuid and name
};

}  // namespace aiproject
