// One deadline for all of a request, however it comes: in no pieces or in many. libfcgi blocks in read(), so one thread
// shuts the reading side of each connection whose time is over.
#pragma once

#include <chrono>
#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>

namespace aiproject {

class ReceiveWatch {
public:
    explicit ReceiveWatch(std::chrono::milliseconds limit);
    ~ReceiveWatch();  // no Receiving may be left
    ReceiveWatch(const ReceiveWatch&) = delete;
    ReceiveWatch& operator=(const ReceiveWatch&) = delete;

    class Receiving;

private:
    using Clock = std::chrono::steady_clock;
    struct Entry {
        int connection;
        Clock::time_point until;
        bool isOver = false;
    };

    void run();

    const std::chrono::milliseconds limit_;
    std::mutex mutex_;  // guards what follows
    std::condition_variable changed_;
    std::list<Entry> waiting_, over_;  // waiting: the one that ends first is in front
    bool isAsleep_ = false;            // until it is told
    bool ending_ = false;
    std::thread thread_;  // last: starts when all else is there
};

// A request on its way in.
class ReceiveWatch::Receiving {
public:
    Receiving(ReceiveWatch& watch, int connection);
    ~Receiving();  // before the connection is closed
    Receiving(const Receiving&) = delete;
    Receiving& operator=(const Receiving&) = delete;

    bool isOver() const;

private:
    ReceiveWatch& watch_;
    std::list<Entry>::iterator entry_;
};

}  // namespace aiproject
