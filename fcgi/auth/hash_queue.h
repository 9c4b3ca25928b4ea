// Who hashes a password next. A hash takes a good part of a second of a core on purpose, so only some run at a time,
// and the others wait in threads of the worker: never in all of them, and no network's in the place of another's.
//
// ORDER    Logins before registrations, but every fourth turn is a registration's when one waits. Within each, the
//          network that was served longest ago is first. What strengthens a hash has no place in the order: it gets a
//          free turn or none.
// FULL     The newest waiter of the network with the most waiters is refused, a registration before a login: so a
//          network that overloads the queue displaces itself.
// ERRORS   Error(tooManyRequests) with retryAfter for who is refused, or has waited for 10 s.
// THREADS  Any number may call; `mutex_` guards what follows it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <thread>

namespace aiproject {

enum class HashUse { login, registration, strengthening };

struct HashClient {
    HashUse use = HashUse::login;
    std::string network;  // client_network.h: the widest; empty: unknown, and all of these are one
};

struct HashLimits {
    int atOnce;   // hashes
    int waiting;  // for their turn

    // For a worker of so many threads. One per core, but for one core: the streams of a worker that serves everything
    // must not wait for logins. A quarter of the threads stays free for what hashes nothing, and half of the others can
    // wait: where none could, a network whose hashes run would make every other one refuse itself.
    static HashLimits forThreads(int threads, int cores = int(std::thread::hardware_concurrency()));
};

class HashQueue {
public:
    explicit HashQueue(HashLimits limits) : limits_(limits) {}

    class Turn {  // waits for it; it ends with this object
    public:
        Turn(HashQueue& queue, const HashClient& client);
        ~Turn();
        Turn(const Turn&) = delete;
        Turn& operator=(const Turn&) = delete;

    private:
        HashQueue& queue_;
        std::chrono::steady_clock::time_point start_;
    };

    int waiting() const;

private:
    struct Waiter;  // lives on the stack of its thread

    void take(const HashClient& client);
    void giveBack(std::chrono::steady_clock::duration lasted);
    void refuseOne();
    void serveNext();
    void begin(const std::string& network, HashUse use);
    std::size_t countOf(const std::string& network) const;
    std::uint64_t lastTurnOf(const std::string& network) const;
    int secondsUntilFree() const;

    const HashLimits limits_;
    mutable std::mutex mutex_;
    std::list<Waiter*> waiters_;  // in the order of their arrival
    int running_ = 0;
    int loginsInARow_ = 0;
    std::uint64_t turns_ = 0;
    std::map<std::string, std::uint64_t> lastTurns_;  // of networks served since the queue was empty
    std::chrono::steady_clock::duration lastHash_{};  // how long it took
};

}  // namespace aiproject
