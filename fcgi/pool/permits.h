// Who may call a model now. What is limited is counted over all workers of the pool: exactly, how many calls
// are in progress (of the pool, of a user, of a model); and how many a user begins: so many at once as
// a minute allows, then one each time that a part of the minute has paid for it.
//
// THREADS  Any number may ask at once; a Permit belongs to the thread of its request.
// ERRORS   Error(tooManyRequests): the user's limit; Error(modelBusy): the pool's.
// DEATH    A worker that is killed at any point leaves no more than its rows, which Board::removeWorker()
//          frees.
#pragma once

#include "config/config.h"
#include "pool/board.h"

#include <atomic>
#include <cstdint>
#include <string_view>

namespace aiproject {

struct CallLimits {
    int pool = kMostCalls;  // in progress, in all workers together
    int user = 0;           // the same, of one user; 0: no limit
    int userPerMinute = 0;  // so many at once, then one each 60 s / userPerMinute; 0: no limit
};

CallLimits callLimits(const LimitConfig& limits, const PoolConfig& pool) noexcept;

// Who asks without an account, the same in every process; no account has such a number.
std::uint64_t userAt(std::string_view address) noexcept;

class Permits;

// One call in progress, from before its first model is asked until it goes.
class Permit {
public:
    ~Permit();
    Permit(const Permit&) = delete;
    Permit& operator=(const Permit&) = delete;

    // The call is one of `model` (a row of the board) from now on, and no longer of the one before. False:
    // that model has as many as `limit`; 0: no limit.
    bool enter(int model, int limit) noexcept;
    // CallRow::overdueAt
    std::atomic<std::int64_t>& overdueAt() const noexcept { return row().overdueAt; }

    // The call is the event loop's from now on, or a thread's again.
    void setFollowed(bool isFollowed) const noexcept { row().isFollowed = isFollowed ? 1 : 0; }

    // For who looks at the board.
    void setState(CallState state) const noexcept { row().state.store(state, std::memory_order_relaxed); }
    void tellUser(std::string_view name) const noexcept;

private:
    friend class Permits;
    Permit(Permits& permits, int row) noexcept : permits_(permits), row_(row) {}
    CallRow& row() const noexcept;
    WorkerRow& worker() const noexcept;
    void leaveModel() noexcept;

    Permits& permits_;
    const int row_;
    bool hasEntered_ = false;
};

class Permits {
public:
    // `worker`: this process's row. The board outlives this object, which outlives its permits.
    Permits(Board& board, int worker, const CallLimits& limits) noexcept
        : board_(board), worker_(worker), limits_(limits) {}

    // Throws Error; a call that is refused is none of the minute's, and neither is one that enters no model.
    // `user` is not 0. `now` as Board::milliseconds().
    Permit take(std::uint64_t user, std::int64_t now = Board::milliseconds());

private:
    friend class Permit;

    // These under the board's lock.
    int calls() const noexcept;
    bool isAtUserLimit(std::uint64_t user) const noexcept;
    void claim(int index, std::uint64_t user) noexcept;
    UserRow& minuteOf(std::uint64_t user) const noexcept;
    void requireMinute(std::int64_t paidAt, std::int64_t now) const;

    std::int64_t pricePerCall() const noexcept;
    void refund(std::uint64_t user) noexcept;

    Board& board_;
    const int worker_;
    const CallLimits limits_;
};

}  // namespace aiproject
