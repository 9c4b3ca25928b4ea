#include "manager/manager.h"

#include "base/error.h"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <stdexcept>

namespace aiproject {
namespace {

constexpr std::chrono::seconds kGrace{10};  // beyond the workers' own drain limit, then SIGKILL

std::string endOf(int status) {
    if (WIFSIGNALED(status)) return std::string("by signal ") + strsignal(WTERMSIG(status));
    return "with exit code " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

ManagerSignals::ManagerSignals() {
    sigset_t signals;
    sigemptyset(&signals);
    for (const int number : {SIGTERM, SIGINT, SIGQUIT, SIGCHLD, SIGHUP}) sigaddset(&signals, number);
    sigprocmask(SIG_BLOCK, &signals, nullptr);
    descriptor_ = FileDescriptor(signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!descriptor_) throw std::runtime_error("signalfd failed");
}

int ManagerSignals::wait(int milliseconds) const {
    pollfd watched{descriptor_.get(), POLLIN, 0};
    poll(&watched, 1, milliseconds);
    signalfd_siginfo info{};
    return ::read(descriptor_.get(), &info, sizeof info) == sizeof info ? int(info.ssi_signo) : 0;
}

Manager::Manager(const Config& config, const WorkerProgram& program, const ManagerSignals& signals, Log& log)
    : config_(config), signals_(signals), log_(log) {
    std::filesystem::create_directories(config.runDir);
    for (const auto& [name, pool] : config.pools) {
        sockets_.emplace_back(pool.socket, pool.backlog);
        WorkerProgram worker{program.path, {"worker", "--pool=" + name}, program.environment};
        worker.arguments.insert(worker.arguments.end(), program.arguments.begin(), program.arguments.end());
        for (int i = 0; i < pool.processes; ++i) slots_.emplace_back(name, sockets_.back().descriptor(), worker);
    }
}

void Manager::run() {
    log_.info("serving; configuration " + (config_.source.empty() ? "is all defaults" : config_.source));
    while (!stopping_) {
        startDue();
        const int signal = signals_.wait(millisecondsToNextStart());
        if (signal == SIGCHLD) reap();
        if (signal == SIGHUP) log_.warning("SIGHUP: this release cannot reload; restart it");
        if (signal == SIGTERM || signal == SIGINT || signal == SIGQUIT) stop(signal);
    }
    log_.info("stopped");
}

void Manager::startDue() {
    for (WorkerSlot& slot : slots_) {
        if (slot.pid() != 0 || slot.startAt() > Clock::now()) continue;
        try {
            slot.start();
            log_.info("pool " + slot.pool() + ": worker " + std::to_string(slot.pid()) + " started");
        } catch (const std::exception& e) {
            log_.error("pool " + slot.pool() + ": " + describe(e));
            slot.ended();
        }
    }
}

// One SIGCHLD may stand for several deaths.
void Manager::reap() {
    int status = 0;
    for (pid_t pid = 0; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
        const auto slot =
            std::find_if(slots_.begin(), slots_.end(), [pid](const WorkerSlot& one) { return one.pid() == pid; });
        if (slot == slots_.end()) continue;
        const auto pause = slot->ended();
        if (stopping_) continue;
        log_.error("pool " + slot->pool() + ": worker " + std::to_string(pid) + " ended " + endOf(status) +
                   "; the next one starts in " + std::to_string(pause.count()) + " ms");
    }
}

int Manager::millisecondsToNextStart() const {
    int soonest = -1;
    for (const WorkerSlot& slot : slots_) {
        if (slot.pid() != 0) continue;
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(slot.startAt() - Clock::now());
        const int wait = std::max(0, int(left.count()) + 1);
        soonest = soonest < 0 ? wait : std::min(soonest, wait);
    }
    return soonest;
}

bool Manager::anyRuns() const {
    return std::any_of(slots_.begin(), slots_.end(), [](const WorkerSlot& slot) { return slot.pid() != 0; });
}

void Manager::signalAll(int number) const {
    for (const WorkerSlot& slot : slots_) slot.signal(number);
}

void Manager::stop(int signal) {
    stopping_ = true;
    const int number = signal == SIGQUIT ? SIGQUIT : SIGTERM;
    log_.info(std::string("stopping on ") + strsignal(signal));
    // First, so that nginx fails at once instead of waiting for workers that accept no more.
    for (ListeningSocket& socket : sockets_) socket.close();
    signalAll(number);
    const auto end = Clock::now() + config_.timeouts.drain + kGrace;
    while (anyRuns()) {
        if (Clock::now() > end) signalAll(SIGKILL);
        const int again = signals_.wait(100);
        reap();
        const bool asked = again == SIGTERM || again == SIGINT || again == SIGQUIT;
        if (asked) signalAll(SIGKILL);  // twice: no more patience
    }
}

}  // namespace aiproject
