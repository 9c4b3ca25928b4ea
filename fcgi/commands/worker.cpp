#include "auth/accounts.h"
#include "auth/credential.h"
#include "auth/database.h"
#include "auth/migrations.h"
#include "base/error.h"
#include "commands/command_line.h"
#include "front/acceptor.h"
#include "front/connection_queue.h"
#include "front/fastcgi_exchange.h"
#include "host/model_calls.h"
#include "observe/log.h"
#include "routes/readiness.h"
#include "routes/router.h"

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <stdexcept>
#include <string>

namespace aiproject {
namespace {

constexpr int kListeningSocket = 0;                // as FastCGI wants it
constexpr std::chrono::seconds kLastFrameTime{5};  // for the last frames of streams that are ended

PoolConfig poolOf(const Config& config, const std::string& name) {
    if (name.empty()) return {};  // everything, for a process manager that knows no pools
    const auto pool = config.pools.find(name);
    if (pool == config.pools.end()) throw std::runtime_error("there is no pool '" + name + "' in the configuration");
    return pool->second;
}

// Two descriptors per stream; the usual soft limit of 1,024 is from another time.
void raiseDescriptorLimit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
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

// Running requests may end by themselves until the limit, or another signal; then their streams get a
// last frame that says why.
bool drain(ConnectionQueue& connections, ModelCalls& calls, const StopSignals& signals,
           std::chrono::milliseconds limit) {
    const auto end = std::chrono::steady_clock::now() + limit;
    while (std::chrono::steady_clock::now() < end && signals.take() == 0)
        if (connections.drained(std::chrono::milliseconds(100))) return true;
    calls.endAll();
    return connections.drained(kLastFrameTime);
}

}  // namespace

int worker(const CommandLine& line) {
    const StopSignals signals;  // before any thread, and before libfcgi, which would take SIGTERM
    const Config config = loadConfig(line.config);
    const PoolConfig pool = poolOf(config, line.pool);
    raiseDescriptorLimit();

    Log log(config.log, line.pool.empty() ? "worker" : "worker " + line.pool);
    Acceptor acceptor(kListeningSocket, signals);
    Database database(config.database);
    const Migrations migrations(database, config.database.migrations);
    Accounts accounts(database, loadKey(config.auth.keyFile), config.auth);
    const ModelRegistry models(config, pool.models);
    logModels(models, log);
    ModelCalls calls(models, config.timeouts, log);
    const Readiness readiness(config.routes, pool.models, models, migrations);
    const Router router({config, accounts, calls, log, [&] { return readiness.reasonsAgainst(); }});

    const auto with = [&](void (Router::*step)(Exchange&) const) {
        return [&, step](FileDescriptor connection) {
            try {
                const auto exchange = FastcgiExchange::receive(std::move(connection), config.timeouts.client);
                if (exchange) (router.*step)(*exchange);
            } catch (...) {  // out of memory, most likely: one request fails, the others go on
                log.error("a request was dropped: " + describeCurrent());
            }
        };
    };
    ConnectionQueue connections({pool.threads, pool.queue}, with(&Router::serve), with(&Router::refuse));

    log.info("ready");
    const int signal = acceptor.run([&](FileDescriptor connection) { connections.add(std::move(connection)); },
                                    [&] { return connections.isFull(); });
    log.info("stopping, " + std::to_string(connections.inProgress()) + " requests in progress");
    const auto limit = signal == SIGQUIT ? std::chrono::milliseconds(0) : config.timeouts.drain;
    if (drain(connections, calls, signals, limit)) return EXIT_SUCCESS;
    log.error("stopped with " + std::to_string(connections.inProgress()) + " requests that did not end");
    _exit(EXIT_FAILURE);  // their threads still use what would be destroyed
}

}  // namespace aiproject
