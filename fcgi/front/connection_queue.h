// The threads that accept and serve connections: made on demand, kept while useful, and one always waits for the next
// connection while the limit allows. Whoever accepts one reads what is there of its request; when that is not all, the
// connection is set aside (front/receiver.h) and holds no thread until it is. Those that are there while all threads
// are busy wait in a queue; one that finds no free thread in time is refused by a thread of its own, so that a full
// pool still answers. Jobs, which are what other threads hand over, are done before new connections and never refused.
#pragma once

#include "base/file_descriptor.h"
#include "front/incoming.h"
#include "front/receiver.h"

#include <pthread.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace aiproject {

class Listener;

struct ThreadLimits {
    int threads;                      // connections served at once
    std::chrono::milliseconds queue;  // a connection that waited longer is refused
};

// Why a connection is not served.
enum class Refusal {
    waited,   // for longer than ThreadLimits::queue
    crowded,  // too many wait already for the threads that there are
};

class ConnectionQueue {
public:
    using Work = std::function<void(Incoming)>;  // must not throw; its thread has no one to tell

    struct Works {
        std::function<void()> begin;  // a thread has accepted a connection, or one that was set aside comes back
        Work serve;
        std::function<void(Incoming, Refusal)> refuse;  // must not throw either
        std::function<void()> setAside = {};            // the opposite of begin: it waits for the rest of its request
        std::function<void(const std::string&)> warn = {};  // the log
        // How many wait in the queue, and the oldest since when; called under the lock, must not throw.
        std::function<void(int, std::chrono::steady_clock::time_point)> queued = {};
    };

    ConnectionQueue(Listener& listener, ThreadLimits limits, ReceiveLimits receiving, Works works);
    // Ends the threads. drained() must have been true, or the process must be ending.
    ~ConnectionQueue();
    ConnectionQueue(const ConnectionQueue&) = delete;
    ConnectionQueue& operator=(const ConnectionQueue&) = delete;

    // Has a thread do this as soon as one is free; jobs begin in the order in which they came, and all are done, also
    // while the worker drains. Must not throw, and must not wait for another job. Any thread may call, this class's own
    // among them. Works::begin is not called for it.
    void run(std::function<void()> job);

    // Called by the acceptor only, which waits for nobody. False: far beyond all limits, so it was dropped.
    bool add(FileDescriptor connection);
    // Whether another connection would have to wait for a thread.
    bool isFull() const;
    int fullness() const noexcept { return fullness_.get(); }  // an eventfd, counted up when isFull() may be so
    // Waits until nothing is queued or in progress, jobs among it, the listener being closed; false when that took
    // longer.
    bool drained(std::chrono::milliseconds limit);

private:
    using Clock = std::chrono::steady_clock;
    struct Waiting {
        Incoming incoming;
        Clock::time_point since;
    };

    // Of one thread: a connection or a job. Neither: the thread is no longer needed.
    struct Task {
        std::optional<Incoming> incoming;
        std::function<void()> job = {};
        explicit operator bool() const { return incoming || job; }
    };

    void startThread();
    void work();
    bool serve(Incoming incoming);
    void endThread(std::unique_lock<std::mutex>& lock);
    Task nextTask(std::unique_lock<std::mutex>& lock);
    Task waitingTask();
    std::optional<Incoming> accepted(std::unique_lock<std::mutex>& lock);
    void count();
    int waiting() const { return int(jobs_.size() + queue_.size()); }
    void keepOneIdle();
    void takeIn(Incoming incoming);
    void setAside(Incoming incoming);
    void comeBack(Incoming incoming);
    void queueUp(Incoming incoming);
    void forget();
    void refuseConnections();
    void refuse(Waiting waiting, Refusal why, std::unique_lock<std::mutex>& lock);
    void waitUntil(Clock::time_point until, std::unique_lock<std::mutex>& lock);
    bool isHopeless() const;
    Waiting takeFirst();
    Waiting takeLast();
    Waiting taken(Waiting waiting);
    void tellQueued() const;

    Listener& listener_;
    const ThreadLimits limits_;
    const std::uint64_t mostBody_, mostKept_;
    const Works works_;
    const FileDescriptor fullness_;

    mutable std::mutex mutex_;  // guards what follows
    std::condition_variable overdue_, quiet_;
    std::deque<std::function<void()>> jobs_;
    std::deque<Waiting> queue_;
    std::uint64_t kept_ = 0;  // bytes in it
    int threads_ = 0, idle_ = 0;
    int busy_ = 0;                        // connections that are served, refused, accepted just now, or set aside
    std::optional<pthread_t> lastEnded_;  // its thread is ending, and has joined the one before
    int mostThreads_ = 0;                 // since memory was last given back
    bool ending_ = false;

    Receiver receiver_;    // after what it calls
    std::thread refuser_;  // last: starts when all else is there
};

}  // namespace aiproject
