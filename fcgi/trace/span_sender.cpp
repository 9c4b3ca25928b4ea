#include "trace/span_sender.h"

#include "base/random_bytes.h"
#include "trace/collector.h"

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <exception>
#include <iterator>
#include <mutex>
#include <utility>
#include <vector>

namespace aiproject {
namespace {

using Clock = std::chrono::steady_clock;

}  // namespace

struct SpanSender::Shared {
    Shared(const CollectorUrl& url, const std::vector<HeaderField>& headers, TraceSource itsSource,
           const TraceLimits& itsLimits, Say itsSay)
        : collector(url, headers), source(std::move(itsSource)), limits(itsLimits), say(std::move(itsSay)) {}

    void run();
    std::vector<TracedRequest> next();
    void post(const std::vector<TracedRequest>& batch) noexcept;
    void drop(std::uint64_t requests, std::string why);
    void countDropped(std::uint64_t requests) noexcept;
    void tellDrops();
    bool isTimeToTell() const { return dropped > told && (told == 0 || Clock::now() >= nextWord); }

    Collector collector;
    const TraceSource source;
    const TraceLimits limits;
    std::atomic<std::uint64_t> dropped{0};
    std::atomic<Count*> counted{nullptr};  // set under the lock

    std::mutex mutex;  // guards what follows
    std::condition_variable changed, over;
    std::deque<TracedRequest> waiting;
    Clock::time_point since;  // when the first of them came
    bool isEnding = false, isOver = false;
    Clock::time_point endBy = Clock::time_point::max();
    Say say;
    std::string why;  // of the last drop
    std::uint64_t told = 0;
    Clock::time_point nextWord;
};

void SpanSender::Shared::run() {
    for (std::vector<TracedRequest> batch = next(); !batch.empty(); batch = next()) post(batch);
    const std::lock_guard lock(mutex);
    isOver = true;
    over.notify_all();
}

// None: the end.
std::vector<TracedRequest> SpanSender::Shared::next() {
    std::unique_lock lock(mutex);
    for (;;) {
        if (isTimeToTell()) tellDrops();
        const bool isDue = waiting.size() >= limits.batch || isEnding || Clock::now() >= since + limits.delay;
        if (waiting.empty() && isEnding) return {};
        if (!waiting.empty() && isDue) break;
        auto until = waiting.empty() ? Clock::now() + limits.words : since + limits.delay;
        if (dropped > told) until = std::min(until, nextWord);
        changed.wait_until(lock, until);
    }
    const auto end = waiting.begin() + std::ptrdiff_t(std::min(waiting.size(), limits.batch));
    std::vector<TracedRequest> batch(std::make_move_iterator(waiting.begin()), std::make_move_iterator(end));
    waiting.erase(waiting.begin(), end);
    since = Clock::now();
    return batch;
}

void SpanSender::Shared::post(const std::vector<TracedRequest>& batch) noexcept {
    try {
        std::unique_lock lock(mutex);
        const auto until = std::min(endBy, Clock::now() + limits.post);
        lock.unlock();
        collector.post(otlpJsonOf(batch, source), until);
    } catch (const std::exception& e) {
        drop(batch.size(), e.what());
    }
}

void SpanSender::Shared::drop(std::uint64_t requests, std::string reason) {
    const std::lock_guard lock(mutex);
    why = std::move(reason);
    countDropped(requests);
}

// Under the lock, or called by who owns the sender, so that `counted` lives.
void SpanSender::Shared::countDropped(std::uint64_t requests) noexcept {
    dropped += requests;
    if (Count* const count = counted) add(*count, std::int64_t(requests));
}

// Under the lock, so that `say` lives.
void SpanSender::Shared::tellDrops() {
    const std::uint64_t now = dropped;
    nextWord = Clock::now() + limits.words;
    if (say)
        say("the spans of " + std::to_string(now - told) + " requests were dropped: the collector " +
            collector.url().authority() + " (trace.otlp_url) has not taken them: " + why);
    told = now;
}

SpanSender::SpanSender(const CollectorUrl& url, const std::vector<HeaderField>& headers, TraceSource source,
                       const TraceLimits& limits, Say say)
    : samplePerMille_(limits.samplePerMille),
      shared_(std::make_shared<Shared>(url, headers, std::move(source), limits, std::move(say))),
      thread_([shared = shared_] { shared->run(); }) {}

SpanSender::~SpanSender() {
    constexpr std::chrono::milliseconds afterCancel{250};
    std::unique_lock lock(shared_->mutex);
    shared_->isEnding = true;
    shared_->endBy = Clock::now() + shared_->limits.end;
    shared_->changed.notify_all();
    const auto isOver = [this] { return shared_->isOver; };
    bool hasEnded = shared_->over.wait_until(lock, shared_->endBy, isOver);
    if (!hasEnded) {
        shared_->collector.cancel();
        hasEnded = shared_->over.wait_for(lock, afterCancel, isOver);
    }
    if (shared_->dropped > shared_->told) shared_->tellDrops();
    shared_->say = nullptr;
    shared_->counted = nullptr;
    lock.unlock();
    if (hasEnded)
        thread_.join();
    else
        thread_.detach();  // it is in the resolver, which nothing can end
}

void SpanSender::begin(std::optional<RequestTrace>& trace) {
    constexpr std::uint64_t room = 63;  // for the spans of one request
    constexpr std::uint64_t all = 1'000;
    if (trace && !trace->context.isSampled) return;
    if (!trace) {
        const auto share = std::uint64_t(samplePerMille_);
        if (begun_.fetch_add(1, std::memory_order_relaxed) * share % all >= share) return;
        trace.emplace();
        const std::string id = randomBytes(trace->context.trace.size());
        std::copy(id.begin(), id.end(), trace->context.trace.begin());
        trace->context.isSampled = true;
    }
    std::memcpy(&trace->span, randomBytes(sizeof trace->span).data(), sizeof trace->span);
    trace->span = (trace->span & ~room) | (room + 1);  // never 0
}

void SpanSender::send(TracedRequest request) noexcept {
    Shared& shared = *shared_;
    try {
        const std::lock_guard lock(shared.mutex);
        if (shared.waiting.size() < shared.limits.waiting) {
            shared.waiting.push_back(std::move(request));
            if (shared.waiting.size() == 1) shared.since = Clock::now();
            if (shared.waiting.size() == 1 || shared.waiting.size() == shared.limits.batch) shared.changed.notify_one();
            return;
        }
        if (shared.why.empty()) shared.why = "they came faster than it takes them";
    } catch (const std::exception&) {  // no memory for it
    }
    shared.countDropped(1);
}

std::uint64_t SpanSender::dropped() const noexcept { return shared_->dropped; }

void SpanSender::countIn(Count& dropped) {
    const std::lock_guard lock(shared_->mutex);
    shared_->counted = &dropped;
}

}  // namespace aiproject
