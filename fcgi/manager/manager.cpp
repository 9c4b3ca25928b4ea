#include "manager/manager.h"

#include "base/error.h"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstring>
#include <filesystem>

namespace aiproject {
namespace {

constexpr int kTickMs = 250;  // for what comes by time alone: pauses, limits, sizes

std::string madeFolder(const std::string& path) {
    std::filesystem::create_directories(path);
    return path;
}

}  // namespace

Manager::Manager(GenerationSource source, Generation first, const ManagerSignals& signals, Log& log)
    : source_(std::move(source)),
      signals_(signals),
      log_(log),
      control_(madeFolder(first.config.runDir)),
      current_(std::move(first)),
      serving_(poolsOf(current_, pools_, log_)) {}

void Manager::run() {
    log_.info("serving; configuration " +
              (current_.config.source.empty() ? "is all defaults" : current_.config.source));
    firstLook_ = std::make_unique<Trial>(current_, Trial::Commands{"check"}, std::set<std::string>{});
    while (!isStopping_ || !isEmpty()) {
        wait();
        handleSignals();
        handleRequests();
        keepUp();
    }
    log_.info("stopped");
    for (const int client : stopping_) control_.end(client, 0);
}

void Manager::wait() {
    std::vector<pollfd> watched{{signals_.descriptor(), POLLIN, 0}};
    for (const int descriptor : control_.descriptors()) watched.push_back({descriptor, POLLIN, 0});
    for (const auto& pool : pools_) watched.push_back({pool->board().bellDescriptor(), POLLIN, 0});
    poll(watched.data(), watched.size(), kTickMs);
    for (const auto& pool : pools_) {
        eventfd_t rings = 0;
        eventfd_read(pool->board().bellDescriptor(), &rings);
    }
}

void Manager::handleSignals() {
    reap();
    while (const int signal = signals_.take()) {
        if (signal == SIGHUP) askForReload();
        if (signal == SIGUSR1) {
            log_.reopen(current_.config.log);
            for (const auto& pool : pools_) pool->signalAll(SIGUSR1);
        }
        if (signal == SIGTERM || signal == SIGINT || signal == SIGQUIT) stop(signal);
    }
}

void Manager::reap() {
    int status = 0;
    for (pid_t pid = 0; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
        if (reload_ && reload_->reap(pid, status)) continue;
        if (firstLook_ && firstLook_->reap(pid, status)) continue;
        for (const auto& pool : pools_)
            if (pool->reap(pid, status)) break;
    }
}

// Whatever has changed: everything here is decided by looking at how things are.
void Manager::keepUp() {
    for (const auto& pool : pools_) pool->look(current_.config.timeouts);
    if (isStopping_) return;
    learnErrors();
    continueReload();
    if (!firstLook_ && !reload_)  // else its workers start, and the old ones are about to go
        for (Pool* pool : serving_) {
            pool->recycle(current_);
            pool->startMissing(current_);
            if (pool->isComplete(current_)) pool->retireOthers(current_);
        }
    const auto isDone = [&](const std::unique_ptr<Pool>& pool) { return pool->workers().empty() && !pool->isOpen(); };
    pools_.erase(std::remove_if(pools_.begin(), pools_.end(), isDone), pools_.end());
}

bool Manager::isEmpty() const {
    return std::all_of(pools_.begin(), pools_.end(), [](const auto& pool) { return pool->workers().empty(); });
}

void Manager::stop(int signal) {
    const bool isAgain = isStopping_;
    isStopping_ = true;
    if (reload_) endReload({"the manager is stopping"});
    firstLook_.reset();
    log_.info(std::string("stopping on ") + strsignal(signal));
    const bool isGraceful = signal != SIGQUIT && !isAgain;
    const auto limit = isGraceful ? current_.config.timeouts.drain : std::chrono::milliseconds(0);
    // Once more: no more patience.
    for (const auto& pool : pools_) pool->stop(isAgain ? SIGKILL : signal == SIGQUIT ? SIGQUIT : SIGTERM, limit);
}

void Manager::handleRequests() {
    for (const ControlRequest& request : control_.take()) handle(request);
}

void Manager::handle(const ControlRequest& request) {
    if (request.command == "status") return sendStatus(request.client);
    if (request.command == "stop") {
        stopping_.push_back(request.client);
        if (!isStopping_) stop(SIGTERM);
        return;
    }
    if (request.command == "reload" && !isStopping_) {
        next_.push_back(request.client);
        return askForReload();
    }
    control_.answer(request.client, isStopping_
                                        ? "fail the manager is stopping"
                                        : "fail the manager, which is of another release, knows no such command");
    control_.end(request.client, 1);
}

void Manager::sendStatus(int client) {
    constexpr std::size_t most = 32UL * 1024;  // of a packet
    const std::string text = statusText({current_, pools_, reload_ != nullptr, lastReload_, since_});
    for (std::size_t at = 0; at < text.size(); at += most) control_.answer(client, "data " + text.substr(at, most));
    control_.end(client, 0);
}

}  // namespace aiproject
