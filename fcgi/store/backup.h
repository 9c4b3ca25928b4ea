// Whole copies of an SQLite database: out of one in use, and back into one that is not.
//
// ERRORS   Error(internal), one sentence that names the file; no half file is left behind.
// THREADS  No state of its own. Talks to SQLite itself: sessions of Database would hold locks of this process.
#pragma once

#include <cstdint>
#include <string>

#include "config/config.h"

namespace aiproject {

enum class Existing { refuse, replace };  // a file that is there already

// The file of a database.url. Error(internal) for other databases, and says which program copies those.
std::string copiedFileOf(const DatabaseConfig& config);

// What the database was at one moment, while others go on reading and writing, as one file of mode 0600. Its name
// appears when all of it is on disk. Answers its bytes.
std::uint64_t backUp(const DatabaseConfig& config, const std::string& file, Existing existing);

// Puts the content of `file` into the database, in one transaction and under its exclusive lock. What was there is
// kept beside it under a dated name, which is the answer; empty: there was nothing. Every credential ends, of the one
// and of the other, and no id of either is given to anybody new: bills that wait find their user or nobody. The file is
// looked through before (integrity, and migrations that this release knows), and a database that any process has open
// is refused.
std::string restore(const DatabaseConfig& config, const std::string& file);

}  // namespace aiproject
