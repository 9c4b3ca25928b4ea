// One place of a pool and the worker process that fills it; restarts with a growing pause when the
// process dies young.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

namespace aiproject {

struct WorkerProgram {
    std::string path;                      // a new binary under it is picked up by the next start
    std::vector<std::string> arguments;    // without its own name
    std::vector<std::string> environment;  // NAME=value; wins over the manager's own
};

class WorkerSlot {
public:
    using Clock = std::chrono::steady_clock;

    // The process has `listeningSocket` as its descriptor 0.
    WorkerSlot(std::string pool, int listeningSocket, WorkerProgram program)
        : pool_(std::move(pool)), listeningSocket_(listeningSocket), program_(std::move(program)) {}

    const std::string& pool() const noexcept { return pool_; }
    pid_t pid() const noexcept { return pid_; }  // 0: none runs
    Clock::time_point startAt() const noexcept { return startAt_; }

    // Throws std::runtime_error when there can be no process.
    void start();
    void signal(int number) const;
    // The process has ended, or could not be started; answers the pause before the next start.
    std::chrono::milliseconds ended();

private:
    std::string pool_;
    int listeningSocket_;
    WorkerProgram program_;
    pid_t pid_ = 0;
    Clock::time_point startedAt_, startAt_;
    int youngDeaths_ = 0;
};

}  // namespace aiproject
