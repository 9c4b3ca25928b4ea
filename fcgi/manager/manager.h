// Keeps the worker pools running: opens their sockets, starts their workers, restarts what dies, replaces
// one generation by the next, and ends them in order. One thread; loads no plugin and opens no upstream.
#pragma once

#include "manager/control_server.h"
#include "manager/generation.h"
#include "manager/handover.h"
#include "manager/manager_signals.h"
#include "manager/reload.h"
#include "manager/service_notice.h"
#include "manager/status.h"
#include "manager/status_pages.h"
#include "manager/status_server.h"
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
    // Goes on for another program, in whose process it is. `generation` is the one of the hand-over's that is to serve.
    Manager(GenerationSource source, Handover handed, Generation generation, const ManagerSignals& signals, Log& log);

    // Until SIGTERM or SIGINT (the workers drain) or SIGQUIT (they end at once), or `aiproject stop`.
    void run();

private:
    using Clock = std::chrono::steady_clock;

    // What the program before this one has handed over, until its generation is replaced: the way back.
    struct Former {
        Handover handed;
        std::vector<FileDescriptor> kept;  // which it needs to go on, and nobody here
        std::vector<HandedDeath> deaths;   // of its workers, since
    };

    void begin();
    void wait();
    void handleSignals();
    void reap();
    void handleRequests();
    void handle(const ControlRequest& request);
    void keepUp();

    void askForReload();
    void beginReload();
    void continueReload();
    Reload::Rehearsal rehearsalOf(const Generation& candidate) const;
    Handover handDown(const Generation& candidate, const Reload::Findings& findings) const;
    void handDownSockets(Handover& handed) const;
    void handOver();
    void adoptPools(const Handover& handed);
    void goOn(Handover handed);
    void resume(const Handover& handed);
    void goBack(const std::vector<std::string>& reasons);
    void handPoolsBack(Handover& handed);
    void goOnRegardless(std::vector<std::string> reasons);
    std::vector<HandedStranger> strangers() const;
    void takeOver();
    bool areOthersOut() const;
    void endReload(const std::vector<std::string>& reasons);
    void endReload(const std::vector<std::string>& reasons, const std::string& verdict, ReloadReport::Outcome outcome);
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
    ManagerView view() const;
    void sendStatus(int client);
    StatusPage pageFor(const Request& request) const;
    std::string moveStatus();
    void tellServiceManager();
    std::string summary() const;
    void forgetPools();

    const GenerationSource source_;
    const ManagerSignals& signals_;
    Log& log_;
    const std::shared_ptr<const FileDescriptor> image_ = ownImage();
    const ServiceNotice notice_;
    ControlServer control_;
    Generation current_;
    Pools pools_;  // those of current_, and what drains of others
    std::vector<Pool*> serving_;
    StatusServer status_;
    bool isReadyTold_ = false;                        // to the service manager
    std::string told_;                                // its line for people
    std::set<std::string> knownErrors_, badPlugins_;  // of current_
    std::vector<std::string> notices_;                // of current_, for the operator
    std::unique_ptr<Trial> firstLook_;                // at the first generation, which serves whatever it finds
    std::unique_ptr<Reload> reload_;
    std::unique_ptr<Former> former_;
    std::optional<Clock::time_point> handsOverBy_;  // however busy status.socket is
    std::optional<Clock::time_point> takenOver_;    // since when the candidate of reload_ is current_
    std::string statusFault_;                       // why status.socket of current_ is not served; empty: it is
    bool isReloadWanted_ = false;
    std::vector<int> waiting_, next_;  // clients that asked for the reload in progress, and for the one after it
    std::vector<int> stopping_;        // clients that asked for the end
    int stops_ = 0;                    // how often the end was asked for
    ReloadReport lastReload_;
    int lastNumber_ = 1;           // of a generation, refused ones included
    const Poco::Timestamp since_;  // of the service
    MetricSums gone_;              // counted by what is no more, and of reloads
};

}  // namespace aiproject
