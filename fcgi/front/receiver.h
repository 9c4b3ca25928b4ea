// Reads the requests that did not come at once, all of them on one thread: a peer that sends nothing, or a byte now and
// then, costs a descriptor and what it has sent, and holds no thread.
//
// LIMITS   Each has one deadline for all of it, however it comes. When there are too many, or they hold too many bytes,
//          the oldest are dropped first.
// THREADS  add() is any thread's; `Calls` come from the receiver's own, but for a gone() that add() had no memory for.
#pragma once

#include "base/file_descriptor.h"
#include "base/own_descriptor.h"
#include "front/incoming.h"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace aiproject {

struct ReceiveLimits {
    std::chrono::milliseconds whole;  // for a request to come
    std::size_t most;                 // on their way in at once
    std::uint64_t body;               // bytes of one that are kept
    std::uint64_t kept;               // bytes of all of them together
};

class Receiver {
public:
    struct Calls {
        std::function<void(Incoming)> come;                 // has a head; `end` says what of its body
        std::function<void()> gone;                         // closed, without one
        std::function<void(const std::string&)> warn = {};  // the log
    };

    // Throws std::runtime_error when the system has no descriptor for it.
    Receiver(ReceiveLimits limits, Calls calls);
    ~Receiver();  // closes what is not there yet
    Receiver(const Receiver&) = delete;
    Receiver& operator=(const Receiver&) = delete;

    void add(Incoming incoming);

private:
    using Clock = Incoming::Clock;
    struct Entry;
    using Entries = std::list<Entry>;
    struct Entry {
        Incoming incoming;
        Entries::iterator place{};
    };

    void run();
    int untilNextDeadline() const;
    void takeArrivals();
    void readFrom(Entry& entry);
    void giveUpWhatIsTooMuch();
    void remove(Entry& entry, Incoming::End why);
    void say();

    const ReceiveLimits limits_;
    const Calls calls_;
    const FileDescriptor epoll_, bell_;
    OwnDescriptor ownEpoll_, ownBell_;
    std::atomic<bool> ending_{false};

    std::mutex mutex_;
    Entries arrivals_;  // under mutex_

    // The receiver's own:
    Entries entries_;  // the one that came first in front
    std::uint64_t kept_ = 0;
    std::uint64_t late_ = 0, crowded_ = 0;  // not yet told of
    Clock::time_point nextWord_;

    std::thread thread_;  // last: starts when all else is there
};

}  // namespace aiproject
