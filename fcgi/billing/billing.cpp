#include "billing/billing.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "auth/quota_refill.h"
#include "base/error.h"
#include "base/random_bytes.h"
#include "base/unix_time.h"

namespace aiproject {
namespace {

using Clock = std::chrono::steady_clock;

bool costsSomething(const PriceConfig& price) {
    return std::max({price.prompt, price.cached, price.completion, price.reasoning, price.picture, price.second}) > 0;
}

// Of the models that have one: for these alone a call's journal has the name of who is asked.
std::map<std::string, PriceConfig> pricesOf(const Config& config) {
    std::map<std::string, PriceConfig> prices;
    for (const auto& [name, model] : config.models)
        if (costsSomething(model.price)) prices.emplace(name, model.price);
    return prices;
}

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
      prices_(pricesOf(config)),
      log_(log),
      owner_(randomHex(8)),
      spool_(config.billing.spoolDir, owner_),
      journal_(config.billing.spoolDir, owner_),
      spoolFolder_(config.billing.spoolDir),
      committer_(database, config.database.timeout, [this] { spoolUnsettled(); }) {}

Billing::~Billing() { saveKept(); }

void Billing::countIn(BillingMetrics& metrics, WorkerGauges& gauges) noexcept {
    metrics_ = &metrics;
    gauges_ = &gauges;
    committer_.countIn(metrics);
}

// In the order of time, so that the rows of a moment lie on the same pages of the indexes, and no two alike: a worker
// has an owner of its own, and a million calls in no millisecond.
std::string Billing::newCallId(std::int64_t nowMs) {
    constexpr std::uint32_t mostInAMillisecond = 0xfffff;
    std::array<char, 17> moment{};
    std::snprintf(moment.data(), moment.size(), "%011llx%05x", static_cast<unsigned long long>(nowMs) & 0xfffffffffff,
                  calls_.fetch_add(1, std::memory_order_relaxed) & mostInAMillisecond);
    return moment.data() + owner_;
}

Demand Billing::demandOf(const CallToBill& call) {
    constexpr std::int64_t minuteMs = 60'000;
    Demand demand;
    demand.nowMs = unixMilliseconds();
    demand.callId = newCallId(demand.nowMs);
    demand.userId = call.userId;
    demand.owner = owner_;
    demand.life = rules_.reservationLife;
    if (call.userId == 0) return demand;
    Hold& hold = demand.hold;
    if (call.isLimited && call.unit == Unit::token) hold.amounts.tokens = call.atMost;
    if (call.isLimited && call.unit == Unit::picture) hold.amounts.pictures = call.atMost;
    if (call.isLimited && call.unit == Unit::voiceSecond) hold.amounts.voiceSeconds = call.atMost;
    if (call.isMoneyLimited) hold.amounts.money = call.atMostMoney;
    if (call.isKeyHeld()) {
        hold.keyId = call.keyId;
        hold.keyTokens = call.unit == Unit::token ? call.atMost : 0;
        hold.keyMoney = call.atMostMoney;
    }
    demand.epoch = call.epoch;
    demand.keyId = call.keyId;
    demand.mostCalls = rules_.userCalls;
    demand.callsPerMinute = rules_.callsPerMinute;
    hold.calls = rules_.userCalls > 0 ? 1 : 0;
    if (rules_.callsPerMinute > 0) hold.priceMs = (minuteMs + rules_.callsPerMinute - 1) / rules_.callsPerMinute;
    hold.isMade = !hold.amounts.isNothing() || hold.keyId != 0 || hold.calls > 0 || hold.priceMs > 0;
    return demand;
}

BilledCall Billing::begin(const CallToBill& call) { return {*this, call, demandOf(call)}; }

namespace {

// What is known of a call at its beginning.
Settlement settlementOf(const CallToBill& call, const Demand& demand) {
    Settlement settlement;
    settlement.callId = demand.callId;
    settlement.userId = call.userId;
    settlement.hold = demand.hold;
    settlement.isCharged = call.isLimited && call.userId != 0;
    settlement.isMoneyCharged = call.isMoneyLimited && call.userId != 0;
    settlement.keyId = call.keyId;
    settlement.isKeyCharged = call.isKeyLimited;
    settlement.userName = call.userName;
    settlement.route = call.route;
    settlement.kind = call.kind ? call.kind : nameOf(call.unit);
    settlement.requestId = call.requestId;
    settlement.atMs = demand.nowMs;
    settlement.tokensIn = call.questionTokens;
    return settlement;
}

}  // namespace

// What can fail comes before the hold, which the destructor releases. So does the journal: what is held is in it.
BilledCall::BilledCall(Billing& billing, const CallToBill& call, const Demand& demand)
    : billing_(billing), settlement_(settlementOf(call, demand)), slot_(billing.note(settlement_)) {
    try {
        if (settlement_.hold.isMade) billing_.hold(demand);
    } catch (...) {
        billing_.journal_.close(slot_);
        throw;
    }
}

// A call without a place in the journal goes on: it would cost nothing if its worker were killed just now.
int Billing::note(const Settlement& call) noexcept {
    std::string fault;
    const int slot = journal_.open(call, fault);
    if (slot != CallJournal::kNoSlot)
        isJournalAway_ = false;
    else if (!isJournalAway_.exchange(true))
        log_.warning(fault + "; calls of a worker that is killed meanwhile cost nothing");
    return slot;
}

void BilledCall::noteAsked(const std::string& model) noexcept {
    if (answerTokens_ == 0 && billing_.prices_.count(model) > 0) billing_.journal_.setAnswer(slot_, 0, model);
    billing_.journal_.setAsked(slot_);
}

void BilledCall::noteAnswer(std::int64_t tokens, const std::string& model) noexcept {
    if (tokens == answerTokens_) return;
    if (answerTokens_ == 0)
        billing_.journal_.setAnswer(slot_, tokens, model);
    else
        billing_.journal_.setAnswerTokens(slot_, tokens);
    answerTokens_ = tokens;
}

void Billing::hold(const Demand& demand) {
    std::optional<Error> refusal;
    const auto work = [&](Poco::Data::Session& session) {
        refillQuota(session, rules_.quota, demand.userId, demand.nowMs);
        refusal = reserve(session, demand);
    };
    try {
        committer_.write(demand.userId, work);
    } catch (...) {
        // A commit whose answer got lost may have been one.
        const std::lock_guard lock(mutex_);
        toRelease_.push_back({{demand.callId, demand.userId, demand.hold}});
        throw;
    }
    if (refusal) throw *refusal;
    ++gauges_->reservations;
}

BilledCall::~BilledCall() {
    const bool isHeld = settlement_.hold.isMade;
    if (isOpen_ && isHeld)
        billing_.release({{settlement_.callId, settlement_.userId, settlement_.hold}, slot_});
    else if (isOpen_)
        billing_.journal_.close(slot_);
    if (isHeld) --billing_.gauges_->reservations;
}

void Billing::release(const WaitingRelease& waiting) noexcept {
    const Reservation& reservation = waiting.reservation;
    try {
        committer_.write(reservation.userId,
                         [&](Poco::Data::Session& session) { aiproject::release(session, reservation); });
        journal_.close(waiting.slot);
    } catch (...) {
        journal_.setGivenUp(waiting.slot);  // whoever finds it releases it, and bills nothing
        const std::lock_guard lock(mutex_);
        toRelease_.push_back(waiting);
    }
}

}  // namespace aiproject
