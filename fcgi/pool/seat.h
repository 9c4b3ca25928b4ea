// The place of this process on its pool's board.
#pragma once

#include "pool/board.h"

#include <memory>
#include <string>

namespace aiproject {

// For the environment of a worker that is started: which of the descriptors it inherits are the board's,
// which row is its own, and of which generation it is.
std::string seatVariable(const Board& board, int row, int generation);

class Seat {
public:
    // As the environment says; without a manager, on a board of its own. Throws std::runtime_error.
    Seat();

    Board& board() const noexcept { return *board_; }
    int row() const noexcept { return row_; }
    int generation() const noexcept { return generation_; }  // from 1
    WorkerRow& worker() const noexcept { return board_->worker(row_); }

    // This worker can be asked for that model (its row).
    void offer(int model) const noexcept;
    // A sign of life.
    void beat() const noexcept { ++worker().beats; }
    // Tells the manager.
    void enter(WorkerState state) const noexcept;

private:
    std::unique_ptr<Board> board_;
    int row_;
    int generation_ = 1;
};

}  // namespace aiproject
