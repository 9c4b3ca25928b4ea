// Ends the wait for a server that does not answer: shuts the socket of a session down whose time is over, because
// neither libpq nor libmariadb has a deadline of its own for a statement.
//
// ERRORS   std::system_error when no descriptor or thread is left.
// THREADS  Any number may call. One thread of its own, from the first turn with a socket to the destructor.
#pragma once

#include <chrono>
#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>

#include "base/file_descriptor.h"

namespace aiproject {

class SessionWatch {
    using Clock = std::chrono::steady_clock;
    struct Watched {
        FileDescriptor socket;  // one of our own: the session may close its, and the number be another file's then
        Clock::time_point deadline;
        bool isOver;
    };

public:
    // As long as the session is in use, and no longer than it: the connection does not close before the Turn goes.
    class Turn {
    public:
        Turn(SessionWatch& watch, int socket, Clock::time_point deadline);  // socket -1: watches nothing
        ~Turn();
        Turn(const Turn&) = delete;
        Turn& operator=(const Turn&) = delete;

        bool end();  // watches no longer; true: the socket was shut down

    private:
        SessionWatch& watch_;
        std::list<Watched> own_;  // its node moves to the watch, and back
        std::list<Watched>::iterator node_;
        bool isWatched_ = false;
    };

    SessionWatch() = default;
    ~SessionWatch();
    SessionWatch(const SessionWatch&) = delete;
    SessionWatch& operator=(const SessionWatch&) = delete;

private:
    void run();
    Clock::time_point shutExpired(Clock::time_point now);  // the next deadline; mutex_ is held

    std::mutex mutex_;  // guards all below
    std::condition_variable changed_;
    std::list<Watched> watched_;
    Clock::time_point wakes_ = Clock::time_point::max();
    bool isEnding_ = false;
    std::thread thread_;
};

}  // namespace aiproject
