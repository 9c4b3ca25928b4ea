// The threads that accept and serve connections: made on demand, kept while useful, and one always waits for the next
// connection while the limit allows. Connections that were accepted while all were busy wait in a queue; one that
// finds no free thread in time is refused by a thread of its own, so that a full pool still answers. Jobs, which are
// what other threads hand over, are done before new connections and never refused.
#pragma once

#include "base/file_descriptor.h"

#include <pthread.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
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
    using Work = std::function<void(FileDescriptor)>;  // must not throw; its thread has no one to tell

    struct Works {
        std::function<void()> begin;  // a thread has accepted a connection
        Work serve;
        std::function<void(FileDescriptor, Refusal)> refuse;  // must not throw either
        // Its request is there, or will not come; what has not come is refused later. None: it always is.
        std::function<bool(int)> hasCome = {};
    };

    ConnectionQueue(Listener& listener, ThreadLimits limits, Works works);
    // Ends the refusing thread. drained() must have been true, or the process must be ending.
    ~ConnectionQueue();
    ConnectionQueue(const ConnectionQueue&) = delete;
    ConnectionQueue& operator=(const ConnectionQueue&) = delete;

    // Has a thread do this as soon as one is free; jobs begin in the order in which they came, and all are done, also
    // while the worker drains. Must not throw, and must not wait for another job. Any thread may call, this class's own
    // among them.
    void run(std::function<void()> job);

    // Called by the acceptor only. False: far beyond all limits, so it was dropped.
    bool add(FileDescriptor connection);
    // Whether another connection would have to wait for a thread.
    bool isFull() const;
    int fullness() const noexcept { return fullness_.get(); }  // an eventfd, counted up when isFull() may be so
    // Waits until nothing is queued or in progress, jobs among it, the listener being closed; false when that took
    // longer.
    bool drained(std::chrono::milliseconds limit);
    int inProgress() const;

private:
    using Clock = std::chrono::steady_clock;
    struct Waiting {
        FileDescriptor connection;
        Clock::time_point since;
        Refusal refusal = Refusal::waited;  // of one that is refused
    };

    // Of one thread: a connection or a job. Neither: the thread is no longer needed.
    struct Task {
        FileDescriptor connection;
        std::function<void()> job = {};
        explicit operator bool() const { return connection || job; }
    };

    void startThread();
    void work();
    void endThread(std::unique_lock<std::mutex>& lock);
    Task nextTask(std::unique_lock<std::mutex>& lock);
    Task waitingTask();
    FileDescriptor accepted(std::unique_lock<std::mutex>& lock);
    void count();
    void queueUp(FileDescriptor connection);
    int waiting() const { return int(jobs_.size() + queue_.size()); }
    void keepOneIdle();
    void refuseConnections();
    void refuse(Waiting waiting, Refusal why, std::unique_lock<std::mutex>& lock);
    void lookAgainAtLate(std::unique_lock<std::mutex>& lock);
    void waitForOverdue(std::unique_lock<std::mutex>& lock);
    Waiting takeFirst();
    Waiting takeLast();

    Listener& listener_;
    const ThreadLimits limits_;
    const Works works_;
    const FileDescriptor fullness_;

    mutable std::mutex mutex_;  // guards what follows
    std::condition_variable overdue_, quiet_;
    std::deque<std::function<void()>> jobs_;
    std::deque<Waiting> queue_;
    std::deque<Waiting> late_;  // to be refused, when their requests have come; they count as busy
    int threads_ = 0, idle_ = 0, busy_ = 0;
    std::optional<pthread_t> lastEnded_;  // its thread is ending, and has joined the one before
    int mostThreads_ = 0;                 // since memory was last given back
    bool ending_ = false;
    Clock::time_point nextLateLook_;  // the refuser's alone

    std::thread refuser_;  // last: starts when all else is there
};

}  // namespace aiproject
