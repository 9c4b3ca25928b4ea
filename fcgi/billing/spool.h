// Lines that must not be lost and wait for the database, in files of one folder. A file belongs to the worker that
// holds its lock, which ends with that worker; whoever gets it may take over what is in it.
//
//   OWNER-N.spool   waits        OWNER-N.aside   nobody could use it; rename it to .spool to have it tried again
//
// ERRORS   std::system_error, with the file.
// THREADS  Any number may call.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>

#include "base/file_descriptor.h"

namespace aiproject {

enum class LineFate { done, aside, notNow };

class Spool {
public:
    // Makes nothing yet. `owner` is in the names of this worker's files: letters and digits.
    Spool(std::string folder, std::string owner) : folder_(std::move(folder)), owner_(std::move(owner)) {}

    // Makes the folder (0700) and a file (0600) when there is none. On disk when it returns.
    void append(const std::string& line);

    // There is a file that somebody may have to take over.
    bool hasFiles() const;

    // Gives each line of each file that no living worker writes to, of its own too. A file is gone once all its lines
    // are done or aside; notNow ends the round. A line may come again that was done before.
    void replay(const std::function<LineFate(const std::string& line)>& take);

private:
    void open();
    bool replayFile(const std::string& path, const std::function<LineFate(const std::string&)>& take);

    const std::string folder_;
    const std::string owner_;
    std::mutex mutex_;  // guards what follows
    FileDescriptor file_;
    std::string path_;
    int made_ = 0;  // files, so far
};

// Why bills could not be kept in that folder; empty: they could. Makes nothing.
std::string faultOfSpool(const std::string& folder);

}  // namespace aiproject
