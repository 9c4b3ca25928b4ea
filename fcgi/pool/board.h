// What the workers of one pool and their manager know of each other: memory that all of them map, and an
// eventfd by which a worker calls its manager. Counts that belong to a process stand in a row that names
// it, so that they go with it, however it ends. A worker that runs without a manager has a board of its own.
//
// THREADS  Every row's members are atomic. What must be seen as a whole (UserRow, the search for a free
//          CallRow) is done under lock(), which survives the death of a process that holds it.
#pragma once

#include "base/file_descriptor.h"
#include "config/config.h"
#include "observe/metrics.h"

#include <pthread.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

namespace aiproject {

constexpr int kMostWorkers = 1'024;  // of one pool, those that drain included
constexpr int kMostUsers = 16'384;   // of whom calls per minute are counted at once
constexpr int kUserCounts = 4'096;
constexpr int kNobody = -1;    // no worker, no model
constexpr int kSomebody = -2;  // a model, but it is not known which

// ending: no request is left; its last bills and its destructors are, under an alarm of its own.
enum class WorkerState : std::uint32_t { none, starting, ready, draining, ending };

// One process. Written by it; given out and cleared by the manager.
struct WorkerRow {
    std::atomic<WorkerState> state;
    std::atomic<std::int32_t> threads;  // that it may have
    std::atomic<std::int32_t> busy;     // requests that are in its threads, or queued for them
    std::atomic<std::uint64_t> served;  // that its threads are done with: refused, answered, or followed from then on
    std::atomic<std::uint64_t> beats;   // counted up while it lives and takes who waits
    std::atomic<std::int32_t> crashedModel;  // whose plugin crashed the process; kNobody, kSomebody
    std::array<char, 160> lastWords;         // why it ended itself; read when it has
    std::array<std::atomic<std::uint64_t>, kMostModels / 64> models;  // which it has; a bit for each row
    // Its CallRows, counted: all, by model, and by user, where some share a number: user % kUserCounts. They go with it
    // as the rows do.
    std::atomic<std::int32_t> calls;
    std::array<std::atomic<std::int32_t>, kMostModels> callsOf;
    std::array<std::atomic<std::int32_t>, kUserCounts> callsOfUsers;
    WorkerGauges gauges;
};

// One model, whatever worker it is loaded in. A row is given out once and stays.
struct ModelRow {
    std::atomic<bool> isTaken;
    std::array<char, 65> name, plugin;  // written once under lock(), before isTaken
    std::array<char, 64> kinds;         // under lock(): see ModelWords
    std::array<char, kLongestOrigin + 1> origin;
    std::atomic<std::int32_t> quarantinedIn;  // a generation that does not call it; 0: none. The manager's
    std::atomic<std::int32_t> failures;       // one after the other
    std::atomic<std::int64_t> openUntil;      // of the circuit breaker; Board::milliseconds()
    std::atomic<std::int64_t> restsUntil;     // an account that its upstream has refused; the same
    std::atomic<std::uint32_t> keyEnd;        // of an account: the last 4 characters of its key; 0: not to be shown
};

// Of a model, for people.
struct ModelWords {
    std::string kinds;   // "text picture"
    std::string origin;  // where its answers come from
};

// What a call in progress waits for: its account, reservation and model; the model; more of the answer; its bill.
enum class CallState : std::int32_t { opening, asked, answering, settling };

// One call in progress: a permit.
struct CallRow {
    std::atomic<std::int32_t> owner;  // its worker's index + 1; 0: the row is free
    std::atomic<std::int32_t> model;  // index; kNobody: none yet
    std::atomic<std::uint64_t> user;
    std::atomic<std::int64_t> overdueAt;   // Board::milliseconds(); the watchdog's; 0: not watched
    std::atomic<std::int32_t> isFollowed;  // 1: the event loop has it, and no thread
    std::atomic<CallState> state;
    std::atomic<std::int64_t> since;  // Board::milliseconds()
    std::array<char, 64> userName;    // for people, and maybe cut; the owner's, and read while it changes
};

// Calls per minute of one user. Under lock().
struct UserRow {
    std::uint64_t user;
    std::int64_t paidAt;  // Board::milliseconds() x 1000: when time has paid for all that was called
};

inline bool hasModel(const WorkerRow& worker, int model) noexcept {
    return (worker.models.at(model / 64) >> (model % 64) & 1) != 0;
}

class Board {
public:
    // The board of a new pool. Throws std::runtime_error when the system has no memory for it.
    Board();
    // The one that the manager has handed down: descriptors of its memory and of its eventfd. Throws
    // std::runtime_error when it was made by another release.
    Board(FileDescriptor memory, FileDescriptor bell);
    // Of the memory. Programs that have the same can share a board.
    static std::uint32_t layout() noexcept;
    ~Board();
    Board(const Board&) = delete;
    Board& operator=(const Board&) = delete;

    int memoryDescriptor() const noexcept { return memory_.get(); }
    int bellDescriptor() const noexcept { return bell_.get(); }

    // Wakes the manager: a state has changed, or a worker wishes to be replaced.
    void ring() const noexcept;

    WorkerRow& worker(int index) noexcept;
    ModelRow& model(int index) noexcept;
    CallRow& call(int index) noexcept;  // up to kMostCalls
    UserRow& user(int index) noexcept;

    Metrics& metrics() noexcept;
    // The row of that label in one of its tables, made when there is none; the last one stands for all that find no
    // room.
    template <std::size_t Size>
    int rowOfLabel(std::array<LabelRow, Size>& table, std::string_view text) {
        return rowOfLabel(table.data(), int(Size), text);
    }

    // The row of that name and plugin, made when there is none; kNobody: all are taken. One that a reload gives another
    // plugin is another model: what was counted and noted of it was that plugin's.
    int rowOfModel(const std::string& name, const std::string& plugin);

    void tellWords(int model, const ModelWords& words);
    ModelWords wordsOf(int model);  // without the lock: mixed from both, and no UTF-8, in the moment when they change

    // Its calls in progress in all workers. Exact under lock().
    int callsOf(int model) noexcept;

    // A free row for a worker that is to start, now `starting`; kNobody: all are taken.
    int addWorker() noexcept;
    // Its process is dead: row and permits are free again.
    void removeWorker(int index) noexcept;

    // Rows from here on were never used; what scans them can stop there, and touches no page behind.
    int workersEnd() const noexcept;
    int callsEnd() const noexcept;
    void extendCalls(int end) noexcept;  // under lock()
    // The first row without an owner, or callsEnd(). Under lock().
    int firstFreeCall() noexcept;
    // That row has no owner any more.
    void freed(int call) noexcept;
    // Workers from there on never had a call.
    int callersEnd() const noexcept;
    void extendCallers(int end) noexcept;  // under lock()

    std::unique_lock<Board> hold() { return std::unique_lock<Board>(*this); }
    void lock() noexcept;
    void unlock() noexcept;

    // Of a clock that all processes share and nobody sets.
    static std::int64_t milliseconds(
        std::chrono::steady_clock::time_point at = std::chrono::steady_clock::now()) noexcept;

private:
    struct Memory;

    void map();
    int rowOfLabel(LabelRow* table, int size, std::string_view text);

    FileDescriptor memory_, bell_;
    Memory* shared_ = nullptr;
};

}  // namespace aiproject
