// Users whom this process has looked up lately. A call that reserves need not look again: its reservation checks in its
// own transaction that the account is still the same.
//
// THREADS  Any number may call.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "auth/user.h"

namespace aiproject {

class RecentUsers {
public:
    static constexpr std::size_t kMost =
        4096;  // about a megabyte, with keys of 50 models each some ten; one more forgets all others

    // Keeps a user who was just looked up by this (a name, or the hash of a token), unless there is no limit at all:
    // such calls reserve nothing, and must look.
    void keep(const std::string& by, const User& user);
    // With isConfirmed false, and without what only the user asks for.
    std::optional<User> find(const std::string& by) const;
    void forget(const std::string& by);

private:
    mutable std::mutex mutex_;  // guards users_
    std::unordered_map<std::string, User> users_;
};

}  // namespace aiproject
