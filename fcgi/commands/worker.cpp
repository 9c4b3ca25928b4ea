#include "auth/accounts.h"
#include "auth/credential.h"
#include "base/error.h"
#include "base/own_descriptor.h"
#include "billing/billing.h"
#include "call/model_calls.h"
#include "commands/command_line.h"
#include "commands/core_dumps.h"
#include "commands/drain.h"
#include "commands/lower_priority.h"
#include "commands/startup_memory.h"
#include "config/secrets.h"
#include "config/trusted_files.h"
#include "front/acceptor.h"
#include "front/connection_queue.h"
#include "front/fastcgi_exchange.h"
#include "front/incoming.h"
#include "front/listener.h"
#include "health/readiness.h"
#include "health/recent_readiness.h"
#include "observe/log.h"
#include "pool/crash_report.h"
#include "pool/load.h"
#include "pool/permits.h"
#include "pool/seat.h"
#include "routes/router.h"
#include "store/database.h"
#include "store/migrations.h"
#include "upkeep/housekeeping.h"

#include <malloc.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
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
    if (pool == config.pools.end()) throw std::runtime_error("there is no pool '" + name + "' in the configuration");
    return pool->second;
}

// The usual soft limit of 1,024 is from another time.
void raiseDescriptorLimit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

// A stream takes two descriptors, as does a request in a thread; the rest is for the database, the log, warm
// connections.
int streamsWithin(const PoolConfig& pool, const std::string& key, Log& log) {
    constexpr std::int64_t others = 256, each = 2;
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return pool.streams;
    const std::int64_t room =
        std::int64_t(limit.rlim_cur) / each - std::min<std::int64_t>(pool.threads, others) - others;
    if (pool.streams <= room) return pool.streams;
    const int fitting = int(std::max<std::int64_t>(1, room));
    log.warning(key + " is " + std::to_string(pool.streams) + ", but with a limit of " +
                std::to_string(limit.rlim_cur) + " open files (ulimit -n, LimitNOFILE=) only " +
                std::to_string(fitting) + " can be open");
    return fitting;
}

// Requests on their way in get a quarter of the descriptors at most: streams have two each.
ReceiveLimits receiveLimits(const Config& config) {
    constexpr rlim_t least = 16, most = 4096;
    rlimit limit{};
    const rlim_t descriptors = getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 4 * least;
    constexpr std::uint64_t longestBodies = 8, leastKept = 64UL * 1024 * 1024;
    const std::uint64_t body = std::max(config.limits.textBodyBytes, config.limits.mediaBodyBytes);
    return {config.timeouts.receive, std::size_t(std::clamp(descriptors / 4, least, most)), body,
            std::max(longestBodies * body, leastKept)};
}

// What a thread has used goes back when it is free. By itself malloc() raises both limits to more than the largest
// piece that was ever given back, which is a password hash of 32 MiB, and then each thread's heap keeps its end.
void keepLittleMemory() {
    constexpr int mapped = 1024 * 1024, kept = 256 * 1024;
    mallopt(M_MMAP_THRESHOLD, mapped);
    mallopt(M_TRIM_THRESHOLD, kept);
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

// What becomes of a connection.
struct Answers {
    const Router& router;
    const Load& load;
    Log& log;
    const std::chrono::milliseconds timeout;  // for each write
    const std::string pool;                   // "pool.NAME", of its keys

    void serve(Incoming incoming) const {
        give([this](std::unique_ptr<Exchange> exchange) { return router.serve(std::move(exchange)); },
             [&] { return FastcgiExchange::of(std::move(incoming), timeout); });
    }
    // Waits for nobody.
    void refuse(Incoming incoming, Refusal why) const {
        const std::string limit = why == Refusal::waited
                                      ? "no thread was free within " + pool + ".queue_ms"
                                      : "too many wait already for " + pool + ".threads, so this one did not";
        const auto answer = [&](std::unique_ptr<Exchange> exchange) {
            router.refuse(*exchange, limit);
            return exchange;
        };
        give(answer, [&] { return FastcgiExchange::toRefuse(std::move(incoming)); });
    }

    template <class Answer, class Receive>
    void give(const Answer& answer, const Receive& receive) const {
        std::unique_ptr<Exchange> exchange;
        try {
            exchange = receive();
            if (exchange) exchange = answer(std::move(exchange));
        } catch (...) {  // out of memory, most likely: one request fails, the others go on
            log.error("a request was dropped: " + describeCurrent());
        }
        load.end();  // before the exchange ends: whoever has read its end finds room
    }
};

// Why it ends, on the board: the manager says it even when the log of this worker could not take it.
void leave(const Seat& seat, const std::string& words) {
    std::array<char, 160>& row = seat.worker().lastWords;
    row.at(words.copy(row.data(), row.size() - 1)) = '\0';
}

// What it says when it ends itself, having lost what it cannot do without.
class LastWords {
public:
    LastWords(const Seat& seat, Log& log) {
        onLastWords([&seat, &log](const std::string& words) {
            blameRunningModel();
            leave(seat, words);
            log.error("cannot go on: " + words);
        });
    }
    ~LastWords() { onLastWords({}); }
    LastWords(const LastWords&) = delete;
    LastWords& operator=(const LastWords&) = delete;
};

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

    int inProgress() const { return connections.inProgress() + followed.count(); }
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
        log.info("stopping, " + std::to_string(inProgress()) + " requests in progress");
        const bool isDrained = drains(signal, accepting);
        seat.enter(WorkerState::ending);  // from here on without a beat
        alarm(kLongestEnd);
        billing.saveKept();
        if (isDrained) return EXIT_SUCCESS;
        const std::string words = std::to_string(inProgress()) + " requests did not end";
        leave(seat, words);
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
    Database database(config.database);
    const Migrations migrations(database, config.database.migrations);
    Accounts accounts(database, loadKey(config.auth.keyFile), config.auth, {}, config.quota,
                      HashLimits::forThreads(pool.threads));
    Permits permits(seat.board(), seat.row(), callLimits(config.limits, pool));
    Billing billing(database, config, billingRules(config), log);
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
    const Router router(
        {config, accounts, permits, billing, calls, followed, log, [&] { return recent.reasonsAgainst(); }});

    const Answers answers{router, load, log, config.timeouts.client, key};
    ConnectionQueue connections(listener, {pool.threads, pool.queue}, receiveLimits(config),
                                {[&] { load.begin(); }, [&](Incoming incoming) { answers.serve(std::move(incoming)); },
                                 [&](Incoming incoming, Refusal why) { answers.refuse(std::move(incoming), why); },
                                 [&] { load.setAside(); }, [&](const std::string& text) { log.warning(text); }});

    followed.onThread([&](EventLoop::Work work) { connections.run(std::move(work)); });

    const auto add = [&](FileDescriptor connection) {
        load.begin();
        if (!connections.add(std::move(connection))) load.end();
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
        if (seat) leave(*seat, log.safe(describe(e)));
        log.error("cannot serve: " + describe(e));  // who looks into the log sees no standard error
        throw;
    }
}

}  // namespace aiproject
