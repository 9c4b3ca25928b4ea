#include "pool/crash_report.h"

#include <unistd.h>

#include <atomic>
#include <cstdlib>

namespace aiproject {
namespace {

constexpr std::array<int, 5> kSignals{SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kHasSignalStacks = true;  // larger ones, as its reports need them
#else
constexpr bool kHasSignalStacks = false;
#endif

// A signal handler finds nothing but what is global.
std::atomic<WorkerRow*> workerRow{nullptr};
std::array<struct sigaction, kSignals.size()> before;  // constant once the handlers are set
thread_local std::atomic<int> runningModel{kNobody};

static_assert(std::atomic<WorkerRow*>::is_always_lock_free && std::atomic<int>::is_always_lock_free);

// The first crash tells: others may follow from it.
void blame() noexcept {
    WorkerRow* const row = workerRow;
    const int model = runningModel;
    std::int32_t nobody = kNobody;
    if (row && model != kNobody) row->crashedModel.compare_exchange_strong(nobody, model);
}

void restore() noexcept {
    for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &before[i], nullptr);
}

void onCrash(int number, siginfo_t* info, void*) {
    const bool isFault = info->si_code > 0;  // which happens again as soon as this returns
    if (isFault || info->si_pid == getpid()) blame();
    restore();
    if (!isFault) raise(number);
}

}  // namespace

CrashReport::CrashReport(WorkerRow& row) noexcept {
    workerRow = &row;
    std::atexit(&blame);
    struct sigaction action {};
    action.sa_sigaction = &onCrash;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &action, &before[i]);
}

CrashReport::~CrashReport() {
    restore();
    workerRow = nullptr;
}

PluginRun::PluginRun(int model) noexcept {
    runningModel = model;
    stack_t stack{};
    stack.ss_sp = signalStack_.data();
    stack.ss_size = signalStack_.size();
    if (!kHasSignalStacks) sigaltstack(&stack, &before_);
}

PluginRun::~PluginRun() {
    if (!kHasSignalStacks) sigaltstack(&before_, nullptr);
    runningModel = kNobody;
}

}  // namespace aiproject
