#include "front/connection_queue.h"

#include "base/sanitized.h"
#include "front/listener.h"

#include <malloc.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>
#include <utility>

namespace aiproject {
namespace {

constexpr std::size_t kStackBytes = (kIsSanitized ? 2'048UL : 320UL) * 1024;  // 256 KiB are promised to plugins
constexpr std::chrono::seconds kIdleThreadLife{1};  // its stack is 50 KiB, and to start one takes 50 us
constexpr std::size_t kLongestQueue = 4096;
constexpr std::size_t kQueuedPerThread = 2;             // who comes after so many is refused at once,
constexpr std::size_t kMostQueued = kLongestQueue / 2;  // or, in a large pool, after so many
constexpr int kFirstLookMs = 2;                         // who connects writes at once; a hand-over would cost more

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

// What comes of it within a moment is all that is waited for.
bool hasCome(Incoming& incoming) {
    if (incoming.end != Incoming::End::none || incoming.read() != Incoming::End::none) return true;
    pollfd more{incoming.connection.get(), POLLIN, 0};
    return poll(&more, 1, kFirstLookMs) > 0 && incoming.read() != Incoming::End::none;
}

}  // namespace

ConnectionQueue::ConnectionQueue(Listener& listener, ThreadLimits limits, ReceiveLimits receiving, Works works)
    : listener_(listener),
      limits_(limits),
      mostBody_(receiving.body),
      mostKept_(receiving.kept),
      works_(std::move(works)),
      fullness_(newCounter()),
      receiver_(receiving, Receiver::Calls{[this](Incoming incoming) { comeBack(std::move(incoming)); },
                                           [this] { forget(); }, works_.warn}),
      refuser_([this] { refuseConnections(); }) {
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
    {
        const std::lock_guard lock(mutex_);
        if (queue_.size() >= kLongestQueue) return false;  // nginx sees it closed, and says so
        ++busy_;
    }
    takeIn(Incoming(std::move(connection), mostBody_));
    return true;
}

// One that counts as busy.
void ConnectionQueue::takeIn(Incoming incoming) {
    if (incoming.read() == Incoming::End::none)
        setAside(std::move(incoming));
    else
        queueUp(std::move(incoming));
}

void ConnectionQueue::setAside(Incoming incoming) {
    if (works_.setAside) works_.setAside();
    receiver_.add(std::move(incoming));
}

void ConnectionQueue::comeBack(Incoming incoming) {
    works_.begin();
    queueUp(std::move(incoming));
}

// One that counts as busy.
void ConnectionQueue::queueUp(Incoming incoming) {
    const std::lock_guard lock(mutex_);
    --busy_;
    if (ending_) return;  // nobody is left who would serve it
    kept_ += incoming.kept();
    queue_.push_back({std::move(incoming), Clock::now()});
    tellQueued();
    keepOneIdle();
    if (idle_ < waiting()) overdue_.notify_one();
    listener_.ring();
}

// One that was set aside, and is gone.
void ConnectionQueue::forget() {
    const std::lock_guard lock(mutex_);
    --busy_;
    quiet_.notify_all();
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
    return taken(std::move(first));
}

ConnectionQueue::Waiting ConnectionQueue::takeLast() {
    Waiting last = std::move(queue_.back());
    queue_.pop_back();
    return taken(std::move(last));
}

ConnectionQueue::Waiting ConnectionQueue::taken(Waiting waiting) {
    kept_ -= waiting.incoming.kept();
    ++busy_;
    tellQueued();
    return waiting;
}

void ConnectionQueue::tellQueued() const {
    if (works_.queued) works_.queued(int(queue_.size()), queue_.empty() ? Clock::time_point() : queue_.front().since);
}

void ConnectionQueue::work() {
    std::unique_lock lock(mutex_);
    while (Task task = nextTask(lock)) {
        lock.unlock();
        bool isDone = true;
        if (task.job)
            task.job();
        else
            isDone = serve(*std::move(task.incoming));
        task = {};  // what a job holds ends here, too
        lock.lock();
        ++idle_;
        if (isDone) --busy_;
        quiet_.notify_all();
    }
    endThread(lock);
}

// False: its request has not come.
bool ConnectionQueue::serve(Incoming incoming) {
    const bool isThere = hasCome(incoming);
    if (isThere)
        works_.serve(std::move(incoming));
    else
        setAside(std::move(incoming));
    return isThere;
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
            if (std::optional<Incoming> incoming = accepted(lock)) return {std::move(incoming)};
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
        task.incoming = takeFirst().incoming;
    }
    if (waiting() > 0) listener_.ring();  // several rings may have woken one
    return task;
}

// Counts as busy before it accepts: once the listener is closed, drained() misses nobody. None: there is no connection,
// or there are jobs, and it waits behind them.
std::optional<Incoming> ConnectionQueue::accepted(std::unique_lock<std::mutex>& lock) {
    ++busy_;
    lock.unlock();
    Incoming incoming(listener_.accept(), mostBody_);
    const bool isThere(incoming.connection);
    if (isThere) works_.begin();
    lock.lock();
    if (!isThere) {
        --busy_;
        quiet_.notify_all();
        return std::nullopt;
    }
    if (jobs_.empty()) {
        count();
        return incoming;
    }
    lock.unlock();
    takeIn(std::move(incoming));
    lock.lock();
    return std::nullopt;
}

// A connection that this thread has accepted. Another thread waits in the place of this one, or all are busy.
void ConnectionQueue::count() {
    --idle_;
    keepOneIdle();
    if (queue_.empty()) return;
    // add() may have counted on this thread.
    listener_.ring();
    overdue_.notify_one();
}

// Never waits for a peer: what is in the queue has come.
void ConnectionQueue::refuseConnections() {
    std::unique_lock lock(mutex_);
    while (!ending_) {
        if (isHopeless())
            refuse(takeLast(), Refusal::crowded, lock);
        else if (!queue_.empty() && Clock::now() >= queue_.front().since + limits_.queue)
            refuse(takeFirst(), Refusal::waited, lock);
        else if (queue_.empty())
            overdue_.wait(lock);
        else
            waitUntil(queue_.front().since + limits_.queue, lock);
    }
}

// For the last of them: too many wait before it, or they keep too much.
bool ConnectionQueue::isHopeless() const {
    const std::size_t most = std::min(kQueuedPerThread * std::size_t(limits_.threads), kMostQueued);
    return queue_.size() > most || (kept_ > mostKept_ && queue_.size() > 1);
}

// The time by value: the one that it is of may be gone before it has come.
void ConnectionQueue::waitUntil(Clock::time_point until, std::unique_lock<std::mutex>& lock) {
    overdue_.wait_until(lock, until);
}

void ConnectionQueue::refuse(Waiting waiting, Refusal why, std::unique_lock<std::mutex>& lock) {
    lock.unlock();
    works_.refuse(std::move(waiting.incoming), why);
    lock.lock();
    --busy_;
    quiet_.notify_all();
}

bool ConnectionQueue::drained(std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    return quiet_.wait_for(lock, limit, [this] { return waiting() == 0 && busy_ == 0; });
}

}  // namespace aiproject
