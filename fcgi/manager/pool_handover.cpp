// How a pool goes from one program to the next: the parts of Pool that belong to an upgrade.
#include "manager/metric_sums.h"
#include "manager/pool.h"

#include <sys/eventfd.h>

#include <algorithm>

namespace aiproject {
namespace {

using Stage = WorkerProcess::Stage;

std::chrono::steady_clock::time_point timeAt(std::int64_t milliseconds) {
    return std::chrono::steady_clock::time_point(std::chrono::milliseconds(milliseconds));
}

}  // namespace

Pool::Pool(const HandedPool& handed, BoardIs board, Log& log)
    : name_(handed.name),
      log_(log),
      socket_(handed.socket),
      backlog_(handed.backlog),
      board_(board == BoardIs::ours ? Board(FileDescriptor(handed.memory.number), FileDescriptor(handed.bell.number))
                                    : Board()) {
    if (board == BoardIs::foreign) formerBell_ = FileDescriptor(handed.bell.number);
    if (board == BoardIs::ours) {
        starts_ = std::uint64_t(handed.starts);
        deaths_ = std::uint64_t(handed.deaths);
    }
    lastDeath_ = handed.lastDeath;
    for (HandedWorker worker : handed.workers) {
        worker.isForeign |= board == BoardIs::foreign;
        add(worker, board);
    }
}

// One that is on no board of ours gets a row that only stands for it.
void Pool::add(const HandedWorker& handed, BoardIs board) {
    WorkerProcess worker{pid_t(handed.pid), handed.row, handed.generation, {}, timeAt(handed.startedAt)};
    worker.timeouts.drain = std::chrono::milliseconds(handed.drain);
    worker.timeouts.reloadDrain = std::chrono::milliseconds(handed.reloadDrain);
    worker.stage = Stage(handed.stage);
    worker.isStuck = handed.isStuck;
    worker.isPatient = handed.isPatient;
    worker.killAt = timeAt(handed.killAt);
    worker.isForeign = handed.isForeign;
    if (board == BoardIs::foreign) {
        worker.row = board_.addWorker();
        if (worker.row == kNobody) throw std::runtime_error("pool " + name_ + ": too many workers drain still");
        const bool isDraining = worker.stage == Stage::draining;
        board_.worker(worker.row).state = isDraining ? WorkerState::draining : WorkerState::ready;
    }
    workers_.push_back(worker);
}

HandedWorker Pool::handDown(const WorkerProcess& worker) {
    return {worker.pid,
            worker.row,
            worker.generation,
            int(worker.stage),
            worker.isStuck,
            worker.isPatient,
            worker.isForeign,
            Board::milliseconds(worker.startedAt),
            Board::milliseconds(worker.killAt),
            worker.timeouts.drain.count(),
            worker.timeouts.reloadDrain.count()};
}

HandedPool Pool::handDown() {
    HandedPool handed;
    handed.name = name_;
    handed.socket = socket_.handDown();
    handed.backlog = backlog_;
    handed.memory.number = board_.memoryDescriptor();
    handed.bell.number = board_.bellDescriptor();
    handed.starts = std::int64_t(starts_);
    handed.deaths = std::int64_t(deaths_);
    handed.lastDeath = lastDeath_;
    for (const WorkerProcess& worker : workers_) handed.workers.push_back(handDown(worker));
    handed.counted = countedIn(*this).handDown();
    return handed;
}

// It was told to drain by this program, and may take somebody still.
bool Pool::isAwaited(const WorkerProcess& worker) {
    return worker.isForeign && worker.stage == Stage::draining && isReady(worker);
}

void Pool::readFormerBell() {
    eventfd_t rings = 0;
    if (eventfd_read(formerBell_.get(), &rings) == 0) formerRings_ += rings;
}

// What was rung before, for whatever reason, does not count: nobody has emptied that bell since the hand-over.
void Pool::awaitRing() {
    if (std::any_of(workers_.begin(), workers_.end(), [&](const WorkerProcess& one) { return isAwaited(one); })) return;
    readFormerBell();
    formerRings_ = 0;
}

// Their board cannot be read, but each of them rings when it begins to drain; and once more at its end, just before it
// is reaped. Only in that moment can one be taken for two.
void Pool::hearFormer() {
    readFormerBell();
    const auto awaited =
        std::count_if(workers_.begin(), workers_.end(), [&](const WorkerProcess& one) { return isAwaited(one); });
    if (std::uint64_t(awaited) > formerRings_) return;
    for (const WorkerProcess& worker : workers_)
        if (isAwaited(worker)) board_.worker(worker.row).state = WorkerState::draining;
}

// It has ended, and is out by that: what it has rung says nothing of the others.
void Pool::forgetRings(const WorkerProcess& worker) {
    readFormerBell();
    const std::uint64_t its = isAwaited(worker) ? 2 : 1;  // 1: it has drained since before the hand-over
    formerRings_ -= std::min(formerRings_, its);
}

}  // namespace aiproject
