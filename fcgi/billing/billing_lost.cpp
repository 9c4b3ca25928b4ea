// Calls whose worker was killed, as its journal has them.
#include <algorithm>
#include <utility>

#include "base/unix_time.h"
#include "billing/billing.h"

namespace aiproject {

using Poco::Data::Session;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::ptrdiff_t kLostTogether = 8;      // in one transaction
constexpr std::chrono::seconds kLongestLost{3};  // holds of our own have to be put off, too

}  // namespace

// What the call of a worker that was killed costs.
Settlement Billing::lostSettlement(const CallJournal::Entry& entry) const {
    CallEnd end;
    end.unit = unitOf(entry.call.kind);
    end.outcome = Outcome::lost;
    end.questionTokens = entry.call.tokensIn;
    end.answerTokens = entry.answerTokens;
    const Bill bill = billFor(end);
    Settlement settlement = entry.call;
    settlement.outcome = nameOf(end.outcome);
    settlement.basis = nameOf(bill.basis);
    settlement.atMs = unixMilliseconds();
    settlement.milliseconds = std::max<std::int64_t>(0, settlement.atMs - entry.call.atMs);
    priceInto(settlement, bill);
    return settlement;
}

void Billing::settleLost() {
    const auto end = Clock::now() + kLongestLost;
    // A true bill that waits comes first: the row that is there stays.
    const auto mayTake = [&](const std::string& owner) { return !spool_.hasFilesOf(owner); };
    const auto faults = journal_.replay(mayTake, [&](CallJournal::Entries lost, const CallJournal::Free& free) {
        return settleLostOf(std::move(lost), free, end);
    });
    for (const std::string& fault : faults)
        if (faults_.count(fault) == 0)
            log_.error("billing: " + fault +
                       "; the calls of a dead worker in it cost nothing until the user of the service may read and "
                       "write it: give it to that user, or remove it");
    faults_ = faults;
}

// A part at a time; false: there was no time for all, and the others come in the next round.
bool Billing::settleLostOf(CallJournal::Entries lost, const CallJournal::Free& free, Clock::time_point end) {
    std::sort(lost.begin(), lost.end(), [](const auto& one, const auto& other) {
        return one.call.userId < other.call.userId;  // the order in which every transaction locks users
    });
    const auto* const last = lost.data() + lost.size();
    const auto* begin = lost.data();
    int rows = 0;
    while (begin != last && Clock::now() < end) {
        const auto* const next = begin + std::min<std::ptrdiff_t>(kLostTogether, last - begin);
        rows += settleLostTogether(begin, next);
        for (; begin != next; ++begin) free(*begin);
    }
    if (rows > 0) log_.warning("billing: a worker was killed, and " + std::to_string(rows) + " calls in it were lost");
    return begin == last;
}

// In one transaction, or, where a row breaks a rule of a table, each in its own.
int Billing::settleLostTogether(const CallJournal::Entry* begin, const CallJournal::Entry* end) {
    int rows = 0;
    try {
        committer_.write(0, [&](Session& session) {
            rows = 0;
            for (const auto* one = begin; one != end; ++one) {
                const Settlement& call = one->call;
                if (one->wasAsked)
                    rows += aiproject::settle(session, lostSettlement(*one), rules_.quota) ? 1 : 0;
                else if (call.hold.isMade)
                    aiproject::release(session, {call.callId, call.userId, call.hold});
            }
        });
        return rows;
    } catch (const ConstraintViolation& e) {
        rows = 0;
        if (end - begin > 1) {
            for (const auto* one = begin; one != end; ++one) rows += settleLostTogether(one, one + 1);
            return rows;
        }
        log_.error(LogLine("a lost call cannot be billed")
                       .field("reason", e.what())
                       .field("call", begin->call.callId)
                       .field("id", begin->call.requestId)
                       .str());
        const std::lock_guard lock(mutex_);
        if (begin->call.hold.isMade) toRelease_.push_back({{begin->call.callId, begin->call.userId, begin->call.hold}});
        return 0;
    }
}

}  // namespace aiproject
