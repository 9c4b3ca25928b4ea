// Many clients at once, each asking again and again until it is told to stop, and the count of how every
// request ended.
#pragma once

#include "e2e/verdict.h"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace aiproject::test {

enum class Conduct { reads, readsSlowly, leavesAtOnce, leavesInTheMiddle };

struct Errand {
    std::function<std::string()> request;  // made anew each time, from any thread; HTTP/1.0, whole
    Conduct conduct = Conduct::reads;
    Expected expected = {};
};

// Clients that go through the same errands, each beginning somewhere else.
struct Crowd {
    int clients;
    std::vector<Errand> errands;
    std::chrono::milliseconds pause{0};  // between two errands of a client
};

// THREADS  any
class Tally {
public:
    void add(const Verdict& verdict);
    int count(Ending ending) const;
    // Request ids of the streams without a last frame.
    std::vector<std::string> broken() const;
    // Of the models: request ids, and the tokens that they said; -1: none.
    std::map<std::string, std::int64_t> answers() const;
    std::string counts() const;
    // Codes, and the first of those that must not be.
    std::string details() const;

private:
    mutable std::mutex mutex_;  // guards all below
    std::map<Ending, int> endings_;
    std::map<std::string, int> codes_;
    std::vector<std::string> broken_, examples_;
    std::map<std::string, std::int64_t> answers_;
};

class Load {
public:
    Load(std::uint16_t port, std::vector<Crowd> crowds);
    ~Load();
    Load(const Load&) = delete;
    Load& operator=(const Load&) = delete;

    // Each client ends with the request that it is at.
    void stop();
    const Tally& tally() const noexcept { return tally_; }

private:
    void attend(const Crowd& crowd, std::size_t client);
    Verdict carryOut(const Errand& errand);
    Verdict leave(RawClient& client, Conduct conduct);
    std::string readAll(RawClient& client, Conduct conduct);
    void rest(std::chrono::milliseconds time);

    const std::uint16_t port_;
    const std::vector<Crowd> crowds_;
    Tally tally_;
    std::mutex mutex_;
    std::condition_variable stopped_;
    bool isStopping_ = false;  // guarded by mutex_
    std::vector<std::thread> clients_;
};

}  // namespace aiproject::test
