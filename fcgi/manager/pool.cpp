#include "manager/pool.h"

#include "base/error.h"
#include "manager/process_memory.h"
#include "pool/seat.h"

#include <signal.h>
#include <sys/wait.h>

#include <algorithm>

namespace aiproject {
namespace {

using Stage = WorkerProcess::Stage;

constexpr std::chrono::seconds kGrace{10};  // beyond a worker's own drain limit, then SIGKILL
constexpr std::chrono::seconds kYoung{5};
constexpr std::chrono::seconds kStartLimit{120};  // until it is ready; each plugin that hangs takes some of it

}  // namespace

Pool::Pool(std::string name, const PoolConfig& config, Log& log)
    : name_(std::move(name)), log_(log), socket_({config.socket}, config.backlog), backlog_(config.backlog) {}

std::string Pool::called(const WorkerProcess& worker) const {
    return "pool " + name_ + ": worker " + std::to_string(worker.pid);
}

bool Pool::isFresh(const WorkerProcess& worker, const Generation& generation) const {
    return worker.generation == generation.number && worker.stage == Stage::wanted;
}

bool Pool::isReady(const WorkerProcess& worker) { return board_.worker(worker.row).state == WorkerState::ready; }

int Pool::countFresh(const Generation& generation) const {
    return int(std::count_if(workers_.begin(), workers_.end(),
                             [&](const WorkerProcess& worker) { return isFresh(worker, generation); }));
}

int Pool::countReady(const Generation& generation) {
    const auto serves = [&](const WorkerProcess& worker) { return isFresh(worker, generation) && isReady(worker); };
    return int(std::count_if(workers_.begin(), workers_.end(), serves));
}

bool Pool::isComplete(const Generation& generation) {
    return countReady(generation) >= generation.config.pools.at(name_).processes;
}

void Pool::startMissing(const Generation& generation) {
    while (isMissing(generation) && pause_.isOver(Clock::now())) start(generation);
}

bool Pool::isMissing(const Generation& generation) const {
    return countFresh(generation) < generation.config.pools.at(name_).processes;
}

void Pool::retireOthers(const Generation& generation) {
    for (WorkerProcess& worker : workers_)
        if (!isFresh(worker, generation) && worker.stage != Stage::draining) drain(worker);
}

bool Pool::hasOthersReady(const Generation& generation) {
    hearFormer();
    return std::any_of(workers_.begin(), workers_.end(),
                       [&](const WorkerProcess& worker) { return !isFresh(worker, generation) && isReady(worker); });
}

void Pool::start(const Generation& generation) {
    const int row = board_.addWorker();
    try {
        if (row == kNobody) throw std::runtime_error("too many workers drain still");
        Program program = workerOf(generation, name_);
        program.environment.push_back(seatVariable(board_, row, generation.number));
        program.hasOwnSession = generation.config.pools.at(name_).nice > 0;
        program.descriptors.push_back(board_.memoryDescriptor());
        program.descriptors.push_back(board_.bellDescriptor());
        workers_.push_back({startProcess(program, socket_.descriptor()), row, generation.number,
                            generation.config.timeouts, Clock::now()});
        ++starts_;
        log_.info(called(workers_.back()) + " started");
    } catch (const std::exception& e) {
        if (row != kNobody) board_.removeWorker(row);
        const auto pause = pause_.afterDeath(Clock::now());
        log_.error("pool " + name_ + ": " + describe(e) + "; tried again in " + std::to_string(pause.count()) + " ms");
    }
}

void Pool::retire(const Generation& generation) {
    socket_.close();
    retireOthers(generation);
}

// By its own limits. One that hangs gets less time: whoever waits for it waits in vain.
void Pool::drain(WorkerProcess& worker) {
    if (worker.isStuck && hasOnlyStuckCalls(worker)) return end(worker);
    const bool isHopeless = worker.isStuck || !isReady(worker);
    if (worker.isForeign) awaitRing();
    expectEnd(worker, isHopeless ? worker.timeouts.drain : worker.timeouts.reloadDrain);
    worker.isPatient = !isHopeless;
    kill(worker.pid, isHopeless ? SIGTERM : SIGUSR2);
}

// Nothing else would be lost.
void Pool::end(WorkerProcess& worker) {
    log_.error(called(worker) + " has no other requests; killed");
    expectEnd(worker, std::chrono::milliseconds(0));
    kill(worker.pid, SIGKILL);
}

void Pool::expectEnd(WorkerProcess& worker, std::chrono::milliseconds limit) {
    worker.stage = Stage::draining;
    worker.killAt = Clock::now() + limit + kGrace;
}

void Pool::propose(const Generation& generation) {
    pause_.forget();
    startMissing(generation);
}

void Pool::abandon(const Generation& generation) {
    for (WorkerProcess& worker : workers_)
        if (isFresh(worker, generation)) drain(worker);
}

// Breakers and rests start anew: what they know is of other plugins, or of other settings.
void Pool::adopt(const Generation& generation) {
    backlog_ = generation.config.pools.at(name_).backlog;
    socket_.setBacklog(backlog_);
    for (int index = 0; index < kMostModels; ++index) {
        board_.model(index).failures = 0;
        board_.model(index).openUntil = 0;
        board_.model(index).restsUntil = 0;
    }
}

std::string Pool::reasonToReplace(const WorkerProcess& worker, const Generation& generation) {
    const PoolConfig& config = generation.config.pools.at(name_);
    const int memoryMb = config.memoryMb < 0 ? generation.memoryShareMb : config.memoryMb;
    const std::uint64_t served = board_.worker(worker.row).served;
    if (config.maxRequests > 0 && served >= std::uint64_t(config.maxRequests))
        return "has served " + std::to_string(served) + " requests (pool." + name_ + ".max_requests)";
    // Its plugins alone may be larger than the limit: then there is a new one now and then, not all the time.
    if (memoryMb == 0 || Clock::now() < worker.startedAt + kYoung) return {};
    const int megabytes = residentMegabytes(worker.pid);
    if (megabytes <= memoryMb) return {};
    return "has grown to " + std::to_string(megabytes) + " MB, above " + std::to_string(memoryMb) + " (pool." + name_ +
           ".memory_mb)";
}

void Pool::recycle(const Generation& generation) {
    for (WorkerProcess& worker : workers_) {
        if (worker.stage == Stage::leaving) return;  // one at a time: the others serve
        if (!isFresh(worker, generation) || !isReady(worker)) continue;
        const std::string reason = reasonToReplace(worker, generation);
        if (reason.empty()) continue;
        log_.info(called(worker) + " " + reason + "; it is replaced");
        worker.stage = Stage::leaving;
        return;
    }
}

void Pool::look() {
    if (formerBell_) hearFormer();  // also when the reload that told them to drain is over
    endStuckCalls();
    missBeats();
    for (WorkerProcess& worker : workers_)  // somebody else has told it to end
        if (worker.stage != Stage::draining && board_.worker(worker.row).state >= WorkerState::draining)
            expectEnd(worker, worker.timeouts.reloadDrain);  // with whichever signal
    killLate();
}

void Pool::killLate() {
    const auto now = Clock::now();
    for (WorkerProcess& worker : workers_) {
        const bool isDraining = worker.stage == Stage::draining;
        const auto limit = isDraining ? worker.killAt : worker.startedAt + kStartLimit;
        if (now < limit || (!isDraining && isReady(worker))) continue;
        log_.error(called(worker) + (isDraining ? " does not end" : " does not become ready") + "; killed");
        worker.stage = Stage::draining;
        worker.killAt = now + kGrace;
        kill(worker.pid, SIGKILL);
    }
}

bool Pool::reap(pid_t pid, int status) {
    const auto worker =
        std::find_if(workers_.begin(), workers_.end(), [pid](const WorkerProcess& one) { return one.pid == pid; });
    if (worker == workers_.end()) return false;
    if (worker->isForeign) forgetRings(*worker);
    if (worker->stage == Stage::draining && !worker->isStuck && WIFEXITED(status) && WEXITSTATUS(status) == 0)
        log_.info(called(*worker) + " ended");
    else
        explainDeath(*worker, status);
    board_.removeWorker(worker->row);
    workers_.erase(worker);
    return true;
}

void Pool::stop(int signal) {
    socket_.close();
    for (WorkerProcess& worker : workers_)
        expectEnd(worker, signal == SIGTERM ? worker.timeouts.drain : std::chrono::milliseconds(0));
    signalAll(signal);
}

void Pool::signalAll(int number) const {
    for (const WorkerProcess& worker : workers_) kill(worker.pid, number);
}

}  // namespace aiproject
