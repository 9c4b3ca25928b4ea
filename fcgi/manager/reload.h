// One attempt to replace the generation that serves: the candidate is tried, then its workers start beside the
// old ones, and only when all of them are ready does it take over. Until then nothing of the old one changes. The
// workers of another program are started by that program: see manager_handover.cpp.
#pragma once

#include "manager/generation.h"
#include "manager/pool.h"
#include "manager/trial.h"
#include "observe/log.h"

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace aiproject {

using Pools = std::vector<std::unique_ptr<Pool>>;

// The pools of a generation, opened where they are missing. Throws, and leaves `pools` as they were.
std::vector<Pool*> poolsOf(const Generation& generation, Pools& pools, Log& log);

class Reload {
public:
    // tried: all is well, and the other program is to go on.
    enum class Stage { trying, tried, starting, complete, refused };
    // What the other program will be handed; none: the candidate's program is the one that runs.
    using Rehearsal = std::function<NextProgram(const Generation& candidate)>;
    // What the program before this one has found in its trial.
    struct Findings {
        std::set<std::string> errors, badPlugins;
        std::vector<std::string> warnings, faults;
    };

    // Errors in `known` are not the candidate's alone. `last` is the generation that serves, `itsBad` the plugins that
    // are at fault there: of the others it has good copies. Throws when the trial cannot be started.
    Reload(Generation candidate, std::set<std::string> known, const Generation& last, std::set<std::string> itsBad,
           Rehearsal rehearsal, Pools& pools, Log& log);
    // One that the last program has tried: its workers start.
    Reload(Generation candidate, Findings findings, Pools& pools, Log& log);

    // Goes as far as it can without waiting.
    Stage advance();
    bool reap(pid_t pid, int status) { return trial_ && trial_->reap(pid, status); }
    void look() {
        if (trial_) trial_->look();
    }
    void refuse(std::vector<std::string> reasons);

    const Generation& candidate() const noexcept { return candidate_; }
    const std::vector<Pool*>& candidatePools() const noexcept { return mine_; }
    // Of the candidate, those that were known before among them.
    const std::set<std::string>& errors() const noexcept { return found_.errors; }
    const std::set<std::string>& badPlugins() const noexcept { return found_.badPlugins; }
    const std::vector<std::string>& warnings() const noexcept { return found_.warnings; }
    // Of it, what serves otherwise than the folder says: plugins that are new and bad.
    const std::vector<std::string>& faults() const noexcept { return found_.faults; }
    const Findings& findings() const noexcept { return found_; }
    // Why it was refused.
    const std::vector<std::string>& reasons() const noexcept { return reasons_; }

private:
    void judge();
    void tryAnew(const std::set<std::string>& lastCopies);
    void start();
    void watchStart();
    std::unique_ptr<Trial> trial() const;

    Generation candidate_;
    const std::set<std::string> known_, itsBad_;
    const std::shared_ptr<const PluginSnapshot> lastPlugins_;
    const Rehearsal rehearsal_;
    Pools& pools_;
    Log& log_;
    std::unique_ptr<Trial> trial_;
    Findings found_;
    std::set<std::string> replaced_;  // plugins that have their last good copy
    Stage stage_ = Stage::trying;
    std::vector<Pool*> mine_;
    std::vector<std::string> reasons_;
};

}  // namespace aiproject
