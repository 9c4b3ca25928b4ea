#include "manager/status.h"

#include "base/utf8.h"
#include "manager/process_memory.h"

#include <Poco/DateTimeFormat.h>
#include <Poco/DateTimeFormatter.h>
#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <sstream>

namespace aiproject {
namespace {

using Poco::JSON::Array;
using Poco::JSON::Object;
using Calls = std::array<int, kMostModels>;  // in progress, by model row

std::string timeText(const Poco::Timestamp& time) {
    return Poco::DateTimeFormatter::format(time, Poco::DateTimeFormat::ISO8601_FORMAT);
}

const char* nameOf(WorkerState state) {
    switch (state) {
        case WorkerState::none: return "ended";
        case WorkerState::starting: return "starting";
        case WorkerState::ready: return "ready";
        case WorkerState::draining: return "draining";
    }
    return "unknown";
}

Object reloadOf(const ManagerView& view) {
    Object reload(Poco::JSON_PRESERVE_KEY_ORDER);
    const ReloadReport& last = view.lastReload;
    const bool isNone = last.outcome == ReloadReport::Outcome::none;
    reload.set("state", view.isReloading                              ? "in progress"
                        : isNone                                      ? "none"
                        : last.outcome == ReloadReport::Outcome::done ? "done"
                                                                      : "refused");
    if (!isNone) reload.set("at", timeText(last.at));
    Array reasons;
    for (const auto& reason : last.reasons) reasons.add(printable(reason));
    reload.set("reasons", reasons);
    return reload;
}

Object workerOf(const WorkerProcess& worker, Board& board) {
    const WorkerRow& row = board.worker(worker.row);
    const auto up = std::chrono::steady_clock::now() - worker.startedAt;
    Object object(Poco::JSON_PRESERVE_KEY_ORDER);
    object.set("pid", worker.pid);
    object.set("generation", worker.generation);
    object.set("state", worker.isStuck ? "stuck" : nameOf(row.state));
    object.set("busy", row.busy.load());
    object.set("threads", row.threads.load());
    object.set("served", row.served.load());
    object.set("resident_mb", residentMegabytes(worker.pid));
    object.set("up_s", std::chrono::duration_cast<std::chrono::seconds>(up).count());
    return object;
}

// Answers the sum of all.
int countCalls(Board& board, Calls& byModel) {
    int all = 0;
    for (int index = 0; index < board.callsEnd(); ++index) {
        const CallRow& call = board.call(index);
        const int model = call.model;
        if (call.owner == 0) continue;
        ++all;
        if (model != kNobody) ++byModel.at(model);
    }
    return all;
}

Object modelOf(const ModelRow& row, int calls, int generation) {
    const std::int64_t pause = row.openUntil - Board::milliseconds();
    Object object(Poco::JSON_PRESERVE_KEY_ORDER);
    object.set("name", std::string(row.name.data()));
    object.set("plugin", std::string(row.plugin.data()));
    object.set("state", row.quarantinedIn == generation ? "quarantined" : row.openUntil != 0 ? "failing" : "serving");
    object.set("calls", calls);
    object.set("failures", row.failures.load());
    if (pause > 0) object.set("retry_s", (pause + 999) / 1000);
    return object;
}

// Rows stay when the models they stand for are gone.
bool isServed(Pool& pool, int model) {
    return std::any_of(pool.workers().begin(), pool.workers().end(),
                       [&](const WorkerProcess& worker) { return hasModel(pool.board().worker(worker.row), model); });
}

Object poolOf(Pool& pool, const Generation& generation) {
    Board& board = pool.board();
    Calls calls{};
    Object object(Poco::JSON_PRESERVE_KEY_ORDER);
    object.set("name", pool.name());
    object.set("socket", pool.path());
    object.set("calls", countCalls(board, calls));
    const auto config = generation.config.pools.find(pool.name());
    if (config != generation.config.pools.end()) {
        object.set("calls_limit", config->second.mostCalls());
        object.set("processes", config->second.processes);
    }
    if (!pool.lastDeath().empty()) object.set("last_death", pool.lastDeath());
    Array workers, models;
    for (const WorkerProcess& worker : pool.workers()) workers.add(workerOf(worker, board));
    for (int index = 0; index < kMostModels; ++index)
        if (isServed(pool, index)) models.add(modelOf(board.model(index), calls.at(index), generation.number));
    object.set("workers", workers);
    object.set("models", models);
    return object;
}

}  // namespace

std::string statusText(const ManagerView& view) {
    Object status(Poco::JSON_PRESERVE_KEY_ORDER);
    status.set("pid", getpid());
    status.set("since", timeText(view.since));
    status.set("generation", view.generation.number);
    status.set("configuration", view.generation.config.source);
    status.set("reload", reloadOf(view));
    Array pools;
    for (const auto& pool : view.pools) pools.add(poolOf(*pool, view.generation));
    status.set("pools", pools);
    std::ostringstream text;
    status.stringify(text);
    return text.str();
}

}  // namespace aiproject
