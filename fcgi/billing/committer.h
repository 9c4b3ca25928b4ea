// Group commit: write transactions of many callers in one, since a commit that survives a power cut costs a sync of
// the disk, whether one call ends in it or thirty. A thread that waits for its own transaction commits for all that are
// there; a thread of this object commits what was posted when no other thread does.
//
// ERRORS   As Database::write(), to each caller what became of its own work. A database that is away is told to all
//          that wait at once: each of them would wait as long as the first.
// THREADS  Any number may call; one of them commits at a time.
#pragma once

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "observe/metrics.h"
#include "store/database.h"

namespace aiproject {

class Committer {
public:
    // May run more than once, and in any thread; only its last run counts. One that throws fails alone.
    using Work = Database::Work;
    // Runs once, in the thread that committed: nothing when the work is on disk. Must not throw or call write().
    using Done = std::function<void(std::exception_ptr failure)>;

    // `timeout`: the database's own for a lock. `afterDones` runs when the done()s of a batch have run, or those of all
    // to whom a failure was told together; it must not throw either. The database outlives this object.
    Committer(Database& database, std::chrono::milliseconds timeout, std::function<void()> afterDones = {});
    ~Committer();  // returns once everything that was posted is done; nobody is in write() any more
    Committer(const Committer&) = delete;
    Committer& operator=(const Committer&) = delete;

    // Committed when it returns. `user`: whose row it locks, 0 for none; a batch locks in their order, so that two
    // hosts do not wait for each other.
    void write(std::int64_t user, const Work& work);

    // The same for a caller that may not wait. Work that has waited for `timeout` fails as if the database were away.
    // Throws only for a lack of memory, and then `done` does not run.
    void post(std::int64_t user, Work work, Done done);

    // Returns once nothing waits.
    void drain();
    // The sizes of transactions are counted there from now on. Before other threads use this object.
    void countIn(BillingMetrics& metrics) noexcept { metrics_ = &metrics; }

    // For the log; empty: there was no memory for it.
    static std::string reasonOf(const std::exception_ptr& failure) noexcept;

private:
    using Clock = std::chrono::steady_clock;
    struct Waiting {
        Waiting(std::int64_t ofUser, Work itsWork, Done itsDone)
            : user(ofUser), work(std::move(itsWork)), done(std::move(itsDone)) {}

        const std::int64_t user;
        const Work work;
        const Done done;  // empty: a thread waits
        const Clock::time_point since = Clock::now();
        std::exception_ptr failure = nullptr;  // of this work alone: no two threads share an exception
        bool isAway = false;                   // the database is, for everybody: away_ says more
        bool isDone = false;                   // under mutex_
        std::condition_variable changed{};     // its own: threads that are not concerned sleep on
    };
    // Shared, so that a thread can be woken without the mutex that it needs next, when it may have gone already.
    using Shared = std::shared_ptr<Waiting>;
    // More in one would save little of a disk's syncs, and in a database that is a network away it takes as long as a
    // statement may.
    using Batch = std::array<Shared, 32>;

    void run();
    void lead(std::unique_lock<std::mutex>& lock);
    void passOn(std::unique_lock<std::mutex>& lock);
    Batch::iterator take(Batch& batch, std::size_t most);
    std::size_t overdue() const;
    void tell(std::unique_lock<std::mutex>& lock, Batch::iterator begin, Batch::iterator end);
    std::exception_ptr failureOf(Waiting& one) const noexcept;
    // True: the database is away, for the reason given.
    bool commit(Batch::iterator begin, Batch::iterator end, std::string& reason) noexcept;
    bool isRefused(bool isAlone) noexcept;

    Database& database_;
    BillingMetrics* metrics_ = nullptr;
    const std::chrono::milliseconds timeout_;
    const std::function<void()> afterDones_;
    int busyAlone_ = 0;  // works tried alone for which the database was busy, since the last commit; the leader's
    std::mutex mutex_;   // guards what follows
    std::deque<Shared> waiting_;
    bool isLed_ = false;
    std::string away_;       // changed by the leader
    bool isCalled_ = false;  // thread_ is awake, or is being woken
    bool isEnding_ = false;
    std::condition_variable called_;
    std::condition_variable drained_;
    std::thread thread_;  // last: starts when all else is there
};

}  // namespace aiproject
