#include "call/breaker.h"

#include "call/outcome.h"

#include <algorithm>

namespace aiproject {

namespace {

// Its keys are wrong or its volume is spent: only the operator can change that.
constexpr std::chrono::minutes kLongRest{10};
constexpr std::chrono::milliseconds kShortestRest{1'000}, kLongestWish{3'600'000};

bool isOfAccount(ModelStatus status) noexcept {
    return status == ModelStatus::busy || status == ModelStatus::quotaSpent || status == ModelStatus::misconfigured;
}

// Refusals blame the question; an upstream that can refuse is healthy.
bool isRefusal(ModelStatus status) noexcept {
    return status == ModelStatus::badInput || status == ModelStatus::inputTooLarge ||
           status == ModelStatus::contentRefused;
}

}  // namespace

bool Breaker::admits(const Model& model) const noexcept {
    std::int64_t until = model.shared->openUntil;
    if (until == 0) return true;
    const std::int64_t now = Board::milliseconds();
    return now >= until && model.shared->openUntil.compare_exchange_strong(until, now + config_.pause.count());
}

void Breaker::letRest(const Model& model, ModelStatus status, std::chrono::milliseconds wish) const {
    std::chrono::milliseconds rest = status == ModelStatus::busy ? config_.pause : kLongRest;
    if (wish.count() > 0) rest = std::clamp(wish, kShortestRest, kLongestWish);
    const std::int64_t now = Board::milliseconds(), until = now + rest.count();
    std::int64_t before = model.shared->restsUntil;
    while (before < until && !model.shared->restsUntil.compare_exchange_weak(before, until)) continue;
    if (before < now)
        log_.warning("model " + model.label() + ": its upstream says " + nameOf(status) +
                     "; the other accounts are asked for " + std::to_string(rest.count()) + " ms");
}

void Breaker::record(const Model& model, ModelStatus status, std::chrono::milliseconds wish) const {
    ModelRow& row = *model.shared;
    if (!model.account.empty() && isOfAccount(status)) return letRest(model, status, wish);
    if (status == ModelStatus::ok || (row.openUntil != 0 && isRefusal(status))) {
        if (row.failures != 0) row.failures = 0;  // read first: the row is in the caches of all workers
        if (row.openUntil != 0 && row.openUntil.exchange(0) != 0)
            log_.info("model " + model.label() + " serves again: it has its place in the routes back");
        return;
    }
    if (config_.failures == 0 || !isModelFault(status)) return;
    const int failures = ++row.failures;
    if (failures < config_.failures) return;
    row.openUntil = Board::milliseconds() + config_.pause.count();
    if (failures == config_.failures)
        log_.warning("model " + model.label() + " failed " + std::to_string(failures) +
                     " times in a row: the others of its routes come first for " +
                     std::to_string(config_.pause.count()) + " ms at a time");
}

}  // namespace aiproject
