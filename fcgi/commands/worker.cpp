#include "auth/accounts.h"
#include "auth/credential.h"
#include "base/error.h"
#include "billing/billing.h"
#include "call/model_calls.h"
#include "commands/command_line.h"
#include "commands/connection_answers.h"
#include "commands/core_dumps.h"
#include "commands/drain.h"
#include "commands/last_words.h"
#include "commands/lower_priority.h"
#include "commands/startup_memory.h"
#include "commands/tracing.h"
#include "commands/worker_limits.h"
#include "config/secrets.h"
#include "config/trusted_files.h"
#include "front/acceptor.h"
#include "front/connection_queue.h"
#include "front/incoming.h"
#include "front/listener.h"
#include "front/request_in_progress.h"
#include "health/readiness.h"
#include "health/recent_readiness.h"
#include "observe/log.h"
#include "pool/crash_report.h"
#include "pool/load.h"
#include "pool/permits.h"
#include "pool/seat.h"
#include "routes/request_meter.h"
#include "routes/router.h"
#include "store/database.h"
#include "store/migrations.h"
#include "upkeep/housekeeping.h"

#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

namespace aiproject {
namespace {

constexpr int kListeningSocket = 0;                // as FastCGI wants it
constexpr std::chrono::seconds kLastFrameTime{5};  // for the last frames of streams that are ended
// Seconds for the last bills and the destructors, a plugin's destroy() among them; then SIGALRM.
constexpr unsigned kLongestEnd = 30;

PoolConfig poolOf(const Config& config, const std::string& name) {
    if (name.empty()) return {};  // everything, for a process manager that knows no pools
    const auto pool = config.pools.find(name);
    if (pool == config.pools.end())
        throw std::runtime_error("there is no pool '" + name + "' in the configuration; write pool." + name +
                                 ".processes = 1, or -p with another name");
    return pool->second;
}

void logModels(const ModelRegistry& models, Log& log) {
    for (const auto& [name, model] : models.models())
        log.info("model " + name + " from " + model.plugin->file().string());
    for (const Finding& finding : models.findings()) {
        if (finding.severity == Severity::error) log.error(finding.text);
        if (finding.severity == Severity::warning) log.warning(finding.text);
        if (finding.severity == Severity::note) log.debug(finding.text);
    }
}

std::vector<PluginCode> codeOf(const ModelRegistry& models) {
    std::vector<PluginCode> all;
    for (const auto& [name, model] : models.models())
        all.push_back({model.plugin->code().begin, model.plugin->code().end, model.row});
    return all;
}

// A worker whose parts are all there.
struct Running {
    const Config& config;
    const Seat& seat;
    const Load& load;
    Log& log;
    const WorkerSignals& signals;
    Listener& listener;
    Acceptor& acceptor;
    ConnectionQueue& connections;
    FollowedCalls& followed;
    ModelCalls& calls;
    Billing& billing;

    // In this order: a call that is followed may go back to a thread, but is counted until it has gone.
    bool drained(std::chrono::milliseconds limit) {
        return followed.drained(limit) && connections.drained(limit) && followed.count() == 0;
    }

    // Answers the exit code.
    int untilTheEnd(const Acceptor::Calls& accepting) {
        seat.enter(WorkerState::ready);
        log.info("ready");
        const int signal = acceptor.run(accepting);
        seat.enter(WorkerState::draining);
        // When nobody else will, this worker serves what waits.
        if (signal != SIGQUIT && !load.othersServe()) acceptor.takeRest(accepting);
        listener.close();
        log.info("stopping, " + std::to_string(RequestInProgress::count()) + " requests in progress");
        const bool isDrained = drains(signal, accepting);
        seat.enter(WorkerState::ending);  // from here on without a beat
        alarm(kLongestEnd);
        billing.saveKept();
        if (isDrained) return EXIT_SUCCESS;
        const std::string words = std::to_string(RequestInProgress::count()) + " requests did not end";
        leaveLastWords(seat, words);
        log.error("stopped, " + words);
        _exit(EXIT_FAILURE);  // their threads still use what would be destroyed
    }

    bool drains(int signal, const Acceptor::Calls& accepting) {
        using Clock = Drain::Clock;
        for (Drain drain(signal, config.timeouts, Clock::now()); !drain.isOver(Clock::now());) {
            if (drained(std::chrono::milliseconds(100))) return true;
            seat.beat();
            const int next = signals.take();
            if (next == SIGUSR1) accepting.reopenLog();
            if (next != 0 && next != SIGUSR1) drain.take(next, Clock::now());
        }
        calls.endAll();
        for (const auto limit = Clock::now() + kLastFrameTime; Clock::now() < limit; seat.beat())
            if (drained(std::chrono::milliseconds(100))) return true;
        return drained(std::chrono::milliseconds(0));
    }
};

// A log that is gone keeps no worker from serving.
LogConfig usableLog(LogConfig log) {
    try {
        const Log tried(log, "");
    } catch (const std::exception&) {  // whatever the reason is, the line below says that it is so
        log.file.clear();
    }
    return log;
}

int serveFastcgi(const Config& config, const std::string& name, const Seat& seat, const WorkerSignals& signals,
                 Log& log) {
    const PoolConfig pool = poolOf(config, name);
    raiseDescriptorLimit();
    keepLittleMemory();
    lowerPriority(pool.nice, log);
    forbidCoreDumps(config);
    Listener listener(kListeningSocket);
    Acceptor acceptor(listener, signals);
    // Before the database, which makes a thread, and before the crash report, which is not about trials.
    const ModelRegistry models(config, pool.models, PluginSnapshot::ownOrInherited(config),
                               {&seat.board(), seat.generation()});
    log.hide(models.secrets());
    logModels(models, log);
    const CrashReport crashes(seat.worker(), codeOf(models));
    const LastWords lastWords(seat, log);
    for (const auto& [name, model] : models.models()) seat.offer(model.row);
    const Load load(seat, pool);
    Metrics& metrics = seat.board().metrics();
    WorkerGauges& gauges = seat.worker().gauges;
    const LossesOnBoard losses(log, metrics.logLinesLost);
    Database database(config.database);
    database.countIn(metrics.database);
    const Migrations migrations(database, config.database.migrations);
    Accounts accounts(database, loadKey(config.auth.keyFile), config.auth, {}, config.quota,
                      HashLimits::forThreads(pool.threads));
    Permits permits(seat.board(), seat.row(), callLimits(config.limits, pool));
    Billing billing(database, config, billingRules(config), log);
    billing.countIn(metrics.billing, gauges);
    EventLoop loop([](const EventLoop::Work& run) {
        const SignalStack stack;  // plugins run in it
        run();
    });
    const std::string key = "pool." + (name.empty() ? "NAME" : name);
    FollowedCalls followed(loop,
                           {streamsWithin(pool, key + ".streams", log), key + ".streams", config.timeouts.client});
    ModelCalls calls(models, config, log, loop);
    const Readiness readiness(config.routes, pool.models, models, migrations);
    RecentReadiness recent([&] { return readiness.reasonsAgainst(); });
    const RequestMeter meter(seat.board());
    const std::unique_ptr<SpanSender> spans = spanSender(config.trace, name, log, metrics.tracesDropped);
    const Router router({config, database, accounts, permits, billing, calls, followed, log, meter,
                         [&] { return recent.reasonsAgainst(); }, spans.get()});

    const ConnectionAnswers answers{router, load, log, metrics, config.timeouts.client, key};
    ConnectionQueue connections(listener, {pool.threads, pool.queue}, receiveLimits(config),
                                {[&] { load.begin(); }, [&](Incoming incoming) { answers.serve(std::move(incoming)); },
                                 [&](Incoming incoming, Refusal why) { answers.refuse(std::move(incoming), why); },
                                 [&] { load.setAside(); }, [&](const std::string& text) { log.warning(text); },
                                 [&](int waiting, std::chrono::steady_clock::time_point since) {
                                     gauges.queuedSince = waiting > 0 ? Board::milliseconds(since) : 0;
                                     gauges.queued = waiting;
                                 }});

    followed.onThread([&](EventLoop::Work work) { connections.run(std::move(work)); });

    const auto add = [&](FileDescriptor connection) {
        load.begin();
        if (connections.add(std::move(connection))) return;
        aiproject::add(metrics.refusedDropped);
        load.end();
    };
    releaseStartupMemory();  // before a thread that may map something in the place of what it looks at
    models.start(config.timeouts.start);
    const Housekeeping housekeeping(
        database, billing, config,
        {[&] { return calls.owners(); }, [&](const CallOwner& owner) { calls.revoke(owner); },
         [&] { accounts.saveKeyUses(); }},
        log);
    return Running{config, seat, load, log, signals, listener, acceptor, connections, followed, calls, billing}
        .untilTheEnd({add, [&] { return connections.isFull(); }, connections.fullness(),
                      [&] { return load.othersHaveRoom(); }, [&] { log.reopen(config.log); }, [&] { seat.beat(); }});
}

}  // namespace

int worker(const CommandLine& line) {
    const WorkerSignals signals;  // before any thread, and before libfcgi, which would take SIGTERM
    const Config config = loadConfig(line.config);
    const LogConfig logConfig = usableLog(config.log);
    Log log(logConfig, line.pool.empty() ? "worker" : "worker " + line.pool);
    log.hide(secretsOf(config));
    if (logConfig.file != config.log.file)
        log.error("log.file " + config.log.file + " cannot be opened; this is standard error");
    std::optional<Seat> seat;
    try {
        seat.emplace();
        // Under a manager of ours the plugins are those that it has looked at, and so is the configuration.
        if (!PluginSnapshot::isInherited()) requireTrustedFiles(config);
        return serveFastcgi(config, line.pool, *seat, signals, log);
    } catch (const std::exception& e) {
        if (seat) leaveLastWords(*seat, log.safe(describe(e)));
        log.error("cannot serve: " + describe(e));  // who looks into the log sees no standard error
        throw;
    }
}

}  // namespace aiproject
