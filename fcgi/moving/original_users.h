// The table `user` of the original Flask service: from its MySQL, or from a file that mysqldump wrote.
//
// ERRORS   Error(internal) for a source that cannot be read or has no such table; whatever `take` throws. Never with
//          a password in it.
// THREADS  One at a time.
#pragma once

#include <functional>
#include <optional>
#include <string>

namespace aiproject {

struct OriginalUser {  // as it is stored there, bytes and all; nothing: NULL. No more than 4,096 bytes of each
    using Field = std::optional<std::string>;

    Field id;  // their uuid; ours are made anew
    Field name;
    Field password;  // MD5 hex
    Field tokens;    // left
    Field email;
    Field picTimes;  // left
    Field academy;
};

using TakeOriginal = std::function<void(const OriginalUser&)>;

// Gives every user, each time it is called.
using OriginalUsers = std::function<void(const TakeOriginal&)>;

// `from`: FILE.sql, or a mysql:// URL as config/database_url.h has it. `password` counts when the URL has none.
OriginalUsers originalUsersFrom(const std::string& from, const std::string& password);

bool originalServerHasPassword(const std::string& from);

// With the password where the URL has none. Error(internal) when it is malformed.
std::string originalServerUrl(const std::string& from, const std::string& password);
void readOriginalServer(const std::string& url, const TakeOriginal& take);

}  // namespace aiproject
