// How busy this worker is, as its row on the board tells the others and the manager.
#pragma once

#include "config/config.h"
#include "pool/seat.h"

namespace aiproject {

// THREADS  any
class Load {
public:
    Load(const Seat& seat, const PoolConfig& pool);

    // A connection was taken, and is done with. The last one that max_requests allows calls the manager.
    void begin() const noexcept;
    void end() const noexcept;
    // Its request has not come: it needs no thread, until it begins again.
    void setAside() const noexcept;

    // Another worker of the pool serves, and has a thread free.
    bool othersServe() const noexcept;
    bool othersHaveRoom() const noexcept;

private:
    template <class Fits>
    bool anyOther(const Fits& fits) const noexcept;

    const Seat& seat_;
    const std::uint64_t maxRequests_;
};

}  // namespace aiproject
