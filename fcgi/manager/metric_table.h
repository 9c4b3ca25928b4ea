// The names of /metrics, in its order. What conventions name (OpenTelemetry's for generative AI, in Prometheus'
// spelling) has their names, all else begins with aiproject_. nginx/monitoring/README.md explains them; a test compares
// both.
#pragma once

#include "observe/histogram.h"

#include <cstddef>
#include <string_view>

namespace aiproject {

enum class MetricType { counter, gauge, histogram };

struct MetricRow {
    const char* name;
    MetricType type;
    double unit;  // of what was counted, in that of the name
    const char* help;
    const Bounds* bounds = nullptr;  // of a histogram, in what was counted
    std::size_t boundsCount = 0;
};

template <class Limits>
constexpr MetricRow histogramRow(const char* name, double unit, const char* help, const Limits& limits) {
    return {name, MetricType::histogram, unit, help, limits.data(), limits.size()};
}

namespace metric {

constexpr double kMicro = 1e-6;
constexpr MetricType kCounter = MetricType::counter, kGauge = MetricType::gauge;

inline constexpr MetricRow kCallDuration =
    histogramRow("gen_ai_client_operation_duration_seconds", kMicro,
                 "Calls to models, from their begin to the end of their answer.", kCallBounds);
inline constexpr MetricRow kFirstChunk =
    histogramRow("gen_ai_client_operation_time_to_first_chunk_seconds", kMicro,
                 "Streamed calls to models, from their begin to the first piece of the answer.", kFirstTokenBounds);
inline constexpr MetricRow kTokenUsage = histogramRow(
    "gen_ai_client_token_usage", 1, "Tokens of calls to models, as the upstream has counted them.", kTokenBounds);
inline constexpr MetricRow kRequests{"aiproject_requests_total", kCounter, 1,
                                     "Requests that were answered, by route and code (0: success)."};
inline constexpr MetricRow kRequestDuration =
    histogramRow("aiproject_request_duration_seconds", kMicro,
                 "Requests, from the accept of their connection to the end of their answer.", kRequestBounds);
inline constexpr MetricRow kTokens{"aiproject_tokens_total", kCounter, 1,
                                   "Tokens that were billed; cached are some of input, reasoning some of output."};
inline constexpr MetricRow kPictures{"aiproject_pictures_total", kCounter, 1, "Pictures that were billed."};
inline constexpr MetricRow kAudio{"aiproject_audio_seconds_total", kCounter, 1,
                                  "Seconds of recordings that were billed, and of speech that was made."};
inline constexpr MetricRow kCost{"aiproject_cost_total", kCounter, kMicro,
                                 "What calls have cost at model.NAME.price.*, in that currency."};
inline constexpr MetricRow kRetries{"aiproject_model_retries_total", kCounter, 1,
                                    "Attempts of calls to models beyond the first of each."};
inline constexpr MetricRow kConnected{"aiproject_model_connections_total", kCounter, 1,
                                      "Calls to models that opened a connection: the others found a warm one."};
inline constexpr MetricRow kRefused{"aiproject_queue_refused_total", kCounter, 1,
                                    "Requests that were refused since no thread was free for them."};
inline constexpr MetricRow kDatabaseErrors{"aiproject_database_errors_total", kCounter, 1,
                                           "What the database did not do: busy passes by itself, fault does not."};
inline constexpr MetricRow kCommits =
    histogramRow("aiproject_commit_size", 1, "Transactions that were committed together.", kBatchBounds);
inline constexpr MetricRow kSpooled{"aiproject_bills_spooled_total", kCounter, 1,
                                    "Bills that the database did not take at once."};
inline constexpr MetricRow kLogLinesLost{"aiproject_log_lines_lost_total", kCounter, 1,
                                         "Lines of the log that could not be written."};
inline constexpr MetricRow kTracesDropped{"aiproject_trace_requests_dropped_total", kCounter, 1,
                                          "Requests whose spans the collector at trace.otlp_url has not taken."};
inline constexpr MetricRow kWorkerStarts{"aiproject_worker_starts_total", kCounter, 1, "Workers that were started."};
inline constexpr MetricRow kWorkerDeaths{"aiproject_worker_deaths_total", kCounter, 1,
                                         "Workers that ended without having been told to."};
inline constexpr MetricRow kReloads{"aiproject_reloads_total", kCounter, 1, "Reloads, by how they ended."};

inline constexpr MetricRow kStart{"aiproject_start_time_seconds", kGauge, 1,
                                  "When aiproject serve started: counters begin there. Unix time."};
inline constexpr MetricRow kGeneration{"aiproject_generation", kGauge, 1, "The generation of workers that serves."};
inline constexpr MetricRow kNotices{"aiproject_notices", kGauge, 1,
                                    "What is wrong with the generation that serves; aiproject status says it."};
inline constexpr MetricRow kWorkers{"aiproject_workers", kGauge, 1, "Workers by state."};
inline constexpr MetricRow kWorkersWanted{"aiproject_workers_wanted", kGauge, 1, "pool.NAME.processes"};
inline constexpr MetricRow kThreads{"aiproject_threads", kGauge, 1, "Threads that the workers may have."};
inline constexpr MetricRow kThreadsBusy{"aiproject_threads_busy", kGauge, 1,
                                        "Requests in threads of workers, or queued for one."};
inline constexpr MetricRow kStreams{"aiproject_streams_open", kGauge, 1, "Streams that event loops follow."};
inline constexpr MetricRow kCalls{"aiproject_calls_in_progress", kGauge, 1, "Calls to models: permits that are taken."};
inline constexpr MetricRow kCallsLimit{"aiproject_calls_limit", kGauge, 1, "Permits that there are."};
inline constexpr MetricRow kQueued{"aiproject_queue_waiting", kGauge, 1, "Requests that wait for a thread."};
inline constexpr MetricRow kQueueWait{"aiproject_queue_longest_wait_seconds", kGauge, 1,
                                      "For how long the oldest of them has waited."};
inline constexpr MetricRow kReservations{"aiproject_reservations", kGauge, 1,
                                         "Quotas that are held for calls in progress."};
inline constexpr MetricRow kBillsWaiting{"aiproject_bills_waiting", kGauge, 1,
                                         "Bills in billing.spool_dir, which wait for the database."};
inline constexpr MetricRow kBillsAge{"aiproject_bills_waiting_oldest_seconds", kGauge, 1,
                                     "The age of the oldest of them."};
inline constexpr MetricRow kModels{"aiproject_models", kGauge, 1, "Models, and accounts of models, by state."};
inline constexpr MetricRow kModelState{"aiproject_model_state", kGauge, 1,
                                       "1 for the state in which each model, or account of one, is."};
inline constexpr MetricRow kResident{"aiproject_resident_bytes", kGauge, 1, "Memory of the workers."};

}  // namespace metric

inline constexpr const MetricRow* kMetrics[] = {
    &metric::kCallDuration,   &metric::kFirstChunk,      &metric::kTokenUsage,
    &metric::kRequests,       &metric::kRequestDuration, &metric::kTokens,
    &metric::kPictures,       &metric::kAudio,           &metric::kCost,
    &metric::kRetries,        &metric::kConnected,       &metric::kRefused,
    &metric::kDatabaseErrors, &metric::kCommits,         &metric::kSpooled,
    &metric::kLogLinesLost,   &metric::kTracesDropped,   &metric::kWorkerStarts,
    &metric::kWorkerDeaths,   &metric::kReloads,         &metric::kStart,
    &metric::kGeneration,     &metric::kNotices,         &metric::kWorkers,
    &metric::kWorkersWanted,  &metric::kThreads,         &metric::kThreadsBusy,
    &metric::kStreams,        &metric::kCalls,           &metric::kCallsLimit,
    &metric::kQueued,         &metric::kQueueWait,       &metric::kReservations,
    &metric::kBillsWaiting,   &metric::kBillsAge,        &metric::kModels,
    &metric::kModelState,     &metric::kResident,
};

}  // namespace aiproject
