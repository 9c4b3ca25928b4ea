// One pool: its socket, its board, and the worker processes on them, of the generation that serves and of
// those before it that still drain. Restarts what dies, replaces what has served or grown enough, ends what
// does not end by itself.
#pragma once

#include "manager/crash_record.h"
#include "manager/generation.h"
#include "manager/handover.h"
#include "manager/listening_socket.h"
#include "manager/restart_pause.h"
#include "observe/log.h"
#include "pool/board.h"

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace aiproject {

struct WorkerProcess {
    enum class Stage { wanted, leaving, draining };  // leaving: until another one is ready in its place

    pid_t pid;
    int row;                 // on the board
    int generation;          // its number
    TimeoutConfig timeouts;  // which it drains by
    std::chrono::steady_clock::time_point startedAt;
    Stage stage = Stage::wanted;
    bool isStuck = false;                               // a call in it ignores its end, or it is silent
    bool isPatient = false;                             // told to drain by SIGUSR2: for timeouts.reloadDrain
    std::chrono::steady_clock::time_point killAt = {};  // while draining
    std::uint64_t beats = 0;                            // at the last look
    int silentLooks = 0;                                // since its last beat
    bool isWaitedFor = false;                           // since then, by somebody on the socket
    // Of a program that was replaced, whose board has another layout: its row here only stands for it, and says no more
    // than whether it drains.
    bool isForeign = false;

    // It takes nobody, or may not: not long enough to be sure of it.
    bool isSilent() const noexcept { return silentLooks >= 12; }
};

// Which board the workers are on that a pool is handed: one that this program understands, or not.
enum class BoardIs { ours, foreign };

class Pool {
public:
    // Throws std::runtime_error when the socket cannot be had.
    Pool(std::string name, const PoolConfig& config, Log& log);
    // One that another program has had until now. Owns the descriptors from now on.
    Pool(const HandedPool& handed, BoardIs board, Log& log);
    HandedPool handDown();
    HandedSocket handDownSocket() const { return socket_.handDown(); }
    static HandedWorker handDown(const WorkerProcess& worker);
    // One more worker of that other program.
    void add(const HandedWorker& handed, BoardIs board);

    const std::string& name() const noexcept { return name_; }
    const std::string& path() const noexcept { return socket_.path(); }
    bool isOpen() const noexcept { return socket_.descriptor() >= 0; }  // false: retired or stopped
    const std::vector<WorkerProcess>& workers() const noexcept { return workers_; }
    Board& board() noexcept { return board_; }
    // So far: of workers, and of those that have ended without having been told to.
    std::uint64_t starts() const noexcept { return starts_; }
    std::uint64_t deaths() const noexcept { return deaths_; }
    // What was said of the worker that died last of itself; empty: none has.
    const std::string& lastDeath() const noexcept { return lastDeath_; }

    // Starts what is missing of that generation.
    void startMissing(const Generation& generation);
    bool isMissing(const Generation& generation) const;  // a process
    int countReady(const Generation& generation);
    bool isComplete(const Generation& generation);  // all of them are ready
    // All others drain.
    void retireOthers(const Generation& generation);
    // Some of them take requests still.
    bool hasOthersReady(const Generation& generation);
    // No generation has this pool any more: nobody new connects, all workers drain.
    void retire(const Generation& generation);
    // A generation is to take over: first its workers start, then it is adopted, or abandoned.
    void propose(const Generation& generation);
    void adopt(const Generation& generation);
    void abandon(const Generation& generation);

    // Has another worker started for each that has served or grown enough, one after the other.
    void recycle(const Generation& generation);
    // Ends what does not end by itself, calls as well as processes.
    void look();
    // The process ended; false: it is none of this pool's.
    bool reap(pid_t pid, int status);
    // Nobody new connects; every worker gets the signal: SIGTERM leaves it its time to drain.
    void stop(int signal);
    void signalAll(int number) const;

private:
    using Clock = std::chrono::steady_clock;

    bool isFresh(const WorkerProcess& worker, const Generation& generation) const;
    bool isReady(const WorkerProcess& worker);
    int countFresh(const Generation& generation) const;
    void start(const Generation& generation);
    void drain(WorkerProcess& worker);
    static void expectEnd(WorkerProcess& worker, std::chrono::milliseconds limit);
    std::string reasonToReplace(const WorkerProcess& worker, const Generation& generation);
    void endStuckCalls();
    void missBeats();
    void reopenSocket();
    void giveUp(WorkerProcess& worker, const std::string& why);
    void end(WorkerProcess& worker);
    bool hasOnlyStuckCalls(const WorkerProcess& worker);
    void killLate();
    void blame(int model, const WorkerProcess& worker);
    void sayQuarantined(int model);
    void explainDeath(const WorkerProcess& worker, int status);
    int suspectOf(const WorkerProcess& worker, int status);
    std::string called(const WorkerProcess& worker) const;
    void readFormerBell();
    void awaitRing();
    void forgetRings(const WorkerProcess& worker);
    bool isAwaited(const WorkerProcess& worker);
    void hearFormer();

    const std::string name_;
    Log& log_;
    ListeningSocket socket_;
    int backlog_;
    Board board_;
    CrashRecord crashes_{board_};
    RestartPause pause_;
    std::vector<WorkerProcess> workers_;
    std::string lastDeath_;
    std::uint64_t starts_ = 0, deaths_ = 0;
    Clock::time_point nextBeatLook_;
    FileDescriptor formerBell_;      // of a board that is not ours; none: there is none
    std::uint64_t formerRings_ = 0;  // of its workers that live, since the first of them was told to drain
};

}  // namespace aiproject
