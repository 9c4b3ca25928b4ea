#include "billing/billing.h"

#include <algorithm>
#include <utility>

#include "auth/quota_refill.h"
#include "base/error.h"
#include "base/random_bytes.h"
#include "base/unix_time.h"

namespace aiproject {
namespace {

using Clock = std::chrono::steady_clock;

bool isSharedByHosts(const DatabaseConfig& database) { return database.url.compare(0, 7, "sqlite:") != 0; }

}  // namespace

BillingRules billingRules(const Config& config) {
    BillingRules rules;
    rules.quota = config.quota;
    if (isSharedByHosts(config.database)) {
        rules.userCalls = config.limits.userCalls;
        rules.callsPerMinute = config.limits.userCallsPerMinute;
    }
    return rules;
}

Billing::Billing(Database& database, const Config& config, const BillingRules& rules, Log& log)
    : database_(database),
      rules_(rules),
      log_(log),
      owner_(randomHex(8)),
      group_(database, config.database.timeout),
      spool_(config.billing.spoolDir, owner_) {}

Billing::~Billing() { saveKept(); }

Demand Billing::demandOf(const CallToBill& call) const {
    constexpr std::int64_t minuteMs = 60'000;
    Demand demand;
    demand.callId = randomHex(16);
    demand.userId = call.userId;
    demand.owner = owner_;
    demand.nowMs = unixMilliseconds();
    demand.life = rules_.reservationLife;
    if (call.userId == 0) return demand;
    Hold& hold = demand.hold;
    if (call.isLimited && call.unit == Unit::token) hold.amounts.tokens = call.atMost;
    if (call.isLimited && call.unit == Unit::picture) hold.amounts.pictures = call.atMost;
    if (call.isLimited && call.unit == Unit::voiceSecond) hold.amounts.voiceSeconds = call.atMost;
    demand.mostCalls = rules_.userCalls;
    demand.callsPerMinute = rules_.callsPerMinute;
    hold.calls = rules_.userCalls > 0 ? 1 : 0;
    if (rules_.callsPerMinute > 0) hold.priceMs = (minuteMs + rules_.callsPerMinute - 1) / rules_.callsPerMinute;
    hold.isMade = !hold.amounts.isNothing() || hold.calls > 0 || hold.priceMs > 0;
    return demand;
}

BilledCall Billing::begin(const CallToBill& call) { return {*this, call, demandOf(call)}; }

// What can fail comes before the hold, which the destructor releases.
BilledCall::BilledCall(Billing& billing, CallToBill call, const Demand& demand)
    : billing_(billing), call_(std::move(call)), callId_(demand.callId), hold_(demand.hold) {
    if (hold_.isMade) billing_.hold(demand);
}

void Billing::hold(const Demand& demand) {
    std::optional<Error> refusal;
    const auto work = [&](Poco::Data::Session& session) {
        refillQuota(session, rules_.quota, demand.userId, demand.nowMs);
        refusal = reserve(session, demand);
    };
    try {
        group_.write(demand.userId, work);
    } catch (...) {
        // A commit whose answer got lost may have been one.
        const std::lock_guard lock(mutex_);
        toRelease_.push_back({demand.callId, demand.userId, demand.hold});
        throw;
    }
    if (refusal) throw *refusal;
    ++held_;
}

BilledCall::~BilledCall() {
    if (!hold_.isMade) return;
    if (isOpen_) billing_.release({callId_, call_.userId, hold_});
    --billing_.held_;
}

bool Billing::release(const Reservation& reservation) noexcept {
    try {
        group_.write(reservation.userId,
                     [&](Poco::Data::Session& session) { aiproject::release(session, reservation); });
        return true;
    } catch (...) {
        const std::lock_guard lock(mutex_);
        toRelease_.push_back(reservation);
        return false;
    }
}

Bill BilledCall::settle(const CallEnd& end, const Answerer& answerer) {
    using std::chrono::milliseconds;
    Bill bill = billFor(end);
    Settlement settlement;
    settlement.callId = callId_;
    settlement.userId = call_.userId;
    settlement.hold = hold_;
    settlement.isCharged = call_.isLimited && call_.userId != 0;
    settlement.userName = call_.userName;
    settlement.model = answerer.model;
    settlement.route = call_.route;
    settlement.kind = nameOf(call_.unit);
    settlement.outcome = nameOf(end.outcome);
    settlement.basis = nameOf(bill.basis);
    settlement.requestId = call_.requestId;
    settlement.upstreamId = answerer.upstreamId;
    settlement.atMs = unixMilliseconds();
    settlement.milliseconds = std::chrono::duration_cast<milliseconds>(Clock::now() - begin_).count();
    settlement.tokensIn = bill.tokensIn;
    settlement.tokensOut = bill.tokensOut;
    settlement.used = bill.amounts;
    if (!bill.doubt.empty())
        billing_.log_.warning(LogLine("bill")
                                  .field("id", call_.requestId)
                                  .field("model", answerer.model)
                                  .field("reason", "the upstream's usage is not believed, and estimated: " + bill.doubt)
                                  .str());
    billing_.settle(settlement);
    isOpen_ = false;
    return bill;
}

void Billing::settle(const Settlement& settlement) {
    std::string reason;
    try {
        return group_.write(settlement.userId,
                            [&](Poco::Data::Session& session) { aiproject::settle(session, settlement); });
    } catch (...) {
        reason = describeCurrent();
    }
    spool(settlement, reason);
}

void Billing::spool(const Settlement& settlement, const std::string& reason) {
    const std::string line = jsonOf(settlement);
    try {
        spool_.append(line);
        log_.warning(LogLine("bill waits").field("id", settlement.requestId).field("reason", reason).str());
    } catch (...) {
        log_.error(LogLine("bill is kept in memory only")
                       .field("reason", reason + "; billing.spool_dir: " + describeCurrent())
                       .field("bill", line)
                       .str());
        const std::lock_guard lock(mutex_);
        kept_.push_back(settlement);
    }
}

}  // namespace aiproject
