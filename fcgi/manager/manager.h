// Keeps the worker pools running: opens their sockets, starts their workers, restarts what dies, replaces
// one generation by the next, and ends them in order. One thread; loads no plugin and opens no upstream.
#pragma once

#include "manager/control_server.h"
#include "manager/generation.h"
#include "manager/manager_signals.h"
#include "manager/reload.h"
#include "manager/status.h"
#include "observe/log.h"

#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace aiproject {

class Manager {
public:
    // Throws when the sockets of the first generation cannot be had.
    Manager(GenerationSource source, Generation first, const ManagerSignals& signals, Log& log);

    // Until SIGTERM or SIGINT (the workers drain) or SIGQUIT (they end at once), or `aiproject stop`.
    void run();

private:
    using Clock = std::chrono::steady_clock;

    void wait();
    void handleSignals();
    void reap();
    void handleRequests();
    void handle(const ControlRequest& request);
    void keepUp();

    void askForReload();
    void beginReload();
    void continueReload();
    void takeOver();
    bool areOthersOut() const;
    void endReload(const std::vector<std::string>& reasons);
    void finishReload();
    std::vector<std::string> safe(std::vector<std::string> texts);
    void answerAll(const std::string& kind, const std::string& text);
    void hearNotices(const std::vector<std::string>& warnings, const std::vector<std::string>& faults);
    void retireOrphans();
    void learnErrors();

    void stop(int signal);
    void refuse(int client, const std::string& reason);
    bool isLooking() const;
    bool isEmpty() const;
    void sendStatus(int client);

    const GenerationSource source_;
    const ManagerSignals& signals_;
    Log& log_;
    ControlServer control_;
    Generation current_;
    Pools pools_;  // those of current_, and what drains of others
    std::vector<Pool*> serving_;
    std::set<std::string> knownErrors_, badPlugins_;  // of current_
    std::vector<std::string> notices_;                // of current_, for the operator
    std::unique_ptr<Trial> firstLook_;                // at the first generation, which serves whatever it finds
    std::unique_ptr<Reload> reload_;
    std::optional<Clock::time_point> takenOver_;  // since when the candidate of reload_ is current_
    bool isReloadWanted_ = false;
    std::vector<int> waiting_, next_;  // clients that asked for the reload in progress, and for the one after it
    std::vector<int> stopping_;        // clients that asked for the end
    int stops_ = 0;                    // how often the end was asked for
    ReloadReport lastReload_;
    int lastNumber_ = 1;  // of a generation, refused ones included
    const Poco::Timestamp since_;
};

}  // namespace aiproject
