// Cancels calls nobody needs any more: the client has left, or a deadline has passed. The worker's event loop looks
// after those that block a thread: it shuts down the descriptor that a plugin blocks on, so a plugin with one socket
// needs no timer of its own once it is connected. Their deadlines are kept to a tenth of a second. A call that goes on
// although it was ended becomes overdue, which the manager sees on the board. When its own descriptors are no longer
// what they were, no call could be ended: then the process ends. A followed call is ended by its StreamedCall, which
// only learns of the worker's end and of a revoked account from here.
#pragma once

#include "aiproject/imodel.h"
#include "base/call_owner.h"
#include "base/event_loop.h"
#include "base/file_descriptor.h"
#include "base/own_descriptor.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace aiproject {

struct Watchdog {
    std::atomic<std::int64_t>* overdueAt = nullptr;  // CallRow::overdueAt; none: nobody looks
    std::chrono::milliseconds patience{0};           // after the call's end
};

// Something to be done for a call while it blocks a thread. Must not block.
class WhileBlocked {
public:
    // About ten times a second, by the event loop.
    virtual void beat(std::chrono::steady_clock::time_point now) noexcept = 0;

protected:
    ~WhileBlocked() = default;
};

class CallWatch : private EventLoop::Watcher {
public:
    class Call;

    explicit CallWatch(EventLoop& loop);
    ~CallWatch() override;  // no Call may be left
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
    void isReady(std::uint32_t events) override;
    void isDue() override;
    void endExpired();

    FileDescriptor epoll_;    // of the clients of calls that block; the loop waits for it as a whole
    FileDescriptor wakeUp_;   // there is a call to look after
    FileDescriptor closing_;  // readable from endAll() on
    OwnDescriptor ownEpoll_, ownWakeUp_, ownClosing_;
    std::atomic<bool> closed_{false};  // endAll() was called; set under mutex_
    std::mutex mutex_;                 // guards what follows and the calls' owners; taken before a Call's own
    std::unordered_map<std::uint64_t, Call*> calls_;  // that block
    std::unordered_map<std::uint64_t, Call*> followed_;
    std::uint64_t lastId_ = 0;
};

// One call in progress. Its members but end() belong to the calling thread.
class CallWatch::Call {
public:
    using Clock = std::chrono::steady_clock;

    // Watches `clientDescriptor` (-1: none) for the client's leaving.
    Call(CallWatch& watch, int clientDescriptor, std::chrono::milliseconds total, Watchdog watchdog = {});
    ~Call();
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

    // The owner is for revoke(); until then it is nobody's. `beats` outlives this; null: nothing is to be done.
    void belongTo(const CallOwner& owner, WhileBlocked* beats = nullptr);
    // Ended by revoke(); the plugin is told that its time is over.
    bool isRevoked() const noexcept { return isRevoked_; }

    // Others look after its client and its times from now on; `onEnd` is called once, when somebody ends it: by any
    // thread, perhaps under a lock. What ended it before is in stop().
    void leaveToFollower(std::function<void()> onEnd);
    // Before each piece of work of a followed call, and after it: the watchdog of a plugin that must not block.
    void beginTurn(Clock::time_point now) noexcept { expectBack(now); }
    void endTurn() noexcept;

    // As IReply::guard(); the same descriptor again costs no lock.
    void guard(int descriptor, std::chrono::milliseconds limit);
    // While the host itself blocks, the guard's and the watchdog's time stand still; then they start anew.
    void pauseGuard() noexcept;
    void resumeGuard() noexcept;
    Stop stop() const noexcept { return stop_.load(); }
    int clientDescriptor() const noexcept { return clientDescriptor_; }
    // Readable once all calls end.
    int closingDescriptor() const noexcept { return watch_.closing_.get(); }
    Clock::time_point totalUntil() const noexcept { return totalUntil_; }
    // Waits so long, less when there is a reason to stop, and answers it.
    Stop wait(std::chrono::milliseconds duration);
    // From any thread: the first reason stays.
    void end(Stop reason);

private:
    friend class CallWatch;

    void enter();
    void leave();
    void unwatchClient() noexcept;
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
    WhileBlocked* beats_ = nullptr;
    std::function<void()> onEnd_;  // of a followed call; set under the watch's mutex, by the thread that follows it
    std::atomic<Clock::rep> guardUntil_;
    std::chrono::milliseconds guardLimit_{0};  // of the calling thread
    std::mutex mutex_;                         // guards guarded_ against the loop
    int guarded_ = -1;
};

}  // namespace aiproject
