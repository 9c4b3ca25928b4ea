// Which rows of the original's table become accounts here, and as what: pure rules, no database.
#pragma once

#include <cstdint>
#include <string>

#include "moving/original_users.h"

namespace aiproject {

struct OldAccount {
    std::string id;           // theirs, by which an earlier import is known; 1 to 50 characters
    std::string name;         // trimmed, as login trims
    std::string passwordMd5;  // 32 hex digits in lower case; empty: no password fits
    std::string email;        // of whatever form; may be empty
    std::string academy;
    std::int64_t tokens = 0;  // left, to kMostUnits; never below 0: -1 means unlimited here and meant a debt there
    std::int64_t picTimes = 0;
    std::string lost;  // what could not be kept as it was, for the report; empty: nothing
};

// Error(registrationRefused) with the reason when the row cannot be an account.
OldAccount oldAccountOf(const OriginalUser& row);

// Names that MySQL's collation took for one have one of these: case and white space at the ends do not count.
std::string foldedName(const std::string& name);

}  // namespace aiproject
