#include "manager/reload.h"

#include "base/error.h"

#include <algorithm>

namespace aiproject {

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

Reload::Reload(Generation candidate, std::set<std::string> knownErrors, Pools& pools, Log& log)
    : candidate_(std::move(candidate)),
      pools_(pools),
      log_(log),
      trial_(candidate_, {"check", "migrate"}, std::move(knownErrors)) {}

Reload::Stage Reload::advance() {
    if (stage_ == Stage::trying && trial_.isOver()) {
        if (trial_.objections().empty())
            start();
        else
            refuse(trial_.objections());
    }
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
        return refuse({"a new worker of pool " + (*failed)->name() + " ended before it was ready; the log says why"});
    if (std::all_of(mine_.begin(), mine_.end(), [&](Pool* pool) { return pool->isComplete(candidate_); }))
        stage_ = Stage::complete;
}

void Reload::refuse(std::vector<std::string> reasons) {
    stage_ = Stage::refused;
    reasons_ = std::move(reasons);
    for (Pool* pool : mine_) pool->abandon(candidate_);
}

}  // namespace aiproject
