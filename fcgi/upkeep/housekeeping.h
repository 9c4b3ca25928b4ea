// Background housekeeping of a worker, in a thread of its own: bills that wait for the database, reservations of
// workers that died, calls of users who may no longer call, old rows.
//
// ERRORS   A step that fails is a line in the log when it begins to fail, and is tried again.
// THREADS  Its own; the destructor waits for no more than one step.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/call_owner.h"
#include "billing/billing.h"

namespace aiproject {

struct HousekeepingTimes {  // between two rounds; tests have shorter ones
    std::chrono::milliseconds retry{1'000};
    std::chrono::milliseconds holds{5'000};  // a small part of BillingRules::reservationLife
    std::chrono::milliseconds watch{2'000};
    std::chrono::milliseconds clean{3'600'000};
    std::chrono::milliseconds keyUses{5'000};
};

struct RunningCalls {                                // of this worker; from its thread
    std::function<std::vector<CallOwner>()> owners;  // each once, without nobody
    std::function<void(const CallOwner&)> end;
    std::function<void()> saveKeyUses = {};  // Accounts::saveKeyUses()
};

class Housekeeping {
public:
    // All outlive this object. Starts at once.
    Housekeeping(Database& database, Billing& billing, const Config& config, RunningCalls calls, Log& log,
                 const HousekeepingTimes& times = {});
    ~Housekeeping();
    Housekeeping(const Housekeeping&) = delete;
    Housekeeping& operator=(const Housekeeping&) = delete;

private:
    using Clock = std::chrono::steady_clock;
    struct Task {
        std::string name;
        std::chrono::milliseconds period;
        std::chrono::milliseconds periodOfFailure;
        std::function<void()> work;
        Clock::time_point due{};
        bool isFailing = false;
    };

    void run();
    void attempt(Task& task);
    bool isEnding();
    void endCallsOfTheRefused();
    void clean();

    Database& database_;
    const RunningCalls calls_;
    Log& log_;
    const int auditKeepDays_;
    std::vector<Task> tasks_;

    std::mutex mutex_;  // guards what follows
    std::condition_variable ends_;
    bool isEnding_ = false;
    std::thread thread_;  // last: starts when all else is there
};

}  // namespace aiproject
