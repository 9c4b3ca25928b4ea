// Calls whose worker was killed, as its journal has them.
#include <algorithm>
#include <utility>

#include "base/unix_time.h"
#include "billing/billing.h"

namespace aiproject {

using Poco::Data::Session;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::ptrdiff_t kLostTogether = 8;       // in one transaction
constexpr std::chrono::seconds kLongestLost{3};  // holds of our own have to be put off, too

// What the call of a worker that was killed costs.
Settlement lostSettlement(const CallJournal::Entry& entry) {
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
    settlement.tokensIn = bill.tokensIn;
    settlement.tokensOut = bill.tokensOut;
    settlement.used = bill.amounts;
    return settlement;
}

}  // namespace

void Billing::settleLost() {
    const auto end = Clock::now() + kLongestLost;
    journal_.replay([&](CallJournal::Entries lost) { return settleLostOf(std::move(lost), end); });
}

// A part at a time; false: there was no time for all, which come again, and those that are done change nothing then.
bool Billing::settleLostOf(CallJournal::Entries lost, Clock::time_point end) {
    std::sort(lost.begin(), lost.end(), [](const auto& one, const auto& other) {
        return one.call.userId < other.call.userId;  // the order in which every transaction locks users
    });
    const auto* const last = lost.data() + lost.size();
    for (const auto* begin = lost.data(); begin != last;) {
        if (Clock::now() >= end) return false;
        const auto* const next = begin + std::min<std::ptrdiff_t>(kLostTogether, last - begin);
        settleLostTogether(begin, next);
        begin = next;
    }
    if (!lost.empty())
        log_.warning("billing: a worker was killed, and " + std::to_string(lost.size()) + " calls in it were lost");
    return true;
}

// In one transaction, or, where a row breaks a rule of a table, each in its own.
void Billing::settleLostTogether(const CallJournal::Entry* begin, const CallJournal::Entry* end) {
    try {
        group_.write(0, [&](Session& session) {
            for (const auto* one = begin; one != end; ++one) {
                const Settlement& call = one->call;
                if (one->wasAsked)
                    aiproject::settle(session, lostSettlement(*one), rules_.quota);
                else if (call.hold.isMade)
                    aiproject::release(session, {call.callId, call.userId, call.hold});
            }
        });
    } catch (const ConstraintViolation& e) {
        if (end - begin > 1) {
            for (const auto* one = begin; one != end; ++one) settleLostTogether(one, one + 1);
            return;
        }
        log_.error(LogLine("a lost call cannot be billed")
                       .field("reason", e.what())
                       .field("call", begin->call.callId)
                       .field("id", begin->call.requestId)
                       .str());
        const std::lock_guard lock(mutex_);
        if (begin->call.hold.isMade) toRelease_.push_back({begin->call.callId, begin->call.userId, begin->call.hold});
    }
}

}  // namespace aiproject
