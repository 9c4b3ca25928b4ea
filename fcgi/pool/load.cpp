#include "pool/load.h"

namespace aiproject {

Load::Load(const Seat& seat, const PoolConfig& pool) : seat_(seat), maxRequests_(std::uint64_t(pool.maxRequests)) {
    seat.worker().threads = pool.threads;
}

void Load::begin() const noexcept { ++seat_.worker().busy; }

void Load::end() const noexcept {
    WorkerRow& row = seat_.worker();
    --row.busy;
    if (++row.served == maxRequests_) seat_.board().ring();
}

bool Load::othersHaveRoom() const noexcept {
    for (int index = 0; index < kMostWorkers; ++index) {
        const WorkerRow& row = seat_.board().worker(index);
        if (index != seat_.row() && row.state == WorkerState::ready && row.busy < row.threads) return true;
    }
    return false;
}

}  // namespace aiproject
