// Cancels calls nobody needs any more: the client has left, or a deadline has passed. One thread for all calls of the
// worker; it shuts down the descriptor that a plugin blocks on, so a plugin with one socket needs no timer of its own
// once it is connected. Deadlines are kept to a tenth of a second. A call that goes on
// although it was ended becomes overdue, which the manager sees on the board. When its own descriptors are no longer
// what they were, no call could be ended: then the process ends.
#pragma once

#include "aiproject/imodel.h"
#include "base/call_owner.h"
#include "base/file_descriptor.h"
#include "base/own_descriptor.h"

#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

namespace aiproject {

struct Watchdog {
    std::atomic<std::int64_t>* overdueAt = nullptr;  // CallRow::overdueAt; none: nobody looks
    std::chrono::milliseconds patience{0};           // after the call's end
};

class CallWatch {
public:
    class Call;

    CallWatch();
    ~CallWatch();  // no Call may be left
    CallWatch(const CallWatch&) = delete;
    CallWatch& operator=(const CallWatch&) = delete;

    // Ends all calls in progress and each that begins from now on: the worker's drain limit is over.
    void endAll();
    bool endsAll() const noexcept { return closed_; }

    // Who has calls in progress, each once; without nobody.
    std::vector<CallOwner> owners();
    // Ends the calls in progress of one who may no longer call.
    void revoke(const CallOwner& owner);

    // Waits so long. Not none: the client has left or all calls end, at once.
    Stop wait(int clientDescriptor, std::chrono::milliseconds duration) const noexcept;

private:
    void run();
    void endExpired();
    void wake();

    FileDescriptor epoll_, wakeUp_;
    FileDescriptor closing_;  // readable from endAll() on
    OwnDescriptor ownEpoll_, ownWakeUp_, ownClosing_;
    std::atomic<bool> closed_{false};  // endAll() was called; set under mutex_
    std::mutex mutex_;                 // guards what follows and the calls' owners; taken before a Call's own
    std::unordered_map<std::uint64_t, Call*> calls_;
    std::uint64_t lastId_ = 0;
    bool ending_ = false;
    std::thread thread_;  // last: starts when all else is there
};

// One call in progress. Its members but end() belong to the calling thread.
class CallWatch::Call {
public:
    // Watches `clientDescriptor` (-1: none) for the client's leaving.
    Call(CallWatch& watch, int clientDescriptor, std::chrono::milliseconds total, Watchdog watchdog = {});
    ~Call();
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

    // For revoke(); until then it is nobody's.
    void belongTo(const CallOwner& owner);
    // Ended by revoke(); the plugin is told that its time is over.
    bool isRevoked() const noexcept { return isRevoked_; }

    // As IReply::guard(); the same descriptor again costs no lock.
    void guard(int descriptor, std::chrono::milliseconds limit);
    // While the host itself blocks, the guard's and the watchdog's time stand still; then they start anew.
    void pauseGuard() noexcept;
    void resumeGuard() noexcept;
    Stop stop() const noexcept { return stop_.load(); }
    int clientDescriptor() const noexcept { return clientDescriptor_; }
    // From any thread: the first reason stays.
    void end(Stop reason);

private:
    friend class CallWatch;
    using Clock = std::chrono::steady_clock;

    void shutDown();
    void startGuard() noexcept;
    // Overdue when `until` is past by the watchdog's patience.
    void expectBack(Clock::time_point until) noexcept;

    CallWatch& watch_;
    const int clientDescriptor_;
    const Clock::time_point totalUntil_;
    const Watchdog watchdog_;
    std::atomic<bool> hostBlocks_{false};
    std::uint64_t id_ = 0;
    std::atomic<Stop> stop_{Stop::none};
    std::atomic<bool> isRevoked_{false};
    CallOwner owner_;
    std::atomic<Clock::rep> guardUntil_;
    std::chrono::milliseconds guardLimit_{0};  // of the calling thread
    std::mutex mutex_;                         // guards guarded_ against the watching thread
    int guarded_ = -1;
};

}  // namespace aiproject
