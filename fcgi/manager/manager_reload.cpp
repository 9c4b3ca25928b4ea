// How the manager goes from one generation to the next: the parts of Manager that belong to a reload.
#include "base/error.h"
#include "base/utf8.h"
#include "manager/manager.h"

#include <Poco/StringTokenizer.h>

#include <algorithm>

namespace aiproject {
namespace {

constexpr std::chrono::seconds kLongestHandover{2};

std::vector<std::string> linesOf(const std::string& text) {
    const Poco::StringTokenizer lines(text, "\n", Poco::StringTokenizer::TOK_IGNORE_EMPTY);
    return {lines.begin(), lines.end()};
}

}  // namespace

// One that is asked for while another is at work comes after it: things may have changed since that one looked.
void Manager::askForReload() { isReloadWanted_ = true; }

void Manager::continueReload() {
    if (!reload_ && isReloadWanted_ && !firstLook_) beginReload();
    if (!reload_) return;
    reload_->look();
    switch (reload_->advance()) {
        case Reload::Stage::trying:
        case Reload::Stage::starting: return;
        case Reload::Stage::complete:
            if (!takenOver_) takeOver();
            if (areOthersOut()) endReload({});
            return;
        case Reload::Stage::refused: return endReload(reload_->reasons());
    }
}

// The first generation serves whatever is wrong with it: the workers say it in the log, and serve the rest. What
// is known does not keep a later one from serving either.
void Manager::learnErrors() {
    if (!firstLook_) return;
    firstLook_->look();
    if (!firstLook_->isOver()) return;
    knownErrors_ = firstLook_->errors();
    firstLook_.reset();
}

void Manager::beginReload() {
    isReloadWanted_ = false;
    waiting_ = std::move(next_);
    next_.clear();
    log_.info("reload: trying the configuration and the plugins");
    try {
        Generation candidate = makeGeneration(source_, ++lastNumber_);
        if (candidate.config.runDir != current_.config.runDir)
            throw std::runtime_error("run.dir: cannot change in a reload; stop and start aiproject serve");
        reload_ = std::make_unique<Reload>(std::move(candidate), knownErrors_, pools_, log_);
    } catch (const std::exception& e) {
        endReload(linesOf(describe(e)));
    }
}

void Manager::takeOver() {
    current_ = reload_->candidate();
    knownErrors_ = reload_->errors();
    serving_ = reload_->candidatePools();
    log_.reopen(current_.config.log);
    for (Pool* pool : serving_) {
        pool->adopt(current_);
        pool->retireOthers(current_);
    }
    retireOrphans();
    takenOver_ = Clock::now();
}

// Who asked for the reload finds what is new with the next request: nobody of the last generation takes one more. One
// that hangs keeps nobody waiting.
bool Manager::areOthersOut() const {
    const auto isOut = [&](Pool* pool) { return !pool->hasOthersReady(current_); };
    return std::all_of(serving_.begin(), serving_.end(), isOut) || Clock::now() >= *takenOver_ + kLongestHandover;
}

// Pools that only the last generation had, or only one that was refused.
void Manager::retireOrphans() {
    for (const auto& pool : pools_)
        if (std::find(serving_.begin(), serving_.end(), pool.get()) == serving_.end()) pool->retire(current_);
}

void Manager::endReload(const std::vector<std::string>& reasons) {
    retireOrphans();
    const bool isDone = reasons.empty();
    for (const std::string& reason : reasons) {
        log_.error("reload: " + reason);
        for (const int client : waiting_) control_.answer(client, "fail " + printable(reason));
    }
    const std::string verdict = isDone
                                    ? "generation " + std::to_string(current_.number) + " serves; the last one drains"
                                    : "refused; generation " + std::to_string(current_.number) + " serves on";
    if (isDone)
        log_.info("reload: " + verdict);
    else
        log_.error("reload: " + verdict);
    for (const int client : waiting_) {
        control_.answer(client, (isDone ? "say " : "fail ") + verdict);
        control_.end(client, isDone ? 0 : 1);
    }
    lastReload_ = {isDone ? ReloadReport::Outcome::done : ReloadReport::Outcome::refused, Poco::Timestamp(), reasons};
    waiting_.clear();
    reload_.reset();
    takenOver_.reset();
}

}  // namespace aiproject
