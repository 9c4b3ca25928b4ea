// Sends spans of requests to a collector, in batches, from a thread of its own. A request never waits for it: what the
// collector does not take in time is dropped and counted, once and for all, since spans that come late help nobody.
//
// ERRORS   Why requests were dropped is a line in the log, at once and then each minute.
// THREADS  Any may call. The destructor waits for the collector no longer than TraceLimits::end.
#pragma once

#include "trace/otlp_spans.h"

#include "config/collector_url.h"
#include "observe/histogram.h"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace aiproject {

struct TraceLimits {
    std::size_t waiting = 2'048;              // requests; above, the newest are dropped
    std::size_t batch = 256;                  // requests in one POST
    std::chrono::milliseconds delay{1'000};   // that the first of a batch waits for more
    std::chrono::milliseconds post{5'000};    // for one POST
    std::chrono::milliseconds end{1'000};     // for what waits when the worker ends
    std::chrono::milliseconds words{60'000};  // between two lines in the log
    int samplePerMille = 1'000;               // of requests that begin a trace
};

class SpanSender {
public:
    using Say = std::function<void(const std::string&)>;  // from the sender's thread, as long as this object lives

    // Throws std::runtime_error when the system has no descriptor or thread for it.
    SpanSender(const CollectorUrl& url, const std::vector<HeaderField>& headers, TraceSource source,
               const TraceLimits& limits, Say say);
    ~SpanSender();
    SpanSender(const SpanSender&) = delete;
    SpanSender& operator=(const SpanSender&) = delete;

    // Begins a trace for a request that came without one, if it is its turn; continues one that is sampled.
    void begin(std::optional<RequestTrace>& trace);
    // Waits for nobody. Without memory for it, it is dropped.
    void send(TracedRequest request) noexcept;

    // Requests whose spans no collector has, since the worker began.
    std::uint64_t dropped() const noexcept;
    // For the metrics as well. From now on; it outlives this object.
    void countIn(Count& dropped);

private:
    struct Shared;  // with the thread, which may outlive this object in the resolver of names

    const int samplePerMille_;
    std::atomic<std::uint64_t> begun_{0};
    const std::shared_ptr<Shared> shared_;
    std::thread thread_;
};

}  // namespace aiproject
