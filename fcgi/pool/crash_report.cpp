#include "pool/crash_report.h"

#include <dlfcn.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <utility>

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
const std::vector<PluginCode>* pluginCode = nullptr;  // constant, with the next, once the handlers are set
pid_t process = 0;
std::array<struct sigaction, kSignals.size()> before;  // constant once the handlers are set
thread_local std::atomic<int> runningModel{kNobody};

static_assert(std::atomic<WorkerRow*>::is_always_lock_free && std::atomic<int>::is_always_lock_free);

// The first crash tells: others may follow from it.
void blame(int model) noexcept {
    WorkerRow* const row = workerRow;
    std::int32_t nobody = kNobody;
    if (row && getpid() == process) row->crashedModel.compare_exchange_strong(nobody, model);
}

void blameAtExit() {
    if (runningModel != kNobody) blame(runningModel);
}

std::uintptr_t instructionOf(const void* context) noexcept {
    const auto& machine = static_cast<const ucontext_t*>(context)->uc_mcontext;
#if defined(__x86_64__)
    return std::uintptr_t(machine.gregs[REG_RIP]);
#elif defined(__aarch64__)
    return machine.pc;
#else
    return (void)machine, 0;
#endif
}

int modelAt(std::uintptr_t instruction) noexcept {
    for (const PluginCode& plugin : *pluginCode)
        if (plugin.begin <= instruction && instruction < plugin.end) return plugin.model;
    return kSomebody;
}

void restore() noexcept {
    for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &before[i], nullptr);
}

void onCrash(int number, siginfo_t* info, void* context) {
    const bool isFault = info->si_code > 0;  // which happens again as soon as this returns
    const int running = runningModel;
    if (isFault || info->si_pid == getpid()) blame(running != kNobody ? running : modelAt(instructionOf(context)));
    restore();
    if (!isFault) syscall(SYS_tgkill, getpid(), gettid(), number);  // not through raise(), which is ours
}

template <class Function>
Function* libcs(const char* name) noexcept {
    return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

struct Libc {
    int (*const kill)(pid_t, int) = libcs<int(pid_t, int)>("kill");
    int (*const raise)(int) = libcs<int(int)>("raise");
    int (*const pthreadKill)(pthread_t, int) = libcs<int(pthread_t, int)>("pthread_kill");
    int (*const tgkill)(pid_t, pid_t, int) = libcs<int(pid_t, pid_t, int)>("tgkill");
};

const Libc& libc() noexcept {
    static const Libc found;
    return found;
}

// Found before main(): a handler of a signal may call any of them, but must not look for it.
[[maybe_unused]] const Libc& foundAtStart = libc();

// kill(-1) is not among them: on Linux it spares who calls it.
void noteKill(pid_t whom, int number) noexcept {
    const bool isUs = whom == getpid() || whom == 0 || whom == -getpgrp();
    if (number == SIGKILL && isUs && runningModel != kNobody) blame(runningModel);
}

}  // namespace

void blameRunningModel() noexcept { blame(runningModel != kNobody ? runningModel.load() : kSomebody); }

CrashReport::CrashReport(WorkerRow& row, std::vector<PluginCode> code) {
    pluginCode = new std::vector<PluginCode>(std::move(code));  // for as long as there may be a crash
    process = getpid();
    workerRow = &row;
    std::atexit(&blameAtExit);
    struct sigaction action {};
    action.sa_sigaction = &onCrash;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &action, &before[i]);
}

CrashReport::~CrashReport() {
    restore();
    workerRow = nullptr;
    delete pluginCode;
    pluginCode = nullptr;
}

SignalStack::SignalStack() noexcept {
    stack_t stack{};
    stack.ss_sp = stack_.data();
    stack.ss_size = stack_.size();
    if (!kHasSignalStacks) sigaltstack(&stack, &before_);
}

SignalStack::~SignalStack() {
    if (!kHasSignalStacks) sigaltstack(&before_, nullptr);
}

PluginTurn::PluginTurn(int model) noexcept : before_(runningModel.exchange(model)) {}

PluginTurn::~PluginTurn() { runningModel = before_; }

PluginStart::PluginStart(int model) noexcept : run_(model) { blame(model); }

PluginStart::~PluginStart() {
    if (WorkerRow* const row = workerRow) row->crashedModel = kNobody;
}

}  // namespace aiproject

// What plugins call in libc's place; CMakeLists.txt exports them.
extern "C" {

[[gnu::visibility("default")]] int kill(pid_t process, int number) noexcept {
    aiproject::noteKill(process, number);
    return aiproject::libc().kill(process, number);
}

[[gnu::visibility("default")]] int raise(int number) noexcept {
    aiproject::noteKill(getpid(), number);
    return aiproject::libc().raise(number);
}

[[gnu::visibility("default")]] int pthread_kill(pthread_t thread, int number) noexcept {
    aiproject::noteKill(getpid(), number);
    return aiproject::libc().pthreadKill(thread, number);
}

[[gnu::visibility("default")]] int tgkill(pid_t process, pid_t thread, int number) {
    aiproject::noteKill(process, number);
    return aiproject::libc().tgkill(process, thread, number);
}

}  // extern "C"
