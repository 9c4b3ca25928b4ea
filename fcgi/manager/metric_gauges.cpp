#include "manager/metric_gauges.h"

#include "base/unix_time.h"
#include "manager/pool_look.h"
#include "manager/process_memory.h"

#include <algorithm>
#include <array>

namespace aiproject {
namespace {

// Each state has a series, also where it has none: an alert can rely on it.
constexpr std::array<const char*, 6> kWorkerStates{"starting", "ready", "draining", "ending", "stuck", "silent"};
constexpr std::array<const char*, 5> kModelStates{"starting", "serving", "failing", "resting", "quarantined"};

constexpr double kBytesInMegabyte = 1024.0 * 1024.0, kMilli = 1e-3;

void addWorkers(Pool& pool, const Labels& labels, MetricSums& sums) {
    for (const char* state : kWorkerStates) sums.level(metric::kWorkers, Labels(labels).with("state", state), 0);
    int threads = 0, busy = 0, reservations = 0;
    double resident = 0;
    for (const WorkerProcess& worker : pool.workers()) {
        const WorkerRow& row = pool.board().worker(worker.row);
        sums.level(metric::kWorkers, Labels(labels).with("state", stateOf(worker, row)), 1);
        threads += row.threads;
        busy += row.busy;
        reservations += row.gauges.reservations;
        resident += residentMegabytes(worker.pid) * kBytesInMegabyte;
    }
    sums.level(metric::kThreads, labels, threads);
    sums.level(metric::kThreadsBusy, labels, busy);
    sums.level(metric::kReservations, labels, reservations);
    sums.level(metric::kResident, labels, resident);
}

void addModels(Pool& pool, const Labels& labels, int generation, MetricSums& sums) {
    for (const char* state : kModelStates) sums.level(metric::kModels, Labels(labels).with("state", state), 0);
    for (int index = 0; index < kMostModels; ++index) {
        if (!hasModel(pool, index, false)) continue;
        const char* const state = stateOf(pool, index, generation);
        sums.level(metric::kModels, Labels(labels).with("state", state), 1);
        sums.level(metric::kModelState,
                   Labels(labels).with("model", pool.board().model(index).name.data()).with("state", state), 1);
    }
}

void addPool(Pool& pool, const Generation& generation, MetricSums& sums) {
    const Labels labels = Labels().with("pool", pool.name());
    addWorkers(pool, labels, sums);
    addModels(pool, labels, generation.number, sums);
    const PoolLook look = lookAt(pool);
    sums.level(metric::kCalls, labels, look.calls);
    sums.level(metric::kStreams, labels, look.streams);
    sums.level(metric::kQueued, labels, look.queued);
    sums.level(metric::kQueueWait, labels, double(look.longestWaitMs) * kMilli);
    const auto config = generation.config.pools.find(pool.name());
    if (config == generation.config.pools.end() || !pool.isOpen()) return;  // of two sockets one is wanted
    sums.level(metric::kCallsLimit, labels, config->second.mostCalls());
    sums.level(metric::kWorkersWanted, labels, config->second.processes);
}

// All workers look at the same folder, each at its own time.
void addSpool(const Pools& pools, MetricSums& sums) {
    std::int64_t bills = 0, since = 0;
    for (const auto& pool : pools)
        for (const WorkerProcess& worker : pool->workers()) {
            const WorkerGauges& gauges = pool->board().worker(worker.row).gauges;
            bills = std::max<std::int64_t>(bills, gauges.billsWaiting);
            const std::int64_t its = gauges.billsSince;
            if (its > 0) since = since == 0 ? its : std::min(since, its);
        }
    const std::int64_t age = since == 0 ? 0 : std::max<std::int64_t>(0, unixMilliseconds() - since);
    sums.level(metric::kBillsWaiting, {}, double(bills));
    sums.level(metric::kBillsAge, {}, double(age) * kMilli);
}

}  // namespace

void addGauges(const ManagerView& view, MetricSums& sums) {
    sums.level(metric::kStart, {}, double(view.since.epochMicroseconds()) * metric::kMicro);
    sums.level(metric::kGeneration, {}, view.generation.number);
    sums.level(metric::kNotices, {}, double(view.notices.size()));
    for (const auto& pool : view.pools) addPool(*pool, view.generation, sums);
    addSpool(view.pools, sums);
}

}  // namespace aiproject
