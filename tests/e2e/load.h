// Many clients at once, each asking again and again until it is told to stop, and the count of how every
// request ended.
#pragma once

#include "e2e/verdict.h"

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace aiproject::test {

enum class Conduct { reads, readsSlowly, leavesAtOnce, leavesInTheMiddle };

struct Errand {
    std::string request;  // HTTP/1.0, whole
    Conduct conduct = Conduct::reads;
    std::string content = {};  // that an answer in one piece must have; empty: any
};

// THREADS  any
class Tally {
public:
    void add(const Verdict& verdict);
    int count(Ending ending) const;
    // Request ids of the streams without a last frame.
    std::vector<std::string> broken() const;
    std::string counts() const;
    // Codes, and the first of those that must not be.
    std::string details() const;

private:
    mutable std::mutex mutex_;  // guards all below
    std::map<Ending, int> endings_;
    std::map<std::string, int> codes_;
    std::vector<std::string> broken_, examples_;
};

class Load {
public:
    // Each client goes through all errands in turn, beginning somewhere else.
    Load(std::uint16_t port, std::vector<Errand> errands, int clients);
    ~Load();
    Load(const Load&) = delete;
    Load& operator=(const Load&) = delete;

    // Each client ends with the request that it is at.
    void stop();
    const Tally& tally() const noexcept { return tally_; }

private:
    void attend(std::size_t client);
    Verdict carryOut(const Errand& errand);
    Verdict leave(RawClient& client, Conduct conduct);
    std::string readAll(RawClient& client, Conduct conduct);
    void rest(std::chrono::milliseconds time);

    const std::uint16_t port_;
    const std::vector<Errand> errands_;
    Tally tally_;
    std::mutex mutex_;
    std::condition_variable stopped_;
    bool isStopping_ = false;  // guarded by mutex_
    std::vector<std::thread> clients_;
};

}  // namespace aiproject::test
