// How a pool deals with workers that die or hang: the parts of Pool that look for whom to blame.
#include "manager/pool.h"

#include "base/utf8.h"

#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <utility>

namespace aiproject {
namespace {

using Stage = WorkerProcess::Stage;

constexpr std::chrono::milliseconds kBetweenBeatLooks{250};
constexpr int kMostSilentLooks = 40;  // ten seconds; an idle worker beats once in one

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
        giveUp(*worker, std::string("has a call that ignores its end, on model ") +
                            (model == kNobody ? "?" : board_.model(model).name.data()));
        if (model != kNobody) blame(model, *worker);
    }
}

void Pool::giveUp(WorkerProcess& worker, const std::string& why) {
    log_.error(called(worker) + " " + why + (worker.stage == Stage::draining ? "" : "; it is replaced"));
    worker.isStuck = true;
    if (worker.stage == Stage::wanted) worker.stage = Stage::leaving;
    if (worker.stage != Stage::draining) return;
    const auto before = worker.killAt;  // no longer until its limit
    expectEnd(worker, worker.timeouts.drain);
    worker.killAt = std::min(before, worker.killAt);
    // By its own clock it has longer, and would have streams without a last frame when it is killed.
    if (std::exchange(worker.isPatient, false)) kill(worker.pid, SIGTERM);
}

// The workers that have the old one end by themselves; whoever waited at it has been turned away.
void Pool::reopenSocket() {
    log_.error("pool " + name_ + ": a worker has shut its socket down, a plugin most likely; it is opened anew");
    try {
        const std::string path = socket_.path();
        socket_.close();
        socket_ = ListeningSocket({path}, backlog_);
    } catch (const std::exception& e) {
        log_.error("pool " + name_ + ": " + e.what() + "; restart aiproject serve");
    }
}

// Looks are counted, not time: where the whole host stood still, nobody is to blame. While it starts or ends a worker
// runs code that cannot beat: plugins' own.
void Pool::missBeats() {
    const auto now = Clock::now();
    if (now < nextBeatLook_) return;
    nextBeatLook_ = now + kBetweenBeatLooks;
    if (isOpen() && socket_.isShutDown()) reopenSocket();
    const bool isWaitedFor = socket_.hasWaiting();
    for (WorkerProcess& worker : workers_) {
        const WorkerRow& row = board_.worker(worker.row);
        const WorkerState state = row.state;
        if (worker.isForeign) continue;  // it beats elsewhere
        if (state == WorkerState::starting || state == WorkerState::ending || row.beats != worker.beats) {
            worker.beats = row.beats;
            worker.silentLooks = 0;
            worker.isWaitedFor = false;
            continue;
        }
        ++worker.silentLooks;
        worker.isWaitedFor |= isWaitedFor;
        const bool isDraining = worker.stage == Stage::draining;
        if (worker.isStuck || worker.silentLooks < kMostSilentLooks || !(worker.isWaitedFor || isDraining)) continue;
        giveUp(worker, isDraining ? "drains without a sign of life" : "takes nobody, though somebody waits");
        if (isDraining && hasOnlyStuckCalls(worker)) end(worker);
    }
}

// Where the event loop is stuck, all that it follows is. Of a foreign worker nobody here knows: its calls stand on
// another board.
bool Pool::hasOnlyStuckCalls(const WorkerProcess& worker) {
    if (worker.isForeign) return false;
    const auto now = Board::milliseconds();
    int stuck = 0, followed = 0;
    bool isLoopStuck = false;
    for (int index = 0; index < board_.callsEnd(); ++index) {
        const CallRow& call = board_.call(index);
        if (call.owner != worker.row + 1) continue;
        const bool isFollowed = call.isFollowed != 0;
        if (isFollowed) ++followed;
        if (!isOverdue(call, now)) continue;
        if (isFollowed)
            isLoopStuck = true;
        else
            ++stuck;
    }
    return stuck >= board_.worker(worker.row).busy && (followed == 0 || isLoopStuck);
}

void Pool::blame(int model, const WorkerProcess& worker) {
    if (crashes_.blame(model, worker.generation, Clock::now())) sayQuarantined(model);
}

void Pool::explainDeath(const WorkerProcess& worker, int status) {
    std::string text = called(worker) + " ended " + endOf(status);
    const int suspect = suspectOf(worker, status);
    const bool isStarting = board_.worker(worker.row).state == WorkerState::starting;
    const bool hasHung = isStarting && suspect != kNobody && WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM;
    const std::string where = hasHung      ? ", timeout.start_ms being over, in start() of model "
                              : isStarting ? " in start() of model "
                                           : " in a call on model ";
    if (suspect != kNobody) text += where + board_.model(suspect).name.data();
    const char* const lastWords = board_.worker(worker.row).lastWords.data();
    if (*lastWords) text += ": " + printable(lastWords);
    // Somebody's will, not the worker's fault: no reason to wait.
    const bool wasKilled = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL && isReady(worker);
    if (worker.stage == Stage::wanted && !wasKilled) {
        const auto pause = pause_.afterDeath(Clock::now());
        text += "; the next one starts in " + std::to_string(pause.count()) + " ms";
    }
    log_.error(text);
    ++deaths_;
    lastDeath_ = text;
    // The whole pool waits for it each time.
    if (hasHung && crashes_.condemn(suspect, worker.generation)) sayQuarantined(suspect);
    if (suspect != kNobody && !hasHung) blame(suspect, worker);
}

void Pool::sayQuarantined(int model) {
    log_.error("pool " + name_ + ": plugin " + crashes_.pluginOf(model) +
               " costs its workers their lives: quarantined with all its models until the next reload");
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
