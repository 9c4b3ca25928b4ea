// How the manager goes from one generation to the next: the parts of Manager that belong to a reload.
#include "base/error.h"
#include "config/secrets.h"
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
        case Reload::Stage::tried: return handOver();
        case Reload::Stage::complete:
            if (!takenOver_) takeOver();
            if (areOthersOut()) finishReload();
            return;
        case Reload::Stage::refused: return former_ ? goBack(reload_->reasons()) : endReload(reload_->reasons());
    }
}

// The first generation serves whatever is wrong with it: the workers say it in the log, and serve the rest. What
// is known does not keep a later one from serving either.
void Manager::learnErrors() {
    if (!firstLook_) return;
    firstLook_->look();
    if (!firstLook_->isOver()) return;
    knownErrors_ = firstLook_->errors();
    std::vector<std::string> faults = firstLook_->objections();
    for (const auto& [name, error] : firstLook_->badPlugins()) {
        badPlugins_.insert(name);
        faults.push_back(error);
    }
    hearNotices(firstLook_->warnings(), faults);
    firstLook_.reset();
}

void Manager::beginReload() {
    isReloadWanted_ = false;
    waiting_ = std::move(next_);
    next_.clear();
    log_.info("reload: trying the configuration and the plugins");
    if (isReadyTold_) notice_.reloading();
    try {
        Generation candidate = makeGeneration(source_, ++lastNumber_);
        log_.hide(secretsOf(candidate.config));  // the trial's objections may repeat them
        if (candidate.config.runDir != current_.config.runDir)
            throw std::runtime_error("run.dir: cannot change in a reload; stop and start aiproject serve");
        const auto rehearsal = rehearsalOf(candidate);
        reload_ = std::make_unique<Reload>(std::move(candidate), knownErrors_, current_, badPlugins_, rehearsal, pools_,
                                           log_);
    } catch (const std::exception& e) {
        endReload(linesOf(describe(e)));
    }
}

void Manager::takeOver() {
    current_ = reload_->candidate();
    knownErrors_ = reload_->errors();
    badPlugins_ = reload_->badPlugins();
    serving_ = reload_->candidatePools();
    log_.reopen(current_.config.log);
    for (Pool* pool : serving_) {
        pool->adopt(current_);
        pool->retireOthers(current_);
    }
    retireOrphans();
    statusFault_ = moveStatus();
    former_.reset();  // no way back
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

std::vector<std::string> Manager::safe(std::vector<std::string> texts) {
    for (std::string& text : texts) text = log_.safe(text);
    return texts;
}

void Manager::answerAll(const std::string& kind, const std::string& text) {
    for (const int client : waiting_) control_.answer(client, kind + " " + log_.safe(text));
}

// What of the generation that serves is not as the operator may think.
void Manager::hearNotices(const std::vector<std::string>& warnings, const std::vector<std::string>& faults) {
    notices_.clear();
    for (const std::string& fault : faults) {
        log_.error(fault);
        answerAll("fail", fault);
        notices_.push_back("error: " + log_.safe(fault));
    }
    for (const std::string& warning : warnings) {
        if (warning.compare(0, 2, "-D") != 0) log_.warning(warning);  // of those serve has said it at its start
        answerAll("say", "warning: " + warning);
        notices_.push_back("warning: " + log_.safe(warning));
    }
}

// Some plugin may serve as it was, or not at all: all else is new, and the exit code says that not all of it is.
void Manager::finishReload() {
    std::vector<std::string> faults = reload_->faults();
    if (!statusFault_.empty()) faults.push_back(statusFault_);
    hearNotices(reload_->warnings(), faults);
    const std::string verdict = "generation " + std::to_string(current_.number) + " serves; the last one drains";
    log_.info("reload: " + verdict);
    isReadyTold_ = true;
    notice_.ready(told_ = summary());
    for (const int client : waiting_) {
        control_.answer(client, "say " + verdict);
        control_.end(client, faults.empty() ? 0 : 1);
    }
    lastReload_ = {faults.empty() ? ReloadReport::Outcome::done : ReloadReport::Outcome::partly, Poco::Timestamp(),
                   safe(faults)};
    gone_.count(metric::kReloads, Labels().with("outcome", faults.empty() ? "done" : "partly"), 1);
    waiting_.clear();
    reload_.reset();
    takenOver_.reset();
}

// Without a new generation.
void Manager::endReload(const std::vector<std::string>& reasons) {
    endReload(reasons, "refused; generation " + std::to_string(current_.number) + " serves on",
              ReloadReport::Outcome::refused);
}

void Manager::endReload(const std::vector<std::string>& reasons, const std::string& verdict,
                        ReloadReport::Outcome outcome) {
    retireOrphans();
    for (const std::string& reason : reasons) {
        log_.error("reload: " + reason);
        answerAll("fail", reason);
    }
    log_.error("reload: " + verdict);
    if (isReadyTold_) notice_.ready(told_ = summary());
    for (const int client : waiting_) {
        control_.answer(client, "fail " + verdict);
        control_.end(client, 1);
    }
    lastReload_ = {outcome, Poco::Timestamp(), safe(reasons)};
    gone_.count(metric::kReloads,
                Labels().with("outcome", outcome == ReloadReport::Outcome::partly ? "partly" : "refused"), 1);
    waiting_.clear();
    reload_.reset();
    takenOver_.reset();
}

}  // namespace aiproject
