#include "pool/board.h"

#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace aiproject {

struct Board::Memory {
    std::uint32_t layout;
    pthread_mutex_t mutex;
    std::atomic<std::int32_t> workersEnd, callsEnd, callersEnd;
    std::atomic<std::uint64_t> firstFree;  // see firstFreeCall(); no row before it is free
    std::array<WorkerRow, kMostWorkers> workers;
    std::array<ModelRow, kMostModels> models;
    std::array<UserRow, kMostUsers> users;
    std::array<CallRow, kMostCalls> calls;
    Metrics metrics;
};

namespace {

#ifndef AIPROJECT_BOARD_LAYOUT
#define AIPROJECT_BOARD_LAYOUT 13  // counted up with every change of a row; a test builds a release with another one
#endif
constexpr std::uint32_t kLayout = AIPROJECT_BOARD_LAYOUT;

static_assert(std::atomic<std::int64_t>::is_always_lock_free && std::atomic<WorkerState>::is_always_lock_free);

[[noreturn]] void fail(const std::string& what) {
    throw std::runtime_error("the board of the pool: " + what + ": " + std::strerror(errno));
}

template <std::size_t Size>
void copyName(std::string_view name, std::array<char, Size>& row) {
    row.fill(0);
    name.copy(row.data(), row.size() - 1);
}

void clear(WorkerGauges& gauges) {
    gauges.queued = gauges.reservations = 0;
    gauges.queuedSince = gauges.billsWaiting = gauges.billsSince = 0;
}

void makeShared(pthread_mutex_t& mutex) {
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&mutex, &attributes);
    pthread_mutexattr_destroy(&attributes);
}

}  // namespace

Board::Board() : memory_(memfd_create("aiproject-board", MFD_CLOEXEC)), bell_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!memory_ || !bell_ || ftruncate(memory_.get(), sizeof(Memory)) != 0) fail("cannot be made");
    map();
    // Fresh pages are 0, which is what most members begin with, and are taken only when they are written.
    makeShared(shared_->mutex);
    shared_->layout = kLayout;
}

Board::Board(FileDescriptor memory, FileDescriptor bell) : memory_(std::move(memory)), bell_(std::move(bell)) {
    struct stat status {};
    if (fstat(memory_.get(), &status) != 0) fail("is not there");
    if (status.st_size == sizeof(Memory)) map();
    if (!shared_ || shared_->layout != kLayout)
        throw std::runtime_error(
            "the manager is of another release: a reload cannot bridge that, restart aiproject serve");
}

std::uint32_t Board::layout() noexcept { return kLayout; }

Board::~Board() {
    if (shared_) munmap(shared_, sizeof(Memory));
}

void Board::map() {
    void* const address = mmap(nullptr, sizeof(Memory), PROT_READ | PROT_WRITE, MAP_SHARED, memory_.get(), 0);
    if (address == MAP_FAILED) fail("cannot be mapped");
    shared_ = static_cast<Memory*>(address);
}

void Board::ring() const noexcept { eventfd_write(bell_.get(), 1); }

WorkerRow& Board::worker(int index) noexcept { return shared_->workers[index]; }
ModelRow& Board::model(int index) noexcept { return shared_->models[index]; }
CallRow& Board::call(int index) noexcept { return shared_->calls[index]; }
UserRow& Board::user(int index) noexcept { return shared_->users[index]; }
Metrics& Board::metrics() noexcept { return shared_->metrics; }

int Board::rowOfLabel(LabelRow* table, int size, std::string_view text) {
    constexpr std::string_view rest = "other";
    const auto held = hold();
    for (int index = 0; index < size; ++index) {
        LabelRow& row = table[index];
        if (row.isTaken && text != row.text.data()) continue;
        if (!row.isTaken) copyName(index == size - 1 ? rest : text, row.text);
        row.isTaken = true;
        return index;
    }
    return size - 1;
}

int Board::rowOfModel(const std::string& name, const std::string& plugin) {
    const auto held = hold();
    for (int index = 0; index < kMostModels; ++index) {
        ModelRow& row = model(index);
        if (row.isTaken && (name != row.name.data() || plugin != row.plugin.data())) continue;
        if (row.isTaken) return index;
        copyName(name, row.name);
        copyName(plugin, row.plugin);
        row.isTaken = true;
        return index;
    }
    return kNobody;
}

void Board::tellWords(int model, const ModelWords& words) {
    const auto held = hold();
    ModelRow& row = this->model(model);
    if (words.kinds != row.kinds.data()) copyName(words.kinds, row.kinds);
    if (words.origin != row.origin.data()) copyName(words.origin, row.origin);
}

ModelWords Board::wordsOf(int model) {
    const ModelRow& row = this->model(model);
    return {row.kinds.data(), row.origin.data()};
}

int Board::callsOf(int model) noexcept {
    int sum = 0;
    for (int index = 0; index < callersEnd(); ++index) sum += worker(index).callsOf.at(model);
    return sum;
}

int Board::addWorker() noexcept {
    for (int index = 0; index < kMostWorkers; ++index) {
        WorkerRow& row = worker(index);
        if (row.state != WorkerState::none) continue;
        row.threads = 0;
        row.busy = 0;
        row.served = 0;
        row.beats = 0;
        row.lastWords.fill(0);
        row.crashedModel = kNobody;
        for (auto& bits : row.models) bits = 0;
        clear(row.gauges);
        row.state = WorkerState::starting;
        if (index >= shared_->workersEnd) shared_->workersEnd = index + 1;
        return index;
    }
    return kNobody;
}

void Board::removeWorker(int index) noexcept {
    for (int i = 0; i < callsEnd(); ++i)
        if (call(i).owner == index + 1) call(i).owner = 0;
    freed(0);  // also what it had freed and not yet said
    WorkerRow& row = worker(index);
    row.calls = 0;
    for (auto& calls : row.callsOf) calls = 0;
    for (auto& calls : row.callsOfUsers) calls = 0;
    clear(row.gauges);
    row.state = WorkerState::none;
}

// 32 bits of a count, then the row: a reader must notice a row that was freed after it looked.
int Board::firstFreeCall() noexcept {
    std::uint64_t seen = shared_->firstFree;
    auto index = std::uint32_t(seen);
    while (int(index) < callsEnd() && call(int(index)).owner != 0) ++index;
    shared_->firstFree.compare_exchange_strong(seen, (seen >> 32 << 32) | index);
    return int(index);
}

void Board::freed(int call) noexcept {
    std::uint64_t seen = shared_->firstFree;
    const auto after = [&] { return ((seen >> 32) + 1) << 32 | std::min(std::uint32_t(seen), std::uint32_t(call)); };
    while (!shared_->firstFree.compare_exchange_weak(seen, after())) {
    }
}

int Board::callersEnd() const noexcept { return shared_->callersEnd; }

void Board::extendCallers(int end) noexcept { shared_->callersEnd = end; }

int Board::workersEnd() const noexcept { return shared_->workersEnd; }

int Board::callsEnd() const noexcept { return shared_->callsEnd; }

void Board::extendCalls(int end) noexcept { shared_->callsEnd = end; }

void Board::lock() noexcept {
    // Whoever died with it left nothing half done that matters: rows are claimed by their last store.
    if (pthread_mutex_lock(&shared_->mutex) == EOWNERDEAD) pthread_mutex_consistent(&shared_->mutex);
}

void Board::unlock() noexcept { pthread_mutex_unlock(&shared_->mutex); }

std::int64_t Board::milliseconds(std::chrono::steady_clock::time_point at) noexcept {
    using namespace std::chrono;
    return duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count();
}

}  // namespace aiproject
