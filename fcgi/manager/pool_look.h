// What the board of a pool says now, for people and for metrics. Reads only, and waits for no lock.
#pragma once

#include "manager/pool.h"

#include <array>
#include <cstdint>

namespace aiproject {

struct PoolLook {
    int calls = 0;    // in progress
    int streams = 0;  // of them, those that event loops follow
    std::array<int, kMostModels> callsOf{};
    int queued = 0;  // requests that wait for a thread
    std::int64_t longestWaitMs = 0;
};

PoolLook lookAt(Pool& pool);

const char* stateOf(const WorkerProcess& worker, const WorkerRow& row);

// Whether a worker has that model, whose row stays when it is gone; `isReady`: and has started.
bool hasModel(Pool& pool, int model, bool isReady);
const char* stateOf(Pool& pool, int model, int generation);

}  // namespace aiproject
