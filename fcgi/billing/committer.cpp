#include "billing/committer.h"

#include <algorithm>
#include <utility>

#include "base/error.h"

namespace aiproject {

namespace {

std::string reasonOfOverdue() noexcept {
    try {
        return "the database is too slow: no turn to commit came within database.timeout_ms";
    } catch (...) {
        return {};
    }
}

}  // namespace

Committer::Committer(Database& database, std::chrono::milliseconds timeout, std::function<void()> afterDones)
    : database_(database), timeout_(timeout), afterDones_(std::move(afterDones)), thread_([this] { run(); }) {}

Committer::~Committer() {
    {
        const std::lock_guard lock(mutex_);
        isEnding_ = true;
    }
    called_.notify_one();
    thread_.join();
}

void Committer::write(std::int64_t user, const Work& work) {
    const auto mine = std::make_shared<Waiting>(user, std::cref(work), nullptr);
    std::unique_lock lock(mutex_);
    waiting_.push_back(mine);
    bool hasLed = false;
    while (!mine->isDone) {
        if (isLed_) {
            mine->changed.wait(lock);
        } else {
            lead(lock);
            hasLed = true;
        }
    }
    // The leader may be the last to hold the work: the exception must not end there, while this thread reads it.
    std::exception_ptr failure = failureOf(*mine);
    if (hasLed) passOn(lock);
    if (lock.owns_lock()) lock.unlock();
    if (failure) std::rethrow_exception(std::move(failure));
}

void Committer::post(std::int64_t user, Work work, Done done) {
    auto mine = std::make_shared<Waiting>(user, std::move(work), std::move(done));
    {
        const std::lock_guard lock(mutex_);
        waiting_.push_back(std::move(mine));
        if (isLed_ || std::exchange(isCalled_, true)) return;
    }
    called_.notify_one();
}

void Committer::drain() {
    std::unique_lock lock(mutex_);
    drained_.wait(lock, [this] { return waiting_.empty() && !isLed_; });
}

std::string Committer::reasonOf(const std::exception_ptr& failure) noexcept {
    try {
        std::rethrow_exception(failure);
    } catch (...) {
        try {
            return describeCurrent();
        } catch (...) {
            return {};
        }
    }
}

void Committer::run() {
    std::unique_lock lock(mutex_);
    while (!isEnding_ || !waiting_.empty()) {
        if (!isLed_ && !waiting_.empty()) {
            lead(lock);
        } else {
            isCalled_ = false;
            called_.wait(lock);
        }
    }
}

// A thread that has led and goes leaves what waits to the thread that has waited longest, or to the committer.
void Committer::passOn(std::unique_lock<std::mutex>& lock) {
    if (isLed_ || waiting_.empty()) return;
    const Shared next = waiting_.front();
    if (!next->done) {
        lock.unlock();  // or it would be woken only to wait for it
        next->changed.notify_one();
    } else if (!std::exchange(isCalled_, true)) {
        lock.unlock();
        called_.notify_one();
    }
}

Committer::Batch::iterator Committer::take(Batch& batch, std::size_t most) {
    auto end = batch.begin();
    for (; end != batch.end() && most > 0 && !waiting_.empty(); --most, waiting_.pop_front())
        *end++ = std::move(waiting_.front());
    return end;
}

// How many have waited too long already, of those in front: a slow database would keep the last for minutes.
std::size_t Committer::overdue() const {
    const auto latest = Clock::now() - timeout_;
    const auto isInTime = [&](const Shared& one) { return !one->done || one->since > latest; };
    return std::size_t(std::find_if(waiting_.begin(), waiting_.end(), isInTime) - waiting_.begin());
}

// Commits for those who have waited longest. Without an allocation: each hears of its failure, also when memory is
// short.
void Committer::lead(std::unique_lock<std::mutex>& lock) {
    isLed_ = true;
    Batch batch{};
    std::string reason;
    std::size_t told = overdue();
    if (told == 0) {
        const auto end = take(batch, batch.size());
        lock.unlock();
        std::stable_sort(batch.begin(), end,
                         [](const auto& one, const auto& other) { return one->user < other->user; });
        const bool isAway = commit(batch.begin(), end, reason);
        lock.lock();
        if (isAway) away_.swap(reason);
        if (isAway) told = waiting_.size();  // they have waited for it too, and would wait as long again
        tell(lock, batch.begin(), end);
    } else {
        reason = reasonOfOverdue();
        away_.swap(reason);
    }
    while (told > 0) {
        const auto end = take(batch, told);
        told -= std::size_t(end - batch.begin());
        for (auto one = batch.begin(); one != end; ++one) (*one)->isAway = true;
        tell(lock, batch.begin(), end);
    }
    if (afterDones_) {
        lock.unlock();
        afterDones_();
        lock.lock();
    }
    isLed_ = false;
    if (waiting_.empty()) drained_.notify_all();
}

void Committer::tell(std::unique_lock<std::mutex>& lock, Batch::iterator begin, Batch::iterator end) {
    for (auto one = begin; one != end; ++one) (*one)->isDone = true;
    lock.unlock();
    for (auto one = begin; one != end; ++one)
        if (!(*one)->done) std::exchange(*one, nullptr)->changed.notify_one();
    for (auto one = begin; one != end; ++one)
        if (const Shared posted = std::exchange(*one, nullptr)) posted->done(failureOf(*posted));
    lock.lock();
}

std::exception_ptr Committer::failureOf(Waiting& one) const noexcept {
    if (!one.isAway) return std::exchange(one.failure, nullptr);
    try {
        return std::make_exception_ptr(Error(ErrorKind::databaseBusy, away_));
    } catch (...) {  // out of memory, which says as well that nothing was written
        return std::current_exception();
    }
}

bool Committer::commit(Batch::iterator begin, Batch::iterator end, std::string& reason) noexcept {
    const auto start = Clock::now();
    const bool isAlone = end - begin == 1;
    std::exception_ptr failure;
    bool isAway = false;
    try {
        database_.write([&](Poco::Data::Session& session) {
            for (auto one = begin; one != end; ++one) (*one)->work(session);
        });
        busyAlone_ = 0;
        if (metrics_) metrics_->commits.note(end - begin);
        return false;
    } catch (const ConstraintViolation&) {  // of one of them, however long the others took
        failure = std::current_exception();
    } catch (...) {
        // A database that is away or locked is so for each of them; waiting for each would take minutes.
        isAway = Clock::now() - start >= timeout_ / 2 || isRefused(isAlone);
        if (isAway)
            reason = reasonOf(std::current_exception());
        else
            failure = std::current_exception();
    }
    if (!isAway && isAlone) {
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

// Of the exception being handled. A server that is gone refuses at once: what happens to two works alone, one after the
// other, happens to all. One may only have lost its connection.
bool Committer::isRefused(bool isAlone) noexcept {
    try {
        throw;
    } catch (const Error& e) {
        if (e.kind() != ErrorKind::databaseBusy) return false;
        if (isAlone) ++busyAlone_;
        return busyAlone_ >= 2;
    } catch (...) {
        return false;
    }
}

}  // namespace aiproject
