#include "manager/status.h"

#include "base/utf8.h"
#include "manager/answer_sources.h"
#include "manager/call_list.h"
#include "manager/metric_sums.h"
#include "manager/pool_look.h"
#include "manager/process_memory.h"

#include <Poco/DateTimeFormat.h>
#include <Poco/DateTimeFormatter.h>
#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <unistd.h>

#include <algorithm>
#include <sstream>

namespace aiproject {
namespace {

using Poco::JSON::Array;
using Poco::JSON::Object;

std::string timeText(const Poco::Timestamp& time) {
    return Poco::DateTimeFormatter::format(time, Poco::DateTimeFormat::ISO8601_FORMAT);
}

const char* nameOf(ReloadReport::Outcome outcome) {
    switch (outcome) {
        case ReloadReport::Outcome::none: return "none";
        case ReloadReport::Outcome::done: return "done";
        case ReloadReport::Outcome::partly: return "done in part";
        case ReloadReport::Outcome::refused: return "refused";
    }
    return "unknown";
}

Object reloadOf(const ManagerView& view) {
    Object reload(Poco::JSON_PRESERVE_KEY_ORDER);
    const ReloadReport& last = view.lastReload;
    reload.set("state", view.isReloading ? "in progress" : nameOf(last.outcome));
    if (last.outcome != ReloadReport::Outcome::none) reload.set("at", timeText(last.at));
    Array reasons;
    for (const auto& reason : last.reasons) reasons.add(printable(reason));
    reload.set("reasons", reasons);
    return reload;
}

// That its event loop follows.
int streamsOf(const WorkerProcess& worker, Board& board) {
    int streams = 0;
    for (int index = 0; index < board.callsEnd(); ++index) {
        const CallRow& call = board.call(index);
        if (call.owner == worker.row + 1 && call.isFollowed != 0) ++streams;
    }
    return streams;
}

Object workerOf(const WorkerProcess& worker, Board& board) {
    const WorkerRow& row = board.worker(worker.row);
    const auto up = std::chrono::steady_clock::now() - worker.startedAt;
    Object object(Poco::JSON_PRESERVE_KEY_ORDER);
    object.set("pid", worker.pid);
    object.set("generation", worker.generation);
    object.set("state", stateOf(worker, row));
    object.set("busy", row.busy.load());
    object.set("threads", row.threads.load());
    object.set("streams", streamsOf(worker, board));
    object.set("served", row.served.load());
    object.set("resident_mb", residentMegabytes(worker.pid));
    object.set("up_s", std::chrono::duration_cast<std::chrono::seconds>(up).count());
    return object;
}

Array answersOf(const ManagerView& view) {
    Array answers;
    for (const AnswerSource& source : answerSources(view.pools, view.generation)) {
        Object object(Poco::JSON_PRESERVE_KEY_ORDER);
        object.set("kind", source.kind);
        if (!source.model.empty()) object.set("model", source.model);
        if (!source.model.empty()) object.set("origin", source.origin);
        answers.add(object);
    }
    return answers;
}

Object modelOf(const ModelRow& row, const char* state, int calls, bool isForNetwork) {
    const std::int64_t pause = std::max<std::int64_t>(row.openUntil, row.restsUntil) - Board::milliseconds();
    Object object(Poco::JSON_PRESERVE_KEY_ORDER);
    object.set("name", std::string(row.name.data()));
    object.set("plugin", std::string(row.plugin.data()));
    object.set("state", state);
    object.set("calls", calls);
    object.set("failures", row.failures.load());
    if (const std::uint32_t keyEnd = row.keyEnd; keyEnd != 0 && !isForNetwork)
        object.set("key_end", printable({reinterpret_cast<const char*>(&keyEnd), sizeof keyEnd}));
    if (pause > 0) object.set("retry_s", (pause + 999) / 1000);
    return object;
}

Object poolOf(Pool& pool, const ManagerView& view) {
    const Generation& generation = view.generation;
    Board& board = pool.board();
    const PoolLook look = lookAt(pool);
    Object object(Poco::JSON_PRESERVE_KEY_ORDER);
    object.set("name", pool.name());
    if (!view.isForNetwork) object.set("socket", pool.path());
    object.set("calls", look.calls);
    const auto config = generation.config.pools.find(pool.name());
    if (config != generation.config.pools.end()) {
        object.set("calls_limit", config->second.mostCalls());
        object.set("processes", config->second.processes);
    }
    object.set("queue_waiting", look.queued);
    object.set("queue_longest_ms", look.longestWaitMs);
    if (!pool.lastDeath().empty()) object.set("last_death", pool.lastDeath());
    Array workers, models;
    for (const WorkerProcess& worker : pool.workers()) workers.add(workerOf(worker, board));
    for (int index = 0; index < kMostModels; ++index)
        if (hasModel(pool, index, false))
            models.add(modelOf(board.model(index), stateOf(pool, index, generation.number),
                               look.callsOf.at(std::size_t(index)), view.isForNetwork));
    object.set("workers", workers);
    object.set("models", models);
    object.set("oldest_calls", oldestCalls(pool));
    return object;
}

// Since `serve` started, or the one that it was upgraded from: also by workers that are gone.
std::uint64_t requestsOf(const ManagerView& view) {
    std::uint64_t all = view.requestsOfGonePools;
    for (const auto& pool : view.pools) all += requestsOn(pool->board());
    return all;
}

}  // namespace

std::string statusText(const ManagerView& view) {
    Object status(Poco::JSON_PRESERVE_KEY_ORDER);
    status.set("pid", getpid());
    status.set("release", view.release);
    status.set("since", timeText(view.since));
    status.set("requests", requestsOf(view));
    status.set("generation", view.generation.number);
    if (!view.isForNetwork) status.set("configuration", view.generation.config.source);
    status.set("reload", reloadOf(view));
    Array notices, pools;
    for (const auto& notice : view.notices) notices.add(printable(notice));
    status.set("notices", notices);
    status.set("answers", answersOf(view));
    for (const auto& pool : view.pools) pools.add(poolOf(*pool, view));
    status.set("pools", pools);
    std::ostringstream text;
    status.stringify(text);
    return text.str();
}

}  // namespace aiproject
