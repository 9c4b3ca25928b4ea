#include "manager/reload.h"

#include "base/error.h"

#include <algorithm>

namespace aiproject {
namespace {

// The rehearsal comes before anything is changed: a program that cannot go on must not have changed the database.
const Trial::Commands kSteps{"check", "migrate"}, kStepsOfUpgrade{"check", kRehearsal, "migrate"};

}  // namespace

std::vector<Pool*> poolsOf(const Generation& generation, Pools& pools, Log& log) {
    std::vector<Pool*> all;
    Pools opened;
    for (const auto& [name, config] : generation.config.pools) {
        const auto fits = [&, &name = name, &path = config.socket](const std::unique_ptr<Pool>& pool) {
            return pool->name() == name && pool->path() == path && pool->isOpen();
        };
        const auto found = std::find_if(pools.begin(), pools.end(), fits);
        if (found == pools.end()) opened.push_back(std::make_unique<Pool>(name, config, log));
        all.push_back(found == pools.end() ? opened.back().get() : found->get());
    }
    std::move(opened.begin(), opened.end(), std::back_inserter(pools));
    return all;
}

Reload::Reload(Generation candidate, std::set<std::string> known, const Generation& last, std::set<std::string> itsBad,
               Rehearsal rehearsal, Pools& pools, Log& log)
    : candidate_(std::move(candidate)),
      known_(std::move(known)),
      itsBad_(std::move(itsBad)),
      lastPlugins_(last.plugins),
      rehearsal_(std::move(rehearsal)),
      pools_(pools),
      log_(log),
      trial_(trial()) {}

Reload::Reload(Generation candidate, Findings findings, Pools& pools, Log& log)
    : candidate_(std::move(candidate)), pools_(pools), log_(log), found_(std::move(findings)) {
    start();
}

std::unique_ptr<Trial> Reload::trial() const {
    if (!rehearsal_) return std::make_unique<Trial>(candidate_, kSteps, known_);
    return std::make_unique<Trial>(candidate_, kStepsOfUpgrade, known_, [this] { return rehearsal_(candidate_); });
}

// A plugin that is bad keeps nothing else from being replaced: it goes on as it was, or not at all.
void Reload::judge() {
    std::set<std::string> lastCopies;
    for (const auto& [name, error] : trial_->badPlugins()) {
        const bool hasLast = itsBad_.count(name) == 0 && lastPlugins_->has(name) && replaced_.count(name) == 0;
        if (hasLast) lastCopies.insert(name);
        if (hasLast || !trial_->isKnown(error) || replaced_.count(name) > 0)
            found_.faults.push_back(error + (hasLast ? "; its last good copy serves on" : "; it does not serve"));
    }
    found_.errors.insert(trial_->errors().begin(), trial_->errors().end());
    if (!lastCopies.empty()) return tryAnew(lastCopies);
    found_.badPlugins.clear();
    for (const auto& [name, error] : trial_->badPlugins()) found_.badPlugins.insert(name);
    found_.warnings = trial_->warnings();
    if (trial_->objections().empty()) {
        if (!rehearsal_) return start();
        stage_ = Stage::tried;
        return;
    }
    std::vector<std::string> reasons = trial_->objections();
    reasons.insert(reasons.end(), found_.faults.begin(), found_.faults.end());
    refuse(std::move(reasons));
}

void Reload::tryAnew(const std::set<std::string>& lastCopies) {
    replaced_.insert(lastCopies.begin(), lastCopies.end());
    try {
        trial_.reset();
        candidate_ = withPlugins(candidate_, candidate_.plugins->with(lastCopies, *lastPlugins_));
        trial_ = trial();
    } catch (const std::exception& e) {
        refuse({describe(e)});
    }
}

Reload::Stage Reload::advance() {
    if (stage_ == Stage::trying && trial_->isOver()) judge();
    if (stage_ == Stage::starting) watchStart();
    return stage_;
}

void Reload::start() {
    try {
        mine_ = poolsOf(candidate_, pools_, log_);
    } catch (const std::exception& e) {
        return refuse({describe(e)});
    }
    for (Pool* pool : mine_) pool->propose(candidate_);
    stage_ = Stage::starting;
}

void Reload::watchStart() {
    const auto isMissing = [&](Pool* pool) { return pool->isMissing(candidate_); };
    const auto failed = std::find_if(mine_.begin(), mine_.end(), isMissing);
    if (failed != mine_.end())
        return refuse({"a new worker of pool " + (*failed)->name() +
                       " ended before it was ready; the log says why: " + (*failed)->lastDeath()});
    if (std::all_of(mine_.begin(), mine_.end(), [&](Pool* pool) { return pool->isComplete(candidate_); }))
        stage_ = Stage::complete;
}

void Reload::refuse(std::vector<std::string> reasons) {
    stage_ = Stage::refused;
    reasons_ = std::move(reasons);
    for (Pool* pool : mine_) pool->abandon(candidate_);
}

}  // namespace aiproject
