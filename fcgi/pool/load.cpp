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

void Load::setAside() const noexcept { --seat_.worker().busy; }

template <class Fits>
bool Load::anyOther(const Fits& fits) const noexcept {
    for (int index = 0; index < seat_.board().workersEnd(); ++index) {
        const WorkerRow& row = seat_.board().worker(index);
        if (index != seat_.row() && row.state == WorkerState::ready && fits(row)) return true;
    }
    return false;
}

bool Load::othersServe() const noexcept {
    return anyOther([](const WorkerRow&) { return true; });
}

bool Load::othersHaveRoom() const noexcept {
    return anyOther([](const WorkerRow& row) { return row.busy < row.threads; });
}

}  // namespace aiproject
