#include "pool/seat.h"

#include <fcntl.h>

#include <cstdio>
#include <cstdlib>
#include <stdexcept>

namespace aiproject {
namespace {

constexpr const char* kSeatVariable = "AIPROJECT_SEAT";

// Ours from now on, and of no process that this one starts.
FileDescriptor inherited(int number) {
    fcntl(number, F_SETFD, FD_CLOEXEC);
    return FileDescriptor(number);
}

}  // namespace

std::string seatVariable(const Board& board, int row, int generation) {
    return std::string(kSeatVariable) + "=" + std::to_string(board.memoryDescriptor()) + "," +
           std::to_string(board.bellDescriptor()) + "," + std::to_string(row) + "," + std::to_string(generation);
}

Seat::Seat() {
    const char* const said = std::getenv(kSeatVariable);
    if (!said) {
        board_ = std::make_unique<Board>();
        row_ = board_->addWorker();
        return;
    }
    int memory = -1, bell = -1;
    if (std::sscanf(said, "%d,%d,%d,%d", &memory, &bell, &row_, &generation_) != 4 || row_ < 0 || row_ >= kMostWorkers)
        throw std::runtime_error(std::string(kSeatVariable) + " is for workers that aiproject serve starts; unset it");
    board_ = std::make_unique<Board>(inherited(memory), inherited(bell));
    unsetenv(kSeatVariable);  // or a process that a plugin starts would take it for its own
}

void Seat::offer(int model) const noexcept { worker().models.at(model / 64) |= std::uint64_t(1) << (model % 64); }

void Seat::enter(WorkerState state) const noexcept {
    worker().state = state;
    board_->ring();
}

}  // namespace aiproject
