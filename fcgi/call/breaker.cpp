#include "call/breaker.h"

#include "call/outcome.h"

namespace aiproject {

namespace {

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

void Breaker::record(const Model& model, ModelStatus status) const {
    ModelRow& row = *model.shared;
    if (status == ModelStatus::ok || (row.openUntil != 0 && isRefusal(status))) {
        if (row.failures != 0) row.failures = 0;  // read first: the row is in the caches of all workers
        if (row.openUntil != 0 && row.openUntil.exchange(0) != 0)
            log_.info("model " + model.name + " serves again: it has its place in the routes back");
        return;
    }
    if (config_.failures == 0 || !isModelFault(status)) return;
    const int failures = ++row.failures;
    if (failures < config_.failures) return;
    row.openUntil = Board::milliseconds() + config_.pause.count();
    if (failures == config_.failures)
        log_.warning("model " + model.name + " failed " + std::to_string(failures) +
                     " times in a row: the others of its routes come first for " +
                     std::to_string(config_.pause.count()) + " ms at a time");
}

}  // namespace aiproject
