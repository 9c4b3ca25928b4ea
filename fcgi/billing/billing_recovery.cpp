// What Billing does at each round of upkeep/housekeeping: bills that wait, and reservations of calls in progress and of
// dead workers.
#include <Poco/Data/Session.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "base/error.h"
#include "base/unix_time.h"
#include "billing/billing.h"

namespace aiproject {

using Poco::Data::Session;
using Clock = std::chrono::steady_clock;

namespace {

// In one transaction: a database that is a network away takes no more of them in its time.
constexpr std::size_t kBillsTogether = 8, kReleasesTogether = 32;
constexpr std::chrono::seconds kLongestRelease{3};  // in one round: holds of our own have to be put off, too

}  // namespace

struct Billing::Round {
    const std::function<bool()>& mayGoOn;
    int settled = 0;
    int failures = 0;  // of bills tried alone, for no fault of their own

    // Two such failures mean the database: the next round will do for the others.
    bool goesOn() const { return failures < 2 && mayGoOn(); }
};

void Billing::saveKept() {
    committer_.drain();
    EndedCalls all = takeKept();
    for (EndedCall& call : all) call.reason = "the worker ends";
    spool(std::move(all));
}

Billing::EndedCalls Billing::takeKept() noexcept {
    const std::lock_guard lock(mutex_);
    return std::exchange(kept_, {});
}

bool Billing::databaseTakes() {
    try {
        database_.write([](Session& /*nothing*/) {});
        return true;
    } catch (const std::exception&) {  // every call that needs it says so
        return false;
    }
}

void Billing::showSpool() noexcept {
    const SpoolDepth::Look there = depth_.look(spoolFolder_);
    gauges_->billsWaiting = there.bills;
    gauges_->billsSince = there.oldestMs;
}

void Billing::retry(const std::function<bool()>& goesOn) {
    showSpool();
    std::unique_lock lock(mutex_);
    const bool isForgetful = !toRelease_.empty() || !kept_.empty();
    lock.unlock();
    // In that order: a spool that cannot be looked at keeps nothing from what memory has.
    if (!isForgetful && !spool_.hasFiles()) return;
    if (!databaseTakes()) return;
    retryReleases(goesOn);
    retryKept(goesOn);
    Round round{goesOn};
    spool_.replay([&](const Spool::Lines& lines) { return takeLines(lines, round); }, [&] { return round.goesOn(); });
    if (round.settled > 0) log_.info("billing: " + std::to_string(round.settled) + " bills that waited are settled");
}

void Billing::retryReleases(const std::function<bool()>& goesOn) {
    std::unique_lock lock(mutex_);
    auto all = std::exchange(toRelease_, {});
    lock.unlock();
    for (bool isAnswered = true; !all.empty() && isAnswered && goesOn();) {
        const auto begin = all.end() - std::ptrdiff_t(std::min(all.size(), kReleasesTogether));
        std::vector<Reservation> some;
        for (auto one = begin; one != all.end(); ++one) some.push_back(one->reservation);
        try {
            releaseTogether(std::move(some));
            for (auto one = begin; one != all.end(); ++one) journal_.close(one->slot);
            all.erase(begin, all.end());
        } catch (const std::exception&) {  // the next round tries again
            isAnswered = false;
            std::rotate(all.begin(), begin, all.end());  // a row that somebody holds keeps none of the others
        }
    }
    lock.lock();
    toRelease_.insert(toRelease_.end(), all.begin(), all.end());
}

// In one transaction. Answers how many there were still.
int Billing::releaseTogether(std::vector<Reservation> some, std::int64_t expiresBefore) {
    std::sort(some.begin(), some.end(), [](const auto& one, const auto& other) { return one.userId < other.userId; });
    int released = 0;
    committer_.write(0, [&](Session& session) {
        released = 0;
        for (const Reservation& one : some)
            if (aiproject::release(session, one, expiresBefore)) ++released;
    });
    return released;
}

void Billing::retryKept(const std::function<bool()>& goesOn) {
    EndedCalls all = takeKept();
    while (!all.empty() && goesOn()) {
        EndedCalls one;
        one.splice(one.end(), all, all.begin());
        settle(std::move(one));
    }
    const std::lock_guard lock(mutex_);
    kept_.splice(kept_.end(), all);
}

std::vector<LineFate> Billing::takeLines(const Spool::Lines& lines, Round& round) {
    WaitingBills bills(lines.size());
    for (std::size_t i = 0; i < lines.size(); ++i) {
        bills[i].line = i;
        try {
            bills[i].settlement = settlementIn(lines[i]);
        } catch (const std::exception& e) {
            bills[i].fate = LineFate::aside;
            bills[i].reason = describe(e);
        }
    }
    const auto usable =
        std::partition(bills.begin(), bills.end(), [](const auto& bill) { return bill.fate == LineFate::aside; });
    for (auto begin = usable; begin != bills.end() && round.goesOn();) {
        const auto end = begin + std::min(std::ptrdiff_t(kBillsTogether), bills.end() - begin);
        takeBills(begin, end, round);
        begin = end;
    }

    std::vector<LineFate> fates(lines.size());
    for (const WaitingBill& bill : bills) {
        fates[bill.line] = bill.fate;
        if (bill.fate == LineFate::done) ++round.settled;
        if (bill.fate == LineFate::aside) noteAside(bill);
    }
    return fates;
}

// In one transaction, or, when that fails, each half in its own; the first one whatever the time is, since the next
// round would begin with the same bills and fail with them again.
void Billing::takeBills(WaitingBills::iterator begin, WaitingBills::iterator end, Round& round) {
    const bool isOne = end - begin == 1;
    std::vector<const Settlement*> settlements;
    for (auto bill = begin; bill != end; ++bill) settlements.push_back(&bill->settlement);
    try {
        database_.write([&](Session& session) { aiproject::settle(session, settlements, rules_.quota); });
        for (auto bill = begin; bill != end; ++bill) bill->fate = LineFate::done;
        return;
    } catch (const ConstraintViolation& e) {
        if (isOne) {
            begin->fate = LineFate::aside;
            begin->reason = e.what();
        }
    } catch (const std::exception&) {  // every call that needs the database says so
        if (isOne) ++round.failures;
    }
    if (isOne) return;
    const auto middle = begin + (end - begin) / 2;
    takeBills(begin, middle, round);
    if (round.goesOn()) takeBills(middle, end, round);
}

void Billing::noteAside(const WaitingBill& bill) {
    const Settlement& unusable = bill.settlement;
    log_.error(LogLine("bill is put aside")
                   .field("reason", bill.reason)
                   .field("call", unusable.callId)
                   .field("id", unusable.requestId)
                   .str());
    if (!unusable.hold.isMade) return;
    // No settlement will end it, and its worker puts off all that are its own.
    const std::lock_guard lock(mutex_);
    toRelease_.push_back({{unusable.callId, unusable.userId, unusable.hold}});
}

void Billing::keepHolds() {
    try {
        // With the worker's other transactions, which lock the same rows.
        if (gauges_->reservations > 0)
            committer_.write(0, [&](Session& session) {
                putOff(session, {owner_, unixMilliseconds() + std::int64_t(rules_.reservationLife.count())});
            });
    } catch (...) {
        signs_.clear();  // others may not have got through either: nobody is dead until seen so afresh
        throw;
    }
    std::exception_ptr failure;
    try {
        settleLost();
    } catch (...) {  // which keeps nobody else's reservation
        failure = std::current_exception();
    }
    releaseDead();
    if (failure) std::rethrow_exception(failure);
}

void Billing::releaseDead() {
    try {
        int released = 0;
        const auto end = Clock::now() + kLongestRelease;
        for (const Holder& dead : deadHolders())
            for (int some = 1; some > 0 && Clock::now() < end; released += some) some = releaseOf(dead);
        if (released > 0)
            log_.warning("billing: released " + std::to_string(released) + " reservations of dead workers");
    } catch (...) {
        signs_.clear();
        throw;
    }
}

// Whose reservations have expired by this host's clock, which may be wrong, and were not put off either for as long
// as this worker has watched.
std::vector<Holder> Billing::deadHolders() {
    std::vector<Holder> holders;
    database_.read([&](Session& session) { holders = otherHolders(session, owner_); });
    const auto seen = Clock::now();
    const std::int64_t nowMs = unixMilliseconds();
    const auto watch = rules_.reservationLife / 4;  // two puttings-off, and what they may be late
    std::map<std::string, Sign> signs;
    std::vector<Holder> dead;
    for (const Holder& holder : holders) {
        const auto known = signs_.find(holder.owner);
        const bool isSame = known != signs_.end() && known->second.expiresMs == holder.expiresMs;
        const Sign sign = isSame ? known->second : Sign{holder.expiresMs, seen};
        signs[holder.owner] = sign;
        if (holder.expiresMs < nowMs && seen - sign.since >= watch) dead.push_back(holder);
    }
    signs_ = std::move(signs);
    return dead;
}

int Billing::releaseOf(const Holder& dead) {
    std::vector<Reservation> all;
    database_.read([&](Session& session) { all = reservationsOf(session, dead); });
    return releaseTogether(std::move(all), dead.expiresMs + 1);
}

}  // namespace aiproject
