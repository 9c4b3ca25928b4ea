// Lines that must not be lost and wait for the database, in files of one folder. A file belongs to the worker that
// holds its lock, which ends with that worker; whoever gets it may take over what is in it.
//
//   OWNER-N.spool   waits        OWNER-N.aside   nobody could use it; rename it to .spool to have it tried again
//
// A file has some dozen lines at most: what is tried again, is so as a whole file.
//
// ERRORS   std::system_error, with the file.
// THREADS  Any number may call.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "base/file_descriptor.h"

namespace aiproject {

enum class LineFate { notNow, done, aside };

class Spool {
public:
    // Makes nothing yet. `owner` is in the names of this worker's files: letters and digits.
    Spool(std::string folder, std::string owner) : folder_(std::move(folder)), owner_(std::move(owner)) {}

    // Makes the folder (0700) and a file (0600) when there is none. On disk when it returns.
    void append(const std::string& line);

    // There is a file that somebody may have to take over.
    bool hasFiles() const;
    bool hasFilesOf(const std::string& owner) const;

    using Lines = std::vector<std::string>;
    using Take = std::function<std::vector<LineFate>(const Lines&)>;  // one fate for each

    // Gives all lines of each file that no living worker writes to, of its own too. A file is gone once all its lines
    // are done or aside; else all of them come again, also those that were done. `goesOn` is asked before each file.
    // One that cannot be used keeps none from its turn; the first such failure is thrown at the end.
    void replay(const Take& take, const std::function<bool()>& goesOn);

private:
    void open();

    const std::string folder_;
    const std::string owner_;
    std::mutex mutex_;  // guards what follows
    FileDescriptor file_;
    std::string path_;
    int made_ = 0;   // files, so far
    int lines_ = 0;  // in the open one
};

// Why bills could not be kept in that folder; empty: they could. Makes nothing.
std::string faultOfSpool(const std::string& folder);

}  // namespace aiproject
