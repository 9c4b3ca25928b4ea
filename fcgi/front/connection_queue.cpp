#include "front/connection_queue.h"

#include "front/listener.h"

#include <malloc.h>
#include <pthread.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <stdexcept>
#include <string>
#include <utility>

namespace aiproject {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t kStackBytes = 2UL * 1024 * 1024;  // sanitizers put much more into a frame
#else
constexpr std::size_t kStackBytes = 320UL * 1024;  // the contract promises 256 KiB to plugins; ours is below
#endif
constexpr std::chrono::seconds kIdleThreadLife{10};
constexpr std::size_t kLongestQueue = 4096;
constexpr std::size_t kQueuedPerThread = 2;             // who comes after so many is refused at once,
constexpr std::size_t kMostQueued = kLongestQueue / 2;  // or, in a large pool, after so many
constexpr std::chrono::milliseconds kLateLook{10};      // at those whose requests have not come
constexpr std::chrono::seconds kLongestLate{1};

bool startSmall(void* (*run)(void*), void* argument) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, kStackBytes);
    pthread_t thread{};
    const int failed = pthread_create(&thread, &attributes, run, argument);
    pthread_attr_destroy(&attributes);
    return failed == 0;
}

FileDescriptor newCounter() {
    FileDescriptor counter(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!counter)
        throw std::runtime_error(std::string("the queue of connections gets no eventfd: ") + std::strerror(errno) +
                                 "; a worker needs more descriptors (ulimit -n)");
    return counter;
}

}  // namespace

ConnectionQueue::ConnectionQueue(Listener& listener, ThreadLimits limits, Works works)
    : listener_(listener), limits_(limits), works_(std::move(works)), fullness_(newCounter()), refuser_([this] {
          refuseConnections();
      }) {
    const std::lock_guard lock(mutex_);
    startThread();
}

ConnectionQueue::~ConnectionQueue() {
    {
        std::unique_lock lock(mutex_);
        ending_ = true;
        listener_.ring();
        overdue_.notify_all();
        quiet_.wait(lock, [this] { return threads_ == 0; });
    }
    if (lastEnded_) pthread_join(*lastEnded_, nullptr);
    refuser_.join();
}

void ConnectionQueue::run(std::function<void()> job) {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
    keepOneIdle();
    if (!queue_.empty()) overdue_.notify_one();  // the thread that it has counted on does this first
    listener_.ring();
}

bool ConnectionQueue::add(FileDescriptor connection) {
    const std::lock_guard lock(mutex_);
    if (queue_.size() >= kLongestQueue) return false;  // nginx sees it closed, and says so
    queueUp(std::move(connection));
    return true;
}

void ConnectionQueue::queueUp(FileDescriptor connection) {
    queue_.push_back({std::move(connection), Clock::now()});
    if (idle_ < waiting() && threads_ < limits_.threads) startThread();
    if (idle_ < waiting()) overdue_.notify_one();
    listener_.ring();
}

bool ConnectionQueue::isFull() const {
    const std::lock_guard lock(mutex_);
    return idle_ <= waiting();
}

// Or else the acceptor sees to the next connection.
void ConnectionQueue::keepOneIdle() {
    if (idle_ <= waiting() && threads_ < limits_.threads) startThread();
    if (idle_ <= waiting()) eventfd_write(fullness_.get(), 1);
}

void ConnectionQueue::startThread() {
    const auto run = [](void* self) -> void* {
        static_cast<ConnectionQueue*>(self)->work();
        return nullptr;
    };
    // Without another thread (limit of the system) those that are there go on.
    if (!startSmall(run, this)) return;
    ++threads_, ++idle_;
    mostThreads_ = std::max(mostThreads_, threads_);
}

ConnectionQueue::Waiting ConnectionQueue::takeFirst() {
    Waiting first = std::move(queue_.front());
    queue_.pop_front();
    ++busy_;
    return first;
}

ConnectionQueue::Waiting ConnectionQueue::takeLast() {
    Waiting last = std::move(queue_.back());
    queue_.pop_back();
    ++busy_;
    return last;
}

void ConnectionQueue::work() {
    std::unique_lock lock(mutex_);
    while (Task task = nextTask(lock)) {
        lock.unlock();
        if (task.job)
            task.job();
        else
            works_.serve(std::move(task.connection));
        task = {};  // what a job holds ends here, too
        lock.lock();
        ++idle_, --busy_;
        quiet_.notify_all();
    }
    endThread(lock);
}

void ConnectionQueue::endThread(std::unique_lock<std::mutex>& lock) {
    --idle_, --threads_;
    const bool isMuchLess = threads_ <= mostThreads_ / 2;
    if (isMuchLess) mostThreads_ = threads_;
    if (ending_) listener_.ring();  // the next one
    quiet_.notify_all();
    // Each waits until the one before it is gone altogether, and the destructor for the last: what libraries keep for a
    // thread must not end at the same time as they do.
    const std::optional<pthread_t> before = std::exchange(lastEnded_, pthread_self());
    lock.unlock();
    if (before) pthread_join(*before, nullptr);
    // By itself malloc() keeps what many requests have used at once, for as long as the process lives.
    if (isMuchLess) malloc_trim(0);
}

ConnectionQueue::Task ConnectionQueue::nextTask(std::unique_lock<std::mutex>& lock) {
    for (;;) {
        if (waiting() > 0) return waitingTask();
        if (ending_) return {};
        lock.unlock();
        const bool isWoken = listener_.wait(kIdleThreadLife);
        lock.lock();
        if (isWoken) {
            if (FileDescriptor connection = accepted(lock)) return {std::move(connection)};
        } else if (idle_ > 1 && waiting() == 0) {
            return {};
        }
    }
}

ConnectionQueue::Task ConnectionQueue::waitingTask() {
    --idle_;
    Task task;
    if (!jobs_.empty()) {
        task.job = std::move(jobs_.front());
        jobs_.pop_front();
        ++busy_;
    } else {
        task.connection = takeFirst().connection;
    }
    if (waiting() > 0) listener_.ring();  // several rings may have woken one
    return task;
}

// Counts as busy before it accepts: once the listener is closed, drained() misses nobody. None: there is no connection,
// or there are jobs, and it waits behind them.
FileDescriptor ConnectionQueue::accepted(std::unique_lock<std::mutex>& lock) {
    ++busy_;
    lock.unlock();
    FileDescriptor connection = listener_.accept();
    if (connection) works_.begin();
    lock.lock();
    if (connection && jobs_.empty()) {
        count();
        return connection;
    }
    --busy_;
    if (connection)
        queueUp(std::move(connection));
    else
        quiet_.notify_all();
    return {};
}

// This thread is busy. Another one waits in its place, or all are busy.
void ConnectionQueue::count() {
    --idle_;
    keepOneIdle();
    if (queue_.empty()) return;
    // add() may have counted on this thread.
    listener_.ring();
    overdue_.notify_one();
}

// Never waits for a peer, or one that sends nothing would keep the others from their answer.
void ConnectionQueue::refuseConnections() {
    const std::size_t most = std::min(kQueuedPerThread * std::size_t(limits_.threads), kMostQueued);
    std::unique_lock lock(mutex_);
    while (!ending_) {
        lookAgainAtLate(lock);
        const bool isHopeless = queue_.size() > most;
        if (isHopeless || (!queue_.empty() && Clock::now() >= queue_.front().since + limits_.queue))
            refuse(isHopeless ? takeLast() : takeFirst(), isHopeless ? Refusal::crowded : Refusal::waited, lock);
        else
            waitForOverdue(lock);
    }
}

void ConnectionQueue::waitForOverdue(std::unique_lock<std::mutex>& lock) {
    if (ending_) return;  // which may have been said while the lock was not held
    auto until = Clock::time_point::max();
    if (!queue_.empty()) until = queue_.front().since + limits_.queue;
    if (!late_.empty()) until = std::min(until, Clock::now() + kLateLook);
    if (until == Clock::time_point::max())
        overdue_.wait(lock);
    else
        overdue_.wait_until(lock, until);
}

void ConnectionQueue::refuse(Waiting waiting, Refusal why, std::unique_lock<std::mutex>& lock) {
    lock.unlock();
    const bool isLate = works_.hasCome && !works_.hasCome(waiting.connection.get());
    if (!isLate) works_.refuse(std::move(waiting.connection), why);
    lock.lock();
    if (isLate) return late_.push_back({std::move(waiting.connection), Clock::now(), why});
    --busy_;
    quiet_.notify_all();
}

void ConnectionQueue::lookAgainAtLate(std::unique_lock<std::mutex>& lock) {
    const auto now = Clock::now();
    if (late_.empty() || now < nextLateLook_) return;
    nextLateLook_ = now + kLateLook;
    std::deque<Waiting> all;
    all.swap(late_);
    lock.unlock();
    int refused = 0;
    std::deque<Waiting> still;
    for (Waiting& one : all) {
        const bool isTime = now >= one.since + kLongestLate || works_.hasCome(one.connection.get());
        if (!isTime) {
            still.push_back(std::move(one));
            continue;
        }
        works_.refuse(std::move(one.connection), one.refusal);
        ++refused;
    }
    lock.lock();
    std::move(still.begin(), still.end(), std::back_inserter(late_));
    busy_ -= refused;
    if (refused > 0) quiet_.notify_all();
}

bool ConnectionQueue::drained(std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    return quiet_.wait_for(lock, limit, [this] { return waiting() == 0 && busy_ == 0; });
}

int ConnectionQueue::inProgress() const {
    const std::lock_guard lock(mutex_);
    return busy_ + waiting();
}

}  // namespace aiproject
