// Accounts are changed by their ids; tests know them by their names.
#pragma once

#include "auth/user_directory.h"

#include <cstdint>
#include <string>

namespace aiproject::test {

// 0: there is no such account, and no account has that id.
inline std::int64_t idOf(UserDirectory& directory, const std::string& name) {
    const auto account = directory.find(name);
    return account ? account->id : 0;
}

}  // namespace aiproject::test
