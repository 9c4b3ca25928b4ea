// A listening socket that several processes share, and in each of them several threads wait at.
//
// THREADS  Any; none but the one that joins may leave or close.
// ERRORS   What the system refuses for lack of something passes. Anything else means that a descriptor is not what it
//          was: the process ends (base/own_descriptor.h).
#pragma once

#include "base/file_descriptor.h"
#include "base/own_descriptor.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>

namespace aiproject {

class Listener {
public:
    // Throws std::runtime_error when the descriptor is no listening socket. In nobody's way until join().
    explicit Listener(int socket);

    int socket() const noexcept { return socket_; }

    // A connection wakes one thread of one process: the processes take turns, and of the threads the one that came
    // last is taken, whose memory is warm. Whoever was woken must try to accept(): nobody else was. False: nothing
    // happened within the limit.
    bool wait(std::chrono::milliseconds limit) const;
    // Wakes one that waits, or the next one to do so.
    void ring() const;

    // No connection: there is none, for now.
    FileDescriptor accept();
    // How often accept() came back, whatever it had.
    std::uint64_t tries() const noexcept { return tries_; }

    // Throws std::runtime_error when the system lets no thread wait.
    void join();
    // The other processes get what comes. A thread that was woken just before may not have accepted yet.
    void leave();
    // Lets go of the socket: its number stands for nothing from then on.
    void close();

private:
    void rejoin();
    bool goToEnd() const;

    const int socket_;
    const FileDescriptor line_, bell_;  // the epoll at which the threads wait; what wakes one of them
    OwnDescriptor ownSocket_, ownLine_, ownBell_;
    std::atomic<std::uint64_t> tries_{0};
    std::atomic<bool> isClosed_{false};
    std::mutex mutex_;
    bool isInLine_ = false;  // under mutex_, as is the socket's entry in line_
};

}  // namespace aiproject
