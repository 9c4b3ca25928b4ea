// Settlements of calls that have ended: into the database, the spool or, as a last resort, memory.
#include <exception>
#include <utility>

#include "base/unix_time.h"
#include "billing/billing.h"

namespace aiproject {

using Poco::Data::Session;

void Billing::priceInto(Settlement& settlement, const Bill& bill) const {
    settlement.tokensIn = bill.tokensIn;
    settlement.tokensOut = bill.tokensOut;
    settlement.tokensCached = bill.tokensCached;
    settlement.tokensReasoning = bill.tokensReasoning;
    settlement.used = bill.amounts;
    const auto price = prices_.find(settlement.model);
    if (price != prices_.end()) settlement.used.money = costOf(bill, price->second);
}

void BilledCall::complete(const CallEnd& end, const Bill& bill, const Answerer& answerer) {
    using std::chrono::milliseconds;
    Settlement& settlement = settlement_;
    settlement.model = answerer.model;
    settlement.outcome = nameOf(end.outcome);
    settlement.basis = nameOf(bill.basis);
    settlement.upstreamId = answerer.upstreamId;
    settlement.atMs = unixMilliseconds();
    settlement.milliseconds =
        std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - begin_).count();
    billing_.priceInto(settlement, bill);
    if (bill.doubt.empty()) return;
    const std::string instead = bill.basis == Basis::estimated ? "estimated" : "not counted";
    billing_.log_.warning(
        LogLine("bill")
            .field("id", settlement.requestId)
            .field("model", answerer.model)
            .field("reason", "the upstream's usage is not believed, and " + instead + ": " + bill.doubt)
            .str());
}

Bill BilledCall::settle(const CallEnd& end, const Answerer& answerer) {
    Bill bill = billFor(end);
    complete(end, bill, answerer);
    bill.amounts.money = settlement_.used.money;
    Billing::EndedCalls one(1);
    one.front().settlement = std::move(settlement_);
    one.front().slot = slot_;
    billing_.settle(std::move(one));
    isOpen_ = false;
    return bill;
}

Bill BilledCall::settle(const CallEnd& end, const Answerer& answerer, std::function<void()> done) {
    Bill bill = billFor(end);
    complete(end, bill, answerer);
    bill.amounts.money = settlement_.used.money;
    Billing::EndedCalls one(1);
    one.front().settlement = std::move(settlement_);
    one.front().slot = slot_;
    one.front().done = std::move(done);
    isOpen_ = false;  // beforehand: once it is posted, this object may be gone
    try {
        billing_.post(one);
    } catch (...) {
        settlement_ = std::move(one.front().settlement);
        isOpen_ = true;
        throw;
    }
    return bill;
}

void Billing::settle(EndedCalls one) noexcept {
    EndedCall& call = one.front();
    try {
        committer_.write(call.settlement.userId,
                         [&](Session& session) { aiproject::settle(session, call.settlement, rules_.quota); });
        journal_.close(call.slot);
        return;
    } catch (...) {
        call.reason = Committer::reasonOf(std::current_exception());
    }
    spool(std::move(one));
}

void Billing::post(EndedCalls& one) {
    const auto posted = one.begin();
    std::unique_lock lock(mutex_);
    posted_.splice(posted_.end(), one);
    lock.unlock();
    try {  // what is captured fits into a std::function
        committer_.post(
            posted->settlement.userId,
            [this, posted](Session& session) { aiproject::settle(session, posted->settlement, rules_.quota); },
            [this, posted](const std::exception_ptr& failure) { end(posted, failure); });
    } catch (...) {
        lock.lock();
        one.splice(one.end(), posted_, posted);
        throw;
    }
}

// What the database did not take waits until the rest of its batch is here.
void Billing::end(EndedCalls::iterator posted, const std::exception_ptr& failure) noexcept {
    if (failure)
        posted->reason = Committer::reasonOf(failure);
    else
        journal_.close(posted->slot);
    EndedCalls settled;
    {
        EndedCalls& target = failure ? unsettled_ : settled;
        const std::lock_guard lock(mutex_);
        target.splice(target.end(), posted_, posted);
    }
    for (const EndedCall& call : settled) call.done();
}

void Billing::spoolUnsettled() noexcept {
    EndedCalls all;
    {
        const std::lock_guard lock(mutex_);
        all.swap(unsettled_);
    }
    spool(std::move(all));
}

// Together: one sync of the disk.
void Billing::spool(EndedCalls calls) noexcept {
    if (calls.empty()) return;
    std::exception_ptr failure;
    try {
        Spool::Lines lines;
        lines.reserve(calls.size());
        for (const EndedCall& call : calls) lines.push_back(jsonOf(call.settlement));
        spool_.append(lines);
    } catch (...) {
        failure = std::current_exception();
    }
    while (!calls.empty()) {
        EndedCall& call = calls.front();
        const auto done = std::exchange(call.done, nullptr);
        logUnsettled(call, failure);
        if (failure) {
            const std::lock_guard lock(mutex_);
            kept_.splice(kept_.end(), calls, calls.begin());
        } else {
            add(metrics_->spooled);
            journal_.close(call.slot);
            calls.pop_front();
        }
        if (done) done();
    }
}

void Billing::logUnsettled(const EndedCall& call, const std::exception_ptr& failureOfSpool) noexcept {
    try {
        if (!failureOfSpool)
            return log_.warning(
                LogLine("bill waits").field("id", call.settlement.requestId).field("reason", call.reason).str());
        log_.error(LogLine("bill is kept in memory only")
                       .field("reason", call.reason + "; billing.spool_dir: " + Committer::reasonOf(failureOfSpool))
                       .field("bill", jsonOf(call.settlement))
                       .str());
    } catch (...) {  // out of memory, and the bill is where it should be
        return;
    }
}

}  // namespace aiproject
