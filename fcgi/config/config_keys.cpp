#include "config/config_keys.h"

#include "base/most_units.h"
#include "config/database_url.h"
#include "config/key_table.h"
#include "config/price_keys.h"

#include <Poco/String.h>

#include <climits>
#include <sstream>

namespace aiproject {
namespace {

using Range = KeyTable::Range;
template <class Enum>
using Words = KeyTable::Words<Enum>;

constexpr std::int64_t kHour = 3'600'000;
constexpr Range kCalls{0, kMostCalls};

void placesAndLogs(KeyTable& table, Config& config) {
    table.text("run.dir", config.runDir, "sockets");
    table.choice("run.core_dumps", config.hasCoreDumps, Words<bool>{{"no", false}, {"yes", true}},
                 "yes: a crash may leave a core file, which has keys in it, and debuggers of the same user work");
    table.text("status.socket", config.statusSocket, "of /metrics and /status; empty: RUN.DIR/status.sock");
    table.list("plugins.dir", config.pluginDirs, ":", "folders with NAME.so; empty: the installed one");
    table.text("log.file", config.log.file, "empty: standard error");
    table.choice("log.level", config.log.level,
                 Words<LogLevel>{{"debug", LogLevel::debug},
                                 {"info", LogLevel::info},
                                 {"warning", LogLevel::warning},
                                 {"error", LogLevel::error}},
                 "info has a line per request, debug also for probes that find all well");
    table.milliseconds("log.slow_ms", config.log.slow, {0, 24 * kHour},
                       "a request that takes as long has a line that says where its time went; 0: never");
    table.milliseconds("log.slow_first_frame_ms", config.log.slowFirstFrame, {0, 24 * kHour},
                       "the same for one whose answer begins as late; 0: never");
    table.collector("trace.otlp_url", config.trace.otlpUrl, "gets spans of requests by OTLP; empty: nobody does");
    table.headers(kCollectorHeaders, config.trace.otlpHeaders, "for it, such as its key; a secret");
    table.integer("trace.sample_per_mille", config.trace.samplePerMille, {0, 1000},
                  "of requests without a traceparent header, whose sampled flag decides for the others");
    table.choice("http.status", config.httpStatus,
                 Words<HttpStatus>{{"envelope", HttpStatus::envelope}, {"semantic", HttpStatus::semantic}},
                 "envelope: the documented paths answer 200 whenever they answer JSON");
}

void routesAndAccounts(KeyTable& table, Config& config) {
    table.list("route.text", config.routes.text, ",", "models for /textModel/*; the next one is tried when one fails");
    table.list("route.voice", config.routes.voice, ",", "models for /voiceModel/chat");
    table.list("route.picture", config.routes.picture, ",", "models for /PictureToTextModel/chat");
    table.list("route.speech", config.routes.speech, ",", "models of speech for clients of /v1 that write an alias");
    table.list(
        "route.aliases", config.routes.aliases, ",",
        "NAME=MODEL for clients of /v1 that insist on a name; MODEL may be a route: text, voice, picture, speech");
    table.choice(
        "route.voice_access", config.routes.voiceAccess,
        Words<VoiceAccess>{{"anyone", VoiceAccess::anyone}, {"user", VoiceAccess::user}},
        "who may call /voiceModel/chat; user: uuid and username in the headers; anyone: who sends them is billed, and "
        "wrong ones are refused");
    table.text("database.url", config.database.url,
               "sqlite:FILE, postgresql://USER:PASSWORD@HOST:PORT/DATABASE or mysql://..., percent-encoded");
    table.text("database.migrations", config.database.migrations,
               "folder with the SQL files; empty: the installed one");
    table.integer("database.sessions", config.database.sessions, {1, 256}, "open at once, per worker");
    table.milliseconds("database.timeout_ms", config.database.timeout, {100, 60'000},
                       "waiting for a session, a lock and the server");
    table.text("auth.key_file", config.auth.keyFile, "signs the uuids; keep a copy: without it every uuid changes");
    table.integer("auth.new_tokens", config.auth.newTokens, {-1, kMostUnits}, "granted at registration; -1: unlimited");
    table.integer("auth.new_pic_times", config.auth.newPicTimes, {-1, kMostUnits}, "picture calls; -1: unlimited");
    table.integer("auth.new_voice_seconds", config.auth.newVoiceSeconds, {-1, kMostUnits},
                  "of dictation; -1: unlimited");
    table.integer("auth.new_money", config.auth.newMoney, {-1, kMostUnits},
                  "micro-units that calls may cost at model.NAME.price.*; -1: unlimited");
    table.choice("auth.registration", config.auth.registration,
                 Words<RegistrationMode>{{"open", RegistrationMode::open},
                                         {"closed", RegistrationMode::closed},
                                         {"invitation", RegistrationMode::invitation}},
                 "who may register; invitation: who has a code of `aiproject invite`");
    table.seconds(
        "auth.login_delay_max_s", config.auth.loginDelayMax, {1, 86'400},
        "failed logins make the next of an address wait, twice as long each time, up to this; of an account up to "
        "30 s");
    table.integer("auth.audit_keep_days", config.auth.auditKeepDays, {0, 36'500}, "of the audit log; 0: for ever");
}

void quotasAndBilling(KeyTable& table, Config& config) {
    constexpr Range balance{0, kMostUnits};
    table.choice("quota.refill", config.quota.refill,
                 Words<Refill>{{"none", Refill::none}, {"day", Refill::day}, {"month", Refill::month}},
                 "raises limited balances that are lower, at 0:00 UTC; of a new account from the next day or month on");
    table.integer("quota.refill_tokens", config.quota.refillTokens, balance, "to so many");
    table.integer("quota.refill_pic_times", config.quota.refillPicTimes, balance, "to so many");
    table.integer("quota.refill_voice_seconds", config.quota.refillVoiceSeconds, balance, "to so many");
    table.integer("quota.refill_money", config.quota.refillMoney, balance, "to so many micro-units");
    table.integer("quota.answer_tokens", config.quota.answerTokens, {1, 100'000'000},
                  "the most that an answer may cost; held while the call runs");
    table.choice("billing.on_client_gone", config.billing.onClientGone,
                 Words<OnClientGone>{{"cancel", OnClientGone::cancel}, {"drain", OnClientGone::drain}},
                 "cancel bills an estimate; drain reads the upstream to its end and bills what it reports");
    table.text("billing.spool_dir", config.billing.spoolDir,
               "where bills wait while the database is away, and running calls are on record");
}

void timeoutsAndLimits(KeyTable& table, Config& config) {
    TimeoutConfig& timeouts = config.timeouts;
    table.milliseconds("timeout.connect_ms", timeouts.connect, {100, kHour}, "to reach an upstream");
    table.milliseconds("timeout.first_frame_ms", timeouts.firstFrame, {100, kHour}, "from question to first frame");
    table.milliseconds("timeout.idle_frame_ms", timeouts.idleFrame, {100, kHour}, "between two frames");
    table.milliseconds("timeout.total_ms", timeouts.total, {100, 24 * kHour}, "a whole call");
    table.milliseconds("timeout.client_ms", timeouts.client, {100, kHour}, "one write to nginx");
    table.milliseconds("timeout.comment_ms", timeouts.comment, {0, kHour},
                       "of silence, then a stream of /v1 has a comment; 0: never");
    table.milliseconds("timeout.receive_ms", timeouts.receive, {100, kHour},
                       "a whole request from nginx, with its body");
    table.milliseconds("timeout.start_ms", timeouts.start, {100, kHour}, "start() of a plugin; then it is quarantined");
    table.milliseconds("timeout.drain_ms", timeouts.drain, {0, 24 * kHour}, "for running requests when all ends");
    table.milliseconds("timeout.reload_drain_ms", timeouts.reloadDrain, {0, 24 * kHour},
                       "for those of a worker that is replaced");
    table.milliseconds("timeout.watchdog_ms", timeouts.watchdog, {500, kHour},
                       "a call that ignores its end so long: its worker is replaced");
    table.integer("limit.text_body_bytes", config.limits.textBodyBytes, {1024, 1 << 30}, "JSON bodies");
    table.integer("limit.media_body_bytes", config.limits.mediaBodyBytes, {1024, 1 << 30}, "voice and picture bodies");
    table.integer("limit.answer_bytes", config.limits.answerBytes, {1024, 1 << 30}, "of an answer given in one piece");
    table.integer("limit.speech_characters", config.limits.speechCharacters, {1, 1 << 20}, "of a text to be spoken");
    table.integer("limit.user_calls", config.limits.userCalls, kCalls, "in progress per user; 0: no limit");
    table.integer("limit.user_calls_per_minute", config.limits.userCallsPerMinute, {0, 1'000'000},
                  "so many at once, then one each 60 s / N; 0: no limit");
    table.integer("limit.model_calls", config.limits.modelCalls, kCalls, "in progress per model; 0: no limit");
    table.integer("retry.attempts", config.retry.attempts, {1, 10}, "on a model that cannot be reached");
    table.milliseconds("retry.backoff_ms", config.retry.backoff, {0, 60'000}, "before the second; then twice as long");
    table.integer("breaker.failures", config.breaker.failures, {0, 1'000},
                  "in a row, then the route's other models come first; 0: never");
    table.milliseconds("breaker.pause_ms", config.breaker.pause, {100, kHour}, "for so long");
}

void poolKeys(KeyTable& table, const std::string& name, PoolConfig& pool) {
    const std::string prefix = "pool." + name + ".";
    table.text(prefix + "socket", pool.socket, "empty: RUN.DIR/" + name + ".sock");
    table.integer(prefix + "processes", pool.processes, {1, 256}, "worker processes");
    table.integer(prefix + "threads", pool.threads, {1, 20'000},
                  "requests that are opened, or block, at once, per process");
    table.integer(prefix + "streams", pool.streams, {1, kMostCalls}, "answers that are followed at once, per process");
    table.integer(prefix + "calls", pool.calls, kCalls,
                  "model calls in progress, all processes; 0: as many as threads and streams");
    table.integer(prefix + "backlog", pool.backlog, {1, 65'535}, "connections that wait in the kernel");
    table.milliseconds(prefix + "queue_ms", pool.queue, {0, 60'000}, "a request that waited longer is MODEL_BUSY");
    table.integer(prefix + "max_requests", pool.maxRequests, {0, INT_MAX}, "then a worker is replaced; 0: never");
    table.integer(prefix + "memory_mb", pool.memoryMb, {-1, 1'000'000},
                  "resident; above, a worker is replaced; -1: its share of the memory there is; 0: never");
    table.integer(prefix + "nice", pool.nice, {0, 19},
                  "how far its workers stand back for others who want the processor");
    table.list(prefix + "models", pool.models, ",", "models it serves; *: all, nothing: none");
}

// As it must stand in the file to mean itself.
std::string escaped(std::string text) {
    static const std::vector<std::pair<std::string, std::string>> signs{
        {"\\", R"(\\)"}, {"\n", R"(\n)"}, {"\r", R"(\r)"}, {"\t", R"(\t)"}, {"\f", R"(\f)"}};
    for (const auto& [sign, written] : signs) Poco::replaceInPlace(text, sign, written);
    return text;
}

}  // namespace

std::vector<Key> keysOf(Config& config) {
    KeyTable table;
    placesAndLogs(table, config);
    routesAndAccounts(table, config);
    quotasAndBilling(table, config);
    timeoutsAndLimits(table, config);
    for (auto& pool : config.pools) poolKeys(table, pool.first, pool.second);
    return table.take();
}

std::string printed(Config config) {
    std::ostringstream out;
    for (const Key& key : keysOf(config)) {
        out << "# " << key.help << " (" << key.allowed << ")\n";
        // The whole line, or what is printed and read again would have no password.
        if (key.name == "database.url" && hasPassword(config.database.url))
            out << "# database.url is set: " << escaped(shownDatabaseUrl(config.database.url)) << "\n";
        else if (key.isSecret && !key.get().empty())
            out << "# " << key.name << " is set\n";
        else
            out << key.name << " = " << escaped(key.get()) << "\n";
    }
    for (const auto& model : config.models) {
        out << "model." << model.first << ".plugin = " << escaped(model.second.plugin) << "\n";
        if (model.second.calls >= 0) out << "model." << model.first << ".calls = " << model.second.calls << "\n";
        if (!model.second.origin.empty())
            out << "model." << model.first << ".origin = " << escaped(model.second.origin) << "\n";
        const PriceConfig none;
        for (const auto& [name, price] : kPriceKeys)
            if (model.second.price.*price != none.*price)
                out << "model." << model.first << ".price." << name << " = " << model.second.price.*price << "\n";
        for (const auto& setting : model.second.settings)
            out << "# model." << model.first << "." << escaped(setting.first) << " is set\n";
    }
    return out.str();
}

}  // namespace aiproject
