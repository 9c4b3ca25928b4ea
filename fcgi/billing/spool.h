// Lines that must not be lost and wait for the database, in files of one folder. A file belongs to the worker that
// holds its lock, which ends with that worker; whoever gets it may take over what is in it.
//
//   OWNER-N.spool   waits        OWNER-N.aside   nobody could use it; rename it to .spool to have it tried again
//
// What was used leaves its file, whatever else waits in it.
//
// ERRORS   std::system_error, with the file.
// THREADS  Any number may call.
#pragma once

#include <cstddef>
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

    using Lines = std::vector<std::string>;

    // Makes the folder (0700) and a file (0600) when there is none. On disk when it returns: one write and one sync,
    // however many there are. Where it throws, some may be on disk.
    void append(const Lines& lines);

    // There is a file that somebody may have to take over.
    bool hasFiles() const;
    bool hasFilesOf(const std::string& owner) const;

    using Take = std::function<std::vector<LineFate>(const Lines&)>;  // one fate for each

    // Gives the lines of each file that no living worker writes to, of its own too, some dozen at a time. Those that
    // are notNow stay in the file, which is gone when there are none; a process that dies meanwhile leaves all of them.
    // `goesOn` is asked before each file and between its parts. A file that cannot be used keeps no other from its
    // turn; the first such failure is thrown at the end.
    void replay(const Take& take, const std::function<bool()>& goesOn);

private:
    void open();

    const std::string folder_;
    const std::string owner_;
    std::mutex mutex_;  // guards what follows
    FileDescriptor file_;
    std::string path_;
    int made_ = 0;           // files, so far
    std::size_t lines_ = 0;  // in the open one
};

// Why bills could not be kept in that folder; empty: they could. Makes nothing.
std::string faultOfSpool(const std::string& folder);

}  // namespace aiproject
