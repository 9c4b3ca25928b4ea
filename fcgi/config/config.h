// Everything that can be set, with its default. config_keys.cpp names each key, its range and its
// help; config_file.cpp reads the file; a plugin's own settings stay text until the plugin's
// descriptor is known (host/plugin_settings.h).
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace aiproject {

constexpr int kMostCalls = 65'536;           // in progress in one pool; the board has no room for more
constexpr int kMostModels = 256;             // in one pool, those of former generations included; the same
constexpr std::size_t kLongestOrigin = 160;  // bytes; the same

enum class HttpStatus { envelope, semantic };  // envelope: the documented paths always answer 200
enum class LogLevel { debug, info, warning, error };
enum class VoiceAccess { anyone, user };
enum class RegistrationMode { open, closed, invitation };
enum class Refill { none, day, month };     // at 0:00 UTC of each day, of each month's first
enum class OnClientGone { cancel, drain };  // end the upstream call, or read it to its end

struct TimeoutConfig {
    std::chrono::milliseconds connect{10'000};
    std::chrono::milliseconds firstFrame{60'000};
    std::chrono::milliseconds idleFrame{60'000};
    std::chrono::milliseconds total{600'000};
    std::chrono::milliseconds client{30'000};        // one write to nginx
    std::chrono::milliseconds comment{15'000};       // of silence, then a client of /v1 hears that its stream lives
    std::chrono::milliseconds receive{10'000};       // a whole request, with its body
    std::chrono::milliseconds start{5'000};          // a plugin's start(), while its worker serves nobody
    std::chrono::milliseconds drain{30'000};         // for the requests in progress when all ends
    std::chrono::milliseconds reloadDrain{600'000};  // for those of a worker that another one replaces
    std::chrono::milliseconds watchdog{10'000};      // a call that ignores its end longer costs its worker the life
};

struct LimitConfig {
    std::uint64_t textBodyBytes = 4ULL * 1024 * 1024;
    std::uint64_t mediaBodyBytes = 16ULL * 1024 * 1024;  // the original's limit
    std::uint64_t answerBytes = 1024ULL * 1024;          // /textModel/chat keeps no more than this
    std::uint64_t speechCharacters = 4096;               // of a text to be spoken, as OpenAI takes them
    // Calls in progress in all workers of a pool; 0: no limit. Without an account the address is the user.
    int userCalls = 0;
    int modelCalls = 0;  // unless ModelConfig::calls says otherwise
    int userCallsPerMinute = 0;
};

struct RetryConfig {  // of one model, before its first frame, when it cannot be reached
    int attempts = 2;
    std::chrono::milliseconds backoff{200};  // before the second attempt; then twice as long each time
};

struct BreakerConfig {
    int failures = 5;                         // of a model, one after the other; 0: no breaker
    std::chrono::milliseconds pause{30'000};  // for which the others of a route are preferred to it
};

struct DatabaseConfig {
    std::string url = "sqlite:/var/lib/aiproject/aiproject.db";
    std::string migrations;                    // folder with DIALECT/NNN_name.sql; empty: the installed one
    int sessions = 8;                          // open at once, per worker
    std::chrono::milliseconds timeout{2'000};  // waiting for a session, and for a locked database
};

struct AuthConfig {
    std::string keyFile = "/var/lib/aiproject/auth.key";  // signs the uuids; made by migrate and serve
    std::int64_t newTokens = -1;                          // granted at registration; -1: unlimited
    std::int64_t newPicTimes = -1;
    std::int64_t newVoiceSeconds = -1;
    std::int64_t newMoney = -1;  // micro-units
    RegistrationMode registration = RegistrationMode::open;
    std::chrono::seconds loginDelayMax{300};  // the longest pause after failed logins
    int auditKeepDays = 90;                   // 0: for ever
};

struct QuotaConfig {
    Refill refill = Refill::none;  // a limited balance that is lower is raised to what follows
    std::int64_t refillTokens = 0;
    std::int64_t refillPicTimes = 0;
    std::int64_t refillVoiceSeconds = 0;
    std::int64_t refillMoney = 0;      // micro-units
    std::int64_t answerTokens = 4096;  // the most that an answer may cost; held while a call runs, beside the question
};

struct BillingConfig {
    OnClientGone onClientGone = OnClientGone::cancel;
    std::string spoolDir = "/var/lib/aiproject/spool";  // settlements that wait for the database
};

struct RouteConfig {
    std::vector<std::string> text{"spark_chat"};  // models, in order of preference
    std::vector<std::string> voice{"spark_iat"};
    std::vector<std::string> picture{"spark_image"};
    VoiceAccess voiceAccess = VoiceAccess::anyone;  // the document asks nothing of voice
    // NAME=MODEL: what clients of /v1 may write for a model, or for a route: text, voice, picture or speech.
    std::vector<std::string> aliases{
        "whisper-1=voice", "gpt-4o-transcribe=voice", "gpt-4o-mini-transcribe=voice", "gpt-transcribe=voice",
        "tts-1=speech",    "tts-1-hd=speech",         "gpt-4o-mini-tts=speech"};
    std::vector<std::string> speech = {};  // for those aliases; no documented path leads there
};

struct PoolConfig {
    std::string socket;  // empty: RUN.DIR/POOL.sock
    int processes = 1;
    int threads = 512;     // requests that are opened, or that block, at once, per process
    int streams = 10'000;  // that its event loop follows at once, per process
    int backlog = 4096;
    int calls = 0;  // model calls in progress, all processes together; 0: as many as threads and streams
    std::chrono::milliseconds queue{100};  // a request that waited longer is answered MODEL_BUSY
    int maxRequests = 0;                   // a worker that served so many is replaced; 0: never
    int memoryMb = -1;                     // a worker whose resident size is above is replaced; 0: never; -1: a share
    int nice = 0;                          // of its processes, on top of the manager's own; of their sessions, from 0
    std::vector<std::string> models{"*"};  // "*": all; none: plugins are not even loaded

    int mostCalls() const { return calls > 0 ? calls : std::min(kMostCalls, processes * (threads + streams)); }
};

// In micro-units of a currency: 1'000'000 is one of it. Tokens: per million of them.
struct PriceConfig {
    std::int64_t prompt = 0;
    std::int64_t cached = -1;  // tokens of the prompt that the upstream had already; -1: as the others
    std::int64_t completion = 0;
    std::int64_t reasoning = -1;  // tokens of thoughts; -1: as the others of the completion
    std::int64_t picture = 0;
    std::int64_t second = 0;  // of audio
};

struct ModelConfig {
    std::string plugin;                           // empty: the plugin of the model's own name
    std::map<std::string, std::string> settings;  // as written; secrets among them
    int calls = -1;                               // in progress; 0: no limit; -1: LimitConfig::modelCalls
    std::set<std::string> unread = {};            // settings whose values could not be read, which was said
    PriceConfig price = {};
    std::string origin = {};  // where its answers come from, for people; empty: as its plugin says
};

struct LogConfig {
    std::string file;  // empty: standard error
    LogLevel level = LogLevel::info;
    std::chrono::milliseconds slow{0};            // a request that takes as long has a line with its phases; 0: never
    std::chrono::milliseconds slowFirstFrame{0};  // one whose answer begins as late; 0: never
};

struct TraceConfig {
    std::string otlpUrl;        // of a collector; empty: no spans
    std::string otlpHeaders;    // for it; secret
    int samplePerMille = 1000;  // of requests that come without a traceparent
};

struct Config {
    std::string source;              // the file it was read from, for messages
    std::vector<std::string> added;  // and those of conf.d beside it
    std::string runDir = "/run/aiproject";
    std::string statusSocket;             // of /metrics and /status; empty: RUN.DIR/status.sock
    bool hasCoreDumps = false;            // and debuggers of the same user
    std::vector<std::string> pluginDirs;  // empty: the installed one
    RouteConfig routes;
    std::map<std::string, ModelConfig> models;
    std::map<std::string, PoolConfig> pools;  // always has "auth", "media" and "model"
    TimeoutConfig timeouts;
    LimitConfig limits;
    RetryConfig retry;
    BreakerConfig breaker;
    DatabaseConfig database;
    AuthConfig auth;
    QuotaConfig quota;
    BillingConfig billing;
    HttpStatus httpStatus = HttpStatus::envelope;
    LogConfig log;
    TraceConfig trace;
};

}  // namespace aiproject
