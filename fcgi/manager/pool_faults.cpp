// How a pool deals with workers that die or hang: the parts of Pool that look for whom to blame.
#include "manager/pool.h"

#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <utility>

namespace aiproject {
namespace {

using Stage = WorkerProcess::Stage;

bool isOverdue(const CallRow& call, std::int64_t now) {
    const std::int64_t overdueAt = call.overdueAt;
    return overdueAt != 0 && overdueAt <= now;
}

}  // namespace

void Pool::endStuckCalls() {
    const auto now = Board::milliseconds();
    for (int index = 0; index < board_.callsEnd(); ++index) {
        CallRow& call = board_.call(index);
        const std::int64_t overdueAt = call.overdueAt;
        const int owner = call.owner, model = call.model;
        if (owner == 0 || !isOverdue(call, now)) continue;
        if (call.overdueAt != overdueAt) continue;  // another call has taken the row in between
        const auto worker = std::find_if(workers_.begin(), workers_.end(), [&](const WorkerProcess& one) {
            return one.row == owner - 1 && !one.isStuck;
        });
        if (worker == workers_.end()) continue;
        worker->isStuck = true;
        if (worker->stage == Stage::wanted) worker->stage = Stage::leaving;
        if (worker->stage == Stage::draining) {  // no longer until its limit
            const auto before = worker->killAt;
            expectEnd(*worker, worker->timeouts.drain);
            worker->killAt = std::min(before, worker->killAt);
            // By its own clock it has longer, and would have streams without a last frame when it is killed.
            if (std::exchange(worker->isPatient, false)) kill(worker->pid, SIGTERM);
        }
        log_.error(called(*worker) + " has a call that ignores its end, on model " +
                   (model == kNobody ? "?" : board_.model(model).name.data()) + "; it is replaced");
        if (model != kNobody) blame(model, *worker);
    }
}

int Pool::stuckCallsOf(const WorkerProcess& worker) {
    const auto now = Board::milliseconds();
    int stuck = 0;
    for (int index = 0; index < board_.callsEnd(); ++index) {
        const CallRow& call = board_.call(index);
        if (call.owner == worker.row + 1 && isOverdue(call, now)) ++stuck;
    }
    return stuck;
}

void Pool::blame(int model, const WorkerProcess& worker) {
    if (!crashes_.blame(model, worker.generation, Clock::now())) return;
    log_.error("pool " + name_ + ": plugin " + crashes_.pluginOf(model) +
               " costs its workers their lives: quarantined until the next reload");
}

void Pool::explainDeath(const WorkerProcess& worker, int status) {
    std::string text = called(worker) + " ended " + endOf(status);
    const int suspect = suspectOf(worker, status);
    if (suspect != kNobody) text += std::string(" in a call on model ") + board_.model(suspect).name.data();
    // Somebody's will, not the worker's fault: no reason to wait.
    const bool wasKilled = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL && isReady(worker);
    if (worker.stage == Stage::wanted && !wasKilled) {
        const auto pause = pause_.afterDeath(Clock::now());
        text += "; the next one starts in " + std::to_string(pause.count()) + " ms";
    }
    log_.error(text);
    lastDeath_ = text;
    if (suspect != kNobody) blame(suspect, worker);
}

// Where the process could not tell, or was not asked (_exit() leaves no mark): the plugin that had calls in
// progress, if it was only one.
int Pool::suspectOf(const WorkerProcess& worker, int status) {
    const int marked = board_.worker(worker.row).crashedModel;
    if (marked >= 0) return marked;
    if (marked != kSomebody && (WIFSIGNALED(status) || worker.stage == Stage::draining)) return kNobody;
    int only = kNobody;
    for (int index = 0; index < board_.callsEnd(); ++index) {
        const CallRow& call = board_.call(index);
        const int model = call.model;
        if (call.owner != worker.row + 1 || model == kNobody) continue;
        if (only != kNobody && crashes_.pluginOf(only) != crashes_.pluginOf(model)) return kNobody;
        only = model;
    }
    return only;
}

}  // namespace aiproject
