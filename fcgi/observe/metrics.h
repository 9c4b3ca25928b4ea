// What is counted, for /metrics: one of these lies on the board of each pool, shared by all of its workers, and
// outlives them; a process without a board has one of its own. Labels are rows of fixed tables, so that nothing from
// outside makes a series. Counting is a relaxed addition: no lock, no allocation, and nothing for each frame.
//
// A new member: zero must mean "nothing", kLayout in pool/board.cpp counts up, and manager/metric_table.h gives it a
// name.
#pragma once

#include "config/config.h"
#include "observe/histogram.h"

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>

namespace aiproject {

constexpr int kMostRoutes = 128;
constexpr int kMostCodes = 64;
constexpr int kCallKinds = 5;  // of requests to models, in the order of kKindNames (host/kind_names.h)

// The text of a label. Written once, before isTaken, under a lock that all who share the table take.
struct LabelRow {
    std::atomic<bool> isTaken;
    std::array<char, 63> text;
};

// gen_ai.operation.name of spans too, in the order of kKindNames; of the conventions' own values two fit.
constexpr std::array<const char*, kCallKinds> kOperations{"chat", "transcription", "picture_to_text", "embeddings",
                                                          "speech"};

// How a call to a model ended, for error.type.
enum class CallResult { answered, timedOut, busy, contentRefused, clientLeft, failed };
constexpr int kCallResults = 6;

// Calls of one kind to one model.
struct CallMetrics {
    std::array<Histogram<kCallBounds>, kCallResults> durations;
    Histogram<kFirstTokenBounds> firstToken;          // of streams
    Histogram<kTokenBounds> reportedIn, reportedOut;  // as the upstream counted them
    Count tokensIn, tokensOut;                        // as billed: estimated ones, too
    Count tokensCached, tokensReasoning;              // of those in, and out
    Count pictures, voiceSeconds, spokenSeconds;
    Count money;      // micro-units
    Count attempts;   // beyond the first of a call
    Count connected;  // calls that opened a connection
};

struct DatabaseMetrics {
    Count busy;    // locked, away, full or too slow
    Count faults;  // anything else that is not the caller's
};

struct BillingMetrics {
    Histogram<kBatchBounds> commits;  // how many transactions went into each
    Count spooled;                    // bills that had to wait for the database
};

struct Metrics {
    std::array<LabelRow, kMostRoutes> routes;
    std::array<LabelRow, kMostCodes> codes;
    std::array<std::array<Count, kMostCodes>, kMostRoutes> requests;
    std::array<Histogram<kRequestBounds>, kMostRoutes> requestDurations;
    std::array<std::array<CallMetrics, kCallKinds>, kMostModels> calls;  // by the model's row on the board
    DatabaseMetrics database;
    BillingMetrics billing;
    Count refusedLate, refusedCrowded;  // of requests that waited for a thread
    Count refusedDropped;               // of connections: too many waited already
    Count logLinesLost;
    Count tracesDropped;  // requests whose spans the collector has not
};

// How things are in one worker, in its row of the board; written by it alone.
struct WorkerGauges {
    std::atomic<std::int32_t> queued;        // requests that wait for a thread
    std::atomic<std::int64_t> queuedSince;   // the oldest of them; steady milliseconds
    std::atomic<std::int32_t> reservations;  // held for calls in progress
    std::atomic<std::int64_t> billsWaiting;  // in billing.spool_dir, as this worker saw it last, whosever they are
    std::atomic<std::int64_t> billsSince;    // the oldest of them; unix milliseconds
};

}  // namespace aiproject
