// The queue of all processes that write to the SQLite files of one folder. SQLite itself has none: those who wait for
// its lock look again after growing pauses, so a process with many writers would take it again before another's next
// look, for seconds.
//
// THE RULE
//   Who comes first is first. A writer takes a place, and waits until nobody in front of it is left. It gives its
//   place up when it has SQLite's lock, so one writer waits for that lock while the others wait here.
//   A place whose process ends is free at once.
//   As long as the queue moves, that is: the first place changes, all wait. A first place that stays for longer
//   than `patience` (its process was stopped, or another holds the database itself) is passed by, by all behind it,
//   who keep their order; and by later writers without any wait, for as long as it stays.
//   Nobody waits beyond `end`: who comes to it goes on, and still counts as in front of those behind.
//   Where there can be no queue (the folder cannot be opened, its file system has no locks) nobody waits.
//
// The queue keeps nothing safe, SQLite's lock does: two may be through at once, and who goes on too early waits there.
//
// A place is a lock of an open file description for reading, on the folder, at the byte whose number is the time when
// its owner came. It needs no file of its own, is in the way of no other program's flock(), and closing a second
// descriptor of the database itself would drop SQLite's locks.
//
// THREADS  Any number may call.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <string>

#include "base/file_descriptor.h"

namespace aiproject {

class WriterQueue {
public:
    using Clock = std::chrono::steady_clock;  // which all processes of the machine share

    WriterQueue(std::string folder, Clock::duration patience) : folder_(std::move(folder)), patience_(patience) {}

    // The caller's place, which it closes when it has SQLite's lock.
    FileDescriptor wait(Clock::time_point end) const;

private:
    const std::string folder_;
    const Clock::duration patience_;
    mutable std::atomic<off_t> passedBy_{0};  // the last place that did not move; all that is not constant
};

}  // namespace aiproject
