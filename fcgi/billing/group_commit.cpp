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
        std::stable_sort(batch.begin(), batch.end(), [](auto* one, auto* other) { return one->user < other->user; });
        const std::exception_ptr away = commit(batch.begin(), batch.end());
        lock.lock();
        // Without an allocation: each of them hears of its failure, also when memory is short.
        isLed_ = false;
        for (Waiting* one : batch) one->isDone = true;
        if (away) {  // those who came meanwhile have waited for it too, and would wait as long again
            for (Waiting* one : waiting_) {
                one->failure = away;
                one->isDone = true;
            }
            waiting_.clear();
        }
        changed_.notify_all();
    }
    lock.unlock();
    if (mine.failure) std::rethrow_exception(mine.failure);
}

std::exception_ptr GroupCommit::commit(Batch::iterator begin, Batch::iterator end) noexcept {
    const auto start = Clock::now();
    std::exception_ptr failure, away;
    try {
        database_.write([&](Poco::Data::Session& session) {
            for (auto one = begin; one != end; ++one) (*one)->work(session);
        });
        return nullptr;
    } catch (const ConstraintViolation&) {  // of one of them, however long the others took
        failure = std::current_exception();
    } catch (...) {
        failure = std::current_exception();
        // A database that is away or locked is so for each of them; waiting for each would take minutes.
        if (Clock::now() - start >= timeout_ / 2) away = failure;
    }
    if (away || end - begin == 1) {
        for (auto one = begin; one != end; ++one) (*one)->failure = failure;
        return away;
    }
    const auto middle = begin + (end - begin) / 2;
    away = commit(begin, middle);
    if (!away) return commit(middle, end);
    for (auto one = middle; one != end; ++one) (*one)->failure = away;
    return away;
}

}  // namespace aiproject
