// Lowers a worker's CPU priority.
#pragma once

namespace aiproject {

class Log;

// Call it before there is any thread: each has a niceness of its own, which it takes from the one that starts it. Where
// Linux groups processes by session (sched_autogroup), that only counts within this session; so the session, when it is
// the worker's own, gets the same niceness. A new session begins at 0, whatever the manager's is. What cannot be set is
// a warning in the log.
void lowerPriority(int niceness, Log& log);

}  // namespace aiproject
