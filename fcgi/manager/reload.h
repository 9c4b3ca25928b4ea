// One attempt to replace the generation that serves: the candidate is tried, then its workers start beside the
// old ones, and only when all of them are ready does it take over. Until then nothing of the old one changes.
#pragma once

#include "manager/generation.h"
#include "manager/pool.h"
#include "manager/trial.h"
#include "observe/log.h"

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
    enum class Stage { trying, starting, complete, refused };

    // Throws when the trial cannot be started.
    Reload(Generation candidate, std::set<std::string> knownErrors, Pools& pools, Log& log);

    // Goes as far as it can without waiting.
    Stage advance();
    bool reap(pid_t pid, int status) { return trial_.reap(pid, status); }
    void look() { trial_.look(); }

    const Generation& candidate() const noexcept { return candidate_; }
    const std::vector<Pool*>& candidatePools() const noexcept { return mine_; }
    // Of the candidate, those that were known before among them.
    const std::set<std::string>& errors() const noexcept { return trial_.errors(); }
    // Why it was refused.
    const std::vector<std::string>& reasons() const noexcept { return reasons_; }

private:
    void start();
    void watchStart();
    void refuse(std::vector<std::string> reasons);

    const Generation candidate_;
    Pools& pools_;
    Log& log_;
    Trial trial_;
    Stage stage_ = Stage::trying;
    std::vector<Pool*> mine_;
    std::vector<std::string> reasons_;
};

}  // namespace aiproject
