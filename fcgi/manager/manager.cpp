#include "manager/manager.h"

#include "base/error.h"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <utility>

namespace aiproject {
namespace {

constexpr Poco::Timestamp::TimeDiff kFirstLook = 1'000'000;  // microseconds
constexpr int kTickMs = 250;                                 // for what comes by time alone: pauses, limits, sizes

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
      serving_(poolsOf(current_, pools_, log_)),
      status_(current_.config.statusSocket, [this](const Request& request) { return pageFor(request); }) {}

void Manager::begin() {
    log_.info("serving; configuration " +
              (current_.config.source.empty() ? "is all defaults" : current_.config.source));
    try {
        firstLook_ = std::make_unique<Trial>(current_, Trial::Commands{"check"}, std::set<std::string>{});
    } catch (const std::exception& e) {
        log_.warning("the configuration and the plugins were not looked at: " + describe(e));
    }
}

void Manager::run() {
    if (lastNumber_ == 1) begin();  // else it goes on for another program
    while (stops_ == 0 || !isEmpty()) {
        wait();
        handleSignals();
        handleRequests();
        status_.serve();
        keepUp();
    }
    log_.info("stopped");
    for (const int client : stopping_) control_.end(client, 0);
}

void Manager::wait() {
    std::vector<pollfd> watched{{signals_.descriptor(), POLLIN, 0}};
    for (const int descriptor : control_.descriptors()) watched.push_back({descriptor, POLLIN, 0});
    for (const auto& pool : pools_) watched.push_back({pool->board().bellDescriptor(), POLLIN, 0});
    status_.addTo(watched);
    poll(watched.data(), watched.size(), kTickMs);
    for (const auto& pool : pools_) {
        eventfd_t rings = 0;
        eventfd_read(pool->board().bellDescriptor(), &rings);
    }
}

void Manager::handleSignals() {
    reap();
    while (const int signal = signals_.take()) {
        if (signal == SIGHUP || signal == SIGUSR2) askForReload();  // SIGUSR2 is how php-fpm is told
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
        if (former_) former_->deaths.push_back({pid, status});
        if (reload_ && reload_->reap(pid, status)) continue;
        if (firstLook_ && firstLook_->reap(pid, status)) continue;
        for (const auto& pool : pools_)
            if (pool->reap(pid, status)) break;
    }
}

// A short while: whoever asks who our children are, once we serve, finds workers. A plugin that hangs keeps
// nobody waiting.
bool Manager::isLooking() const { return firstLook_ && Poco::Timestamp() - since_ < kFirstLook; }

// Whatever has changed: everything here is decided by looking at how things are.
void Manager::keepUp() {
    for (const auto& pool : pools_) pool->look();
    if (stops_ > 0) return;
    learnErrors();
    continueReload();
    if (isLooking()) return;
    for (Pool* pool : serving_) {
        pool->startMissing(current_);
        if (reload_) continue;  // all of these workers may be about to go
        pool->recycle(current_);
        if (pool->isComplete(current_)) pool->retireOthers(current_);
    }
    forgetPools();
    tellServiceManager();
}

// It serves, or as much of it as can: a pool whose workers die keeps nobody waiting for the others.
void Manager::tellServiceManager() {
    if (notice_.socket().empty() || reload_) return;
    const std::string text = summary();
    if (isReadyTold_) {
        if (text != told_) notice_.status(text);
        told_ = text;
        return;
    }
    isReadyTold_ = std::all_of(serving_.begin(), serving_.end(),
                               [&](Pool* pool) { return pool->isComplete(current_) || pool->deaths() > 0; });
    if (isReadyTold_) notice_.ready(told_ = text);
}

// "generation 3 of release 1.2.0 serves: auth 1 of 1, model 2 of 2 workers"
std::string Manager::summary() const {
    std::string text = "generation " + std::to_string(current_.number) + " of release " + source_.release + " serves:";
    for (Pool* pool : serving_)
        text += (pool == serving_.front() ? " " : ", ") + pool->name() + " " +
                std::to_string(pool->countReady(current_)) + " of " +
                std::to_string(current_.config.pools.at(pool->name()).processes);
    return text + " workers";
}

// What they have counted stays: a sum never goes back.
void Manager::forgetPools() {
    for (auto pool = pools_.begin(); pool != pools_.end();) {
        const bool isDone = (*pool)->workers().empty() && !(*pool)->isOpen();
        if (isDone) gone_.add(countedIn(**pool));
        pool = isDone ? pools_.erase(pool) : std::next(pool);
    }
}

bool Manager::isEmpty() const {
    return std::all_of(pools_.begin(), pools_.end(), [](const auto& pool) { return pool->workers().empty(); });
}

// Once more: no more patience. And again: not even for last frames.
void Manager::stop(int signal) {
    log_.info(std::string("stopping on ") + strsignal(signal));
    former_.reset();  // nobody goes back now
    if (reload_) takenOver_ ? finishReload() : endReload({"the manager is stopping"});
    for (const int client : std::exchange(next_, {})) refuse(client, "the manager is stopping");
    firstLook_.reset();
    notice_.stopping();
    const int number = stops_ > 1 ? SIGKILL : stops_ == 1 || signal == SIGQUIT ? SIGQUIT : SIGTERM;
    ++stops_;
    for (const auto& pool : pools_) pool->stop(number);
}

void Manager::refuse(int client, const std::string& reason) {
    control_.answer(client, "fail " + reason);
    control_.end(client, 1);
}

void Manager::handleRequests() {
    for (const ControlRequest& request : control_.take()) handle(request);
}

void Manager::handle(const ControlRequest& request) {
    if (request.command == "status") return sendStatus(request.client);
    if (request.command == "stop") {
        stopping_.push_back(request.client);
        if (stops_ == 0) stop(SIGTERM);
        return;
    }
    if (request.command == "reload" && stops_ == 0) {
        next_.push_back(request.client);
        return askForReload();
    }
    refuse(request.client,
           stops_ > 0 ? "the manager is stopping" : "the manager, which is of another release, knows no such command");
}

ManagerView Manager::view() const {
    return {current_, pools_, reload_ != nullptr, lastReload_, notices_, since_, source_.release, requestsIn(gone_)};
}

StatusPage Manager::pageFor(const Request& request) const {
    MetricSums others = gone_;
    others.count(metric::kLogLinesLost, {}, log_.lost());
    for (const char* outcome : {"done", "partly", "refused"})
        others.count(metric::kReloads, Labels().with("outcome", outcome), 0);
    return statusPage(request, view(), others);
}

// Answers why it cannot; empty: it is there.
std::string Manager::moveStatus() {
    try {
        status_.moveTo(current_.config.statusSocket);
        return {};
    } catch (const std::exception& e) {
        return std::string("status.socket stays where it was: ") + e.what();
    }
}

void Manager::sendStatus(int client) {
    constexpr std::size_t most = 32UL * 1024;  // of a packet
    const std::string text = statusText(view());
    for (std::size_t at = 0; at < text.size(); at += most) control_.answer(client, "data " + text.substr(at, most));
    control_.end(client, 0);
}

}  // namespace aiproject
