#include "billing/group_commit.h"

#include <algorithm>
#include <utility>

#include "base/error.h"

namespace aiproject {

using Clock = std::chrono::steady_clock;

namespace {

std::string currentReason() noexcept {
    try {
        return describeCurrent();
    } catch (...) {
        return {};  // out of memory
    }
}

}  // namespace

void GroupCommit::write(std::int64_t user, const Work& work) {
    const auto mine = std::make_shared<Waiting>(user, work);
    std::unique_lock lock(mutex_);
    waiting_.push_back(mine);
    for (;;) {
        mine->changed.wait(lock, [&] { return mine->isDone || !isLed_; });
        if (mine->isDone) break;
        lead(lock);
    }
    if (mine->isAway) throw Error(ErrorKind::databaseBusy, away_);
    // Who leads may be the last to hold the work: the exception must not end there, while this thread reads it.
    std::exception_ptr failure = std::exchange(mine->failure, nullptr);
    lock.unlock();
    if (failure) std::rethrow_exception(std::move(failure));
}

// Commits for those who have waited longest, and leaves the others to one of them. Without an allocation: each hears
// of its failure, also when memory is short.
void GroupCommit::lead(std::unique_lock<std::mutex>& lock) {
    isLed_ = true;
    Batch batch{};
    auto end = batch.begin();
    for (; end != batch.end() && !waiting_.empty(); waiting_.pop_front()) *end++ = std::move(waiting_.front());
    lock.unlock();
    std::stable_sort(batch.begin(), end, [](const auto& one, const auto& other) { return one->user < other->user; });
    std::string reason;
    const bool isAway = commit(batch.begin(), end, reason);
    lock.lock();
    isLed_ = false;
    for (auto one = batch.begin(); one != end; ++one) (*one)->isDone = true;
    if (isAway) {  // those who came meanwhile have waited for it too, and would wait as long again
        away_.swap(reason);
        for (const Shared& one : waiting_) {
            one->isAway = one->isDone = true;
            one->changed.notify_one();
        }
        waiting_.clear();
    }
    const Shared next = waiting_.empty() ? nullptr : waiting_.front();
    lock.unlock();  // or each would be woken only to wait for it
    if (next) next->changed.notify_one();
    for (auto one = batch.begin(); one != end; ++one) (*one)->changed.notify_one();
    lock.lock();
}

bool GroupCommit::commit(Batch::iterator begin, Batch::iterator end, std::string& reason) noexcept {
    const auto start = Clock::now();
    std::exception_ptr failure;
    bool isAway = false;
    try {
        database_.write([&](Poco::Data::Session& session) {
            for (auto one = begin; one != end; ++one) (*one)->work(session);
        });
        return false;
    } catch (const ConstraintViolation&) {  // of one of them, however long the others took
        failure = std::current_exception();
    } catch (...) {
        // A database that is away or locked is so for each of them; waiting for each would take minutes.
        isAway = Clock::now() - start >= timeout_ / 2;
        if (isAway)
            reason = currentReason();
        else
            failure = std::current_exception();
    }
    if (!isAway && end - begin == 1) {
        (*begin)->failure = std::move(failure);
        return false;
    }
    if (!isAway) {
        const auto middle = begin + (end - begin) / 2;
        if (!commit(begin, middle, reason)) return commit(middle, end, reason);
        begin = middle;
    }
    for (auto one = begin; one != end; ++one) (*one)->isAway = true;
    return true;
}

}  // namespace aiproject
