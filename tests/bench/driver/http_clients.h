// Clients that ask nginx the same again and again while something else is measured, and how they were answered.
#pragma once

#include "support/joining_threads.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace aiproject::bench {

struct HttpQuestion {
    std::string path, body;
    std::map<std::string, std::string> headers = {};
};

struct Rate {
    int clients;        // at once, at most
    int perSecond = 0;  // of all together, whether those before are answered or not; 0: each asks again at once
};

// THREADS  any
class Answers {
public:
    using Duration = std::chrono::steady_clock::duration;

    void add(const std::string& code, Duration took);
    // "0: 71 (median 820 ms, longest 1,200 ms), MODEL_BUSY: …"
    std::string text() const;
    std::size_t count(const std::string& code) const;

private:
    mutable std::mutex mutex_;
    std::map<std::string, std::vector<double>> milliseconds_;  // by code; guarded by mutex_
};

// The envelope's code, or else the status, or why there was no answer.
std::string codeOf(int status, const std::string& body);

class HttpClients {
public:
    HttpClients(std::uint16_t port, HttpQuestion question, Rate rate);

    // So far.
    const Answers& answers() const { return answers_; }
    // Lets each end what it has begun.
    const Answers& end();

private:
    using Clock = std::chrono::steady_clock;

    void attend();
    void waitForTurn();
    std::string ask() const;

    const std::uint16_t port_;
    const HttpQuestion question_;
    const Rate rate_;
    const Clock::time_point begin_ = Clock::now();
    std::atomic<std::int64_t> turn_{0};
    Answers answers_;
    test::JoiningThreads threads_;  // last: they use all else
};

}  // namespace aiproject::bench
