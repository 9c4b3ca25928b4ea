#include "billing/group_commit.h"

#include <algorithm>
#include <utility>

namespace aiproject {

using Clock = std::chrono::steady_clock;

void GroupCommit::write(std::int64_t user, const Work& work) {
    Waiting mine{user, work};
    std::unique_lock lock(mutex_);
    waiting_.push_back(&mine);
    changed_.wait(lock, [&] { return mine.isDone || !isLed_; });
    if (!mine.isDone) {
        isLed_ = true;
        Batch batch = std::exchange(waiting_, {});
        lock.unlock();
        const std::exception_ptr away = commit(batch);
        lock.lock();
        isLed_ = false;
        if (away) {  // those who came meanwhile have waited for it too, and would wait as long again
            for (Waiting* one : waiting_) one->failure = away;
            batch.insert(batch.end(), waiting_.begin(), waiting_.end());
            waiting_.clear();
        }
        for (Waiting* one : batch) one->isDone = true;
        changed_.notify_all();
    }
    lock.unlock();
    if (mine.failure) std::rethrow_exception(mine.failure);
}

std::exception_ptr GroupCommit::commit(Batch& batch) noexcept {
    const auto start = Clock::now();
    try {
        std::stable_sort(batch.begin(), batch.end(), [](auto* one, auto* other) { return one->user < other->user; });
        database_.write([&](Poco::Data::Session& session) {
            for (const Waiting* one : batch) one->work(session);
        });
    } catch (...) {
        // A database that is away or locked is so for each of them; waiting for each would take minutes.
        const bool isAway = Clock::now() - start >= timeout_ / 2;
        if (batch.size() == 1 || isAway)
            for (Waiting* one : batch) one->failure = std::current_exception();
        else
            commitSingly(batch);
        return isAway ? std::current_exception() : nullptr;
    }
    return nullptr;
}

// One of them is at fault, or the database as a whole, which two failures in a row shall mean.
void GroupCommit::commitSingly(Batch& batch) noexcept {
    constexpr int enough = 2;
    int inARow = 0;
    std::exception_ptr last;
    for (Waiting* one : batch) {
        if (inARow == enough) {
            one->failure = last;
            continue;
        }
        try {
            database_.write(one->work);
            inARow = 0;
        } catch (const ConstraintViolation&) {
            one->failure = std::current_exception();
        } catch (...) {
            one->failure = last = std::current_exception();
            ++inARow;
        }
    }
}

}  // namespace aiproject
