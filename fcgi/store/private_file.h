// A file that only its owner can read and that is either there as a whole or not at all.
#pragma once

#include <string>

namespace aiproject {

// Makes the file with mode 0600, on disk when this returns. False when it was there already, which is
// no error: of several processes that do this at once, one makes it. Throws std::system_error.
bool createPrivateFile(const std::string& file, const std::string& content);

}  // namespace aiproject
