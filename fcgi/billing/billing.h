// Quotas and the ledger. A call reserves what it may cost at most before its first model is asked, and settles when it
// ends, before its client hears of the end. A settlement that the database does not take waits in the spool, and in
// memory when there is no spool either; Billing::retry() brings it in. Nothing is billed twice: call_id is unique.
//
// ERRORS   begin(): tokensSpent, picturesSpent, voiceSecondsSpent, tooManyRequests, notAllowed, userUnknown;
//          databaseBusy when the database does not answer. settle() throws for a lack of memory only, and then nothing
//          was settled.
// THREADS  Any number may call; a BilledCall belongs to one thread at a time.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <limits>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "billing/call_journal.h"
#include "billing/committer.h"
#include "billing/ledger.h"
#include "billing/reservations.h"
#include "billing/settlement.h"
#include "billing/spool.h"
#include "billing/spool_depth.h"
#include "config/config.h"
#include "observe/log.h"
#include "observe/metrics.h"

namespace aiproject {

struct BillingRules {
    QuotaConfig quota;
    std::int64_t userCalls = 0;       // in progress, of all hosts; 0: nobody counts them here
    std::int64_t callsPerMinute = 0;  // the same
    std::chrono::milliseconds reservationLife{45'000};
};

// The limits of a user count here when hosts may share the database; a single host counts on its board.
BillingRules billingRules(const Config& config);

struct CallToBill {
    std::int64_t userId = 0;    // 0: nobody, who pays nothing
    std::string_view userName;  // these three are needed by begin() alone
    std::string_view route;     // the path
    std::string_view requestId;
    Unit unit = Unit::token;
    std::int64_t atMost = 0;          // units that it may cost
    bool isLimited = false;           // the user has a limit in that unit
    std::int64_t questionTokens = 0;  // estimated; text
    // Of a recalled user: where isHeld(), begin() refuses when the account has another one. Nothing: just looked up.
    std::optional<std::int64_t> epoch = {};
    std::int64_t keyId = 0;        // that it comes with, which begin() checks where isHeld(); 0: none
    bool isKeyLimited = false;     // in tokens, money or both
    std::int64_t atMostMoney = 0;  // that it may cost
    bool isMoneyLimited = false;   // the user is, in money
    const char* kind = nullptr;    // in the ledger; null: as the unit

    // Whether begin() reserves something, in a transaction that checks the account.
    bool isHeld() const noexcept {
        if (userId == 0) return false;
        const bool holdsUnits = isLimited && atMost > 0, holdsMoney = isMoneyLimited && atMostMoney > 0;
        return holdsUnits || holdsMoney || isKeyHeld();
    }
    bool isKeyHeld() const noexcept { return isKeyLimited && ((unit == Unit::token && atMost > 0) || atMostMoney > 0); }
};

struct Answerer {
    std::string_view model;  // or the one that was asked last
    std::string_view upstreamId;
};

class Billing;

// A call from its reservation to its settlement. One that goes without it releases what it held, and is in no ledger.
// Where its worker is killed in between, another one settles it as lost, by what these functions have noted.
class BilledCall {
public:
    ~BilledCall();
    BilledCall(const BilledCall&) = delete;
    BilledCall& operator=(const BilledCall&) = delete;

    // A model is asked from now on. Its name is kept for the cost of a call that is lost, where it has a price.
    void noteAsked(const std::string& model = {}) noexcept;
    // So much of that model's answer will have been passed on with what is about to go out; estimated.
    void noteAnswer(std::int64_t tokens, const std::string& model) noexcept;

    // Once, for a call that reached a model. In the database or in the spool when it returns.
    Bill settle(const CallEnd& end, const Answerer& answerer);

    // The same for a caller that may not wait. `done` runs once, as soon as the other settle() would return, in the
    // thread that committed; others wait for it, so it hands the call over and no more. It must not throw. Keep this
    // object until then, since it keeps the reservation from expiring; `done` itself may destroy it.
    Bill settle(const CallEnd& end, const Answerer& answerer, std::function<void()> done);

private:
    friend class Billing;
    BilledCall(Billing& billing, const CallToBill& call, const Demand& demand);  // holds, as its last step
    void complete(const CallEnd& end, const Bill& bill, const Answerer& answerer);

    Billing& billing_;
    Settlement settlement_;  // what was known at the beginning; settle() completes it and gives it away
    const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
    const int slot_;  // of the journal
    std::int64_t answerTokens_ = 0;
    bool isOpen_ = true;
};

class Billing {
public:
    // All outlive this object, which outlives its calls.
    Billing(Database& database, const Config& config, const BillingRules& rules, Log& log);
    ~Billing();  // saveKept()
    Billing(const Billing&) = delete;
    Billing& operator=(const Billing&) = delete;

    // Counted, and shown, there from now on; all outlive this object. Before the first call.
    void countIn(BillingMetrics& metrics, WorkerGauges& gauges) noexcept;

    BilledCall begin(const CallToBill& call);

    // Brings in what waits for the database, of this worker and of dead ones, as long as `goesOn`.
    void retry(const std::function<bool()>& goesOn = [] { return true; });
    // From one thread: puts off this worker's reservations and, once that worked, settles the calls of workers of this
    // host that were killed, and releases the reservations of dead workers of all hosts.
    void keepHolds();
    // Waits for what was posted; what only memory keeps goes to the spool or, as a last resort, into the log. For an
    // end without the destructor.
    void saveKept();

private:
    friend class BilledCall;
    struct WaitingBill {
        Settlement settlement;
        std::size_t line = 0;
        LineFate fate = LineFate::notNow;
        std::string reason = {};
    };
    using WaitingBills = std::vector<WaitingBill>;
    struct Round;  // of retry()
    struct WaitingRelease {
        Reservation reservation;
        int slot = CallJournal::kNoSlot;
    };
    struct EndedCall {
        Settlement settlement;
        int slot = CallJournal::kNoSlot;
        std::function<void()> done = {};  // of one that was posted
        std::string reason = {};          // why the database does not have it
    };
    // Moved from list to list without an allocation: no bill gets lost for a lack of memory.
    using EndedCalls = std::list<EndedCall>;
    struct Sign {  // of a worker's life
        std::int64_t expiresMs = 0;
        std::chrono::steady_clock::time_point since;  // when it was first seen
    };

    std::string newCallId(std::int64_t nowMs);
    Demand demandOf(const CallToBill& call);
    // What `bill` says, with its cost at the price of settlement.model.
    void priceInto(Settlement& settlement, const Bill& bill) const;
    Settlement lostSettlement(const CallJournal::Entry& entry) const;
    void hold(const Demand& demand);
    int note(const Settlement& call) noexcept;  // in the journal
    // These close the call's slot of the journal once the database or the spool has it. Until then memory keeps both.
    void release(const WaitingRelease& waiting) noexcept;
    void settle(EndedCalls one) noexcept;
    void post(EndedCalls& one);  // which is as it was when this throws
    void end(EndedCalls::iterator posted, const std::exception_ptr& failure) noexcept;
    void spool(EndedCalls calls) noexcept;
    void spoolUnsettled() noexcept;
    EndedCalls takeKept() noexcept;
    void logUnsettled(const EndedCall& call, const std::exception_ptr& failureOfSpool) noexcept;
    bool databaseTakes();
    void showSpool() noexcept;
    void retryReleases(const std::function<bool()>& goesOn);
    int releaseTogether(std::vector<Reservation> some,
                        std::int64_t expiresBefore = std::numeric_limits<std::int64_t>::max());
    void retryKept(const std::function<bool()>& goesOn);
    std::vector<LineFate> takeLines(const Spool::Lines& lines, Round& round);
    void takeBills(WaitingBills::iterator begin, WaitingBills::iterator end, Round& round);
    void noteAside(const WaitingBill& bill);
    void settleLost();
    bool settleLostOf(CallJournal::Entries lost, const CallJournal::Free& free,
                      std::chrono::steady_clock::time_point end);
    int settleLostTogether(const CallJournal::Entry* begin, const CallJournal::Entry* end);  // how many rows
    void releaseDead();
    std::vector<Holder> deadHolders();
    int releaseOf(const Holder& dead);

    Database& database_;
    const BillingRules rules_;
    const std::map<std::string, PriceConfig> prices_;  // of models that cost something
    Log& log_;
    const std::string owner_;  // this worker, until it ends
    std::atomic<std::uint32_t> calls_{0};
    Spool spool_;
    CallJournal journal_;
    std::atomic<bool> isJournalAway_{false};
    WorkerGauges ownGauges_{};
    BillingMetrics ownMetrics_{};
    WorkerGauges* gauges_ = &ownGauges_;  // its reservations are those of calls in progress
    BillingMetrics* metrics_ = &ownMetrics_;
    const std::string spoolFolder_;
    SpoolDepth depth_;                   // retry() alone
    std::map<std::string, Sign> signs_;  // by owner; keepHolds() alone
    std::set<std::string> faults_;       // of journals, that were said; the same

    std::mutex mutex_;  // guards what follows
    std::vector<WaitingRelease> toRelease_;
    EndedCalls posted_;     // the committer has them
    EndedCalls unsettled_;  // of posted ones those that the database did not take
    EndedCalls kept_;       // neither the database nor the spool took them
    Committer committer_;   // last: its thread uses what is above
};

}  // namespace aiproject
