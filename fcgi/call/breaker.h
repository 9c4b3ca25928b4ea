// The circuit breaker: a model that has failed several times in a row comes last in its routes for a
// while. And the rest of accounts: one that its upstream has refused is not asked for a while, unless all of its
// model rest. Both are on the board, so all workers of the pool learn from each other's calls. Used by many
// threads at once.
#pragma once

#include "aiproject/imodel.h"
#include "config/config.h"
#include "host/model_registry.h"
#include "observe/log.h"

#include <chrono>

namespace aiproject {

class Breaker {
public:
    Breaker(const BreakerConfig& config, Log& log) : config_(config), log_(log) {}

    // False: it is open, so the others of the route are first. When its pause is over, one call of all
    // workers is admitted, to probe.
    bool admits(const Model& model) const noexcept;
    // How a call of `model` ended. What says nothing about the model changes nothing. `wish`: how long the upstream
    // wants to be left alone; 0: it has not said.
    void record(const Model& model, ModelStatus status, std::chrono::milliseconds wish = {}) const;

private:
    void letRest(const Model& model, ModelStatus status, std::chrono::milliseconds wish) const;

    const BreakerConfig config_;
    Log& log_;
};

}  // namespace aiproject
