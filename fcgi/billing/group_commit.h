// Write transactions that many threads wait for, in one: a commit that survives a power cut costs a sync of the
// disk, whether one call ends in it or thirty.
//
// ERRORS   As Database::write(), to each caller what became of its own work.
// THREADS  Any number may call write(); one of those that wait commits for them.
#pragma once

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <string>

#include "store/database.h"

namespace aiproject {

class GroupCommit {
public:
    using Work = Database::Work;

    // `timeout`: the database's own for a lock. The database outlives this object.
    GroupCommit(Database& database, std::chrono::milliseconds timeout) : database_(database), timeout_(timeout) {}

    // Committed when it returns. `work` may run more than once, and in any thread; only its last run counts. One that
    // throws is found by halves, and fails alone. `user`: whose row it locks, 0 for none; a batch locks in their order,
    // so that two hosts do not wait for each other.
    void write(std::int64_t user, const Work& work);

private:
    struct Waiting {
        Waiting(std::int64_t ofUser, const Work& itsWork) : user(ofUser), work(itsWork) {}

        const std::int64_t user;
        const Work& work;
        std::exception_ptr failure = nullptr;  // of this work alone: no two threads share an exception
        bool isAway = false;                   // the database is, for everybody: away_ says more
        bool isDone = false;                   // under mutex_
        std::condition_variable changed{};     // its own: who is not concerned sleeps on
    };
    // Shared, so that a thread can be woken without the mutex that it needs next, when it may have gone already.
    using Shared = std::shared_ptr<Waiting>;
    // More in one would save little of a disk's syncs, and in a database that is a network away it takes as long as a
    // statement may.
    using Batch = std::array<Shared, 32>;

    void lead(std::unique_lock<std::mutex>& lock);
    // True: the database is away, for the reason given.
    bool commit(Batch::iterator begin, Batch::iterator end, std::string& reason) noexcept;

    Database& database_;
    const std::chrono::milliseconds timeout_;
    std::mutex mutex_;  // guards all below
    std::deque<Shared> waiting_;
    bool isLed_ = false;
    std::string away_;
};

}  // namespace aiproject
