#include "manager/pool_look.h"

#include <algorithm>

namespace aiproject {
namespace {

const char* nameOf(WorkerState state) {
    switch (state) {
        case WorkerState::none: return "ended";
        case WorkerState::starting: return "starting";
        case WorkerState::ready: return "ready";
        case WorkerState::draining: return "draining";
        case WorkerState::ending: return "ending";
    }
    return "unknown";
}

}  // namespace

PoolLook lookAt(Pool& pool) {
    Board& board = pool.board();
    PoolLook look;
    for (int index = 0; index < board.callsEnd(); ++index) {
        const CallRow& call = board.call(index);
        const int model = call.model;
        if (call.owner == 0) continue;
        ++look.calls;
        if (call.isFollowed != 0) ++look.streams;
        if (model >= 0 && model < kMostModels) ++look.callsOf.at(std::size_t(model));
    }
    const std::int64_t now = Board::milliseconds();
    for (const WorkerProcess& worker : pool.workers()) {
        const WorkerGauges& gauges = board.worker(worker.row).gauges;
        const std::int64_t since = gauges.queuedSince;
        look.queued += gauges.queued;
        if (since > 0) look.longestWaitMs = std::max(look.longestWaitMs, now - since);
    }
    return look;
}

const char* stateOf(const WorkerProcess& worker, const WorkerRow& row) {
    return worker.isStuck ? "stuck" : worker.isSilent() ? "silent" : nameOf(row.state);
}

bool hasModel(Pool& pool, int model, bool isReady) {
    return std::any_of(pool.workers().begin(), pool.workers().end(), [&](const WorkerProcess& worker) {
        const WorkerRow& row = pool.board().worker(worker.row);
        return aiproject::hasModel(row, model) && (!isReady || row.state != WorkerState::starting);
    });
}

const char* stateOf(Pool& pool, int model, int generation) {
    const ModelRow& row = pool.board().model(model);
    if (row.quarantinedIn == generation) return "quarantined";
    if (!hasModel(pool, model, true)) return "starting";
    if (row.restsUntil > Board::milliseconds()) return "resting";
    return row.openUntil != 0 ? "failing" : "serving";
}

}  // namespace aiproject
