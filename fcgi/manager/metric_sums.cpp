#include "manager/metric_sums.h"

#include "base/utf8.h"

#include <algorithm>
#include <array>
#include <functional>
#include <numeric>

namespace aiproject {
namespace {

// error.type; nothing: a success has none.
constexpr std::array<const char*, kCallResults> kResults{"",     "timeout", "busy", "content_refused", "client_left",
                                                         "error"};

void addRequests(const Metrics& metrics, MetricSums& sums) {
    for (std::size_t route = 0; route < metrics.routes.size() && metrics.routes[route].isTaken; ++route) {
        const Labels path = Labels().with("route", metrics.routes[route].text.data());
        for (std::size_t code = 0; code < metrics.codes.size() && metrics.codes[code].isTaken; ++code)
            if (const std::uint64_t times = metrics.requests[route][code]; times > 0 || code == 0)
                sums.count(metric::kRequests, Labels(path).with("code", metrics.codes[code].text.data()), times);
        sums.histogram(metric::kRequestDuration, path, metrics.requestDurations[route]);
    }
}

// Most models are asked for one kind.
bool isEmpty(const CallMetrics& calls) {
    return std::all_of(calls.durations.begin(), calls.durations.end(), [](const auto& ended) {
        return std::all_of(ended.counts.begin(), ended.counts.end(), [](const Count& count) { return count == 0; });
    });
}

void addCalls(const CallMetrics& calls, const Labels& model, MetricSums& sums) {
    for (std::size_t result = 0; result < calls.durations.size(); ++result) {
        Labels labels = model;
        if (*kResults[result]) labels.with("error_type", kResults[result]);
        sums.histogram(metric::kCallDuration, labels, calls.durations[result]);
    }
    const auto count = [&](const MetricRow& row, const char* label, const char* value, const Count& times) {
        if (times == 0) return;
        Labels labels = model;
        if (label) labels.with(label, value);
        sums.count(row, labels, times);
    };
    sums.histogram(metric::kFirstChunk, model, calls.firstToken);
    sums.histogram(metric::kTokenUsage, Labels(model).with("gen_ai_token_type", "input"), calls.reportedIn);
    sums.histogram(metric::kTokenUsage, Labels(model).with("gen_ai_token_type", "output"), calls.reportedOut);
    count(metric::kTokens, "type", "input", calls.tokensIn);
    count(metric::kTokens, "type", "cached", calls.tokensCached);
    count(metric::kTokens, "type", "output", calls.tokensOut);
    count(metric::kTokens, "type", "reasoning", calls.tokensReasoning);
    count(metric::kPictures, nullptr, nullptr, calls.pictures);
    count(metric::kAudio, "direction", "heard", calls.voiceSeconds);
    count(metric::kAudio, "direction", "spoken", calls.spokenSeconds);
    count(metric::kCost, nullptr, nullptr, calls.money);
    count(metric::kRetries, nullptr, nullptr, calls.attempts);
    count(metric::kConnected, nullptr, nullptr, calls.connected);
}

}  // namespace

Labels& Labels::with(std::string_view name, std::string_view value) {
    if (!text_.empty()) text_ += ',';
    text_.append(name).append("=\"");
    for (const char c : printable(value)) {
        if (c == '"' || c == '\\') text_ += '\\';
        text_ += c;
    }
    text_ += '"';
    return *this;
}

void MetricSums::count(const MetricRow& row, const Labels& labels, std::uint64_t more) {
    all_[row.name][labels.text()].count += more;
}

void MetricSums::level(const MetricRow& row, const Labels& labels, double more) {
    all_[row.name][labels.text()].level += more;
}

void MetricSums::addBuckets(const MetricRow& row, const Labels& labels, const std::vector<std::uint64_t>& buckets,
                            std::uint64_t sum) {
    if (std::accumulate(buckets.begin(), buckets.end(), std::uint64_t(0)) == 0) return;
    Value& value = all_[row.name][labels.text()];
    value.buckets.resize(buckets.size());
    std::transform(buckets.begin(), buckets.end(), value.buckets.begin(), value.buckets.begin(), std::plus<>());
    value.count += sum;
}

void MetricSums::add(const MetricSums& other) {
    for (const auto& [name, series] : other.all_)
        for (const auto& [labels, value] : series) {
            Value& mine = all_[name][labels];
            mine.count += value.count;
            mine.level += value.level;
            mine.buckets.resize(std::max(mine.buckets.size(), value.buckets.size()));
            for (std::size_t i = 0; i < value.buckets.size(); ++i) mine.buckets[i] += value.buckets[i];
        }
}

void MetricSums::add(const std::vector<HandedSeries>& counted) {
    for (const HandedSeries& series : counted) {
        const auto row = std::find_if(std::begin(kMetrics), std::end(kMetrics),
                                      [&](const MetricRow* one) { return one->name == series.metric; });
        if (row == std::end(kMetrics)) continue;
        Value& mine = all_[(*row)->name][series.labels];
        mine.count += std::uint64_t(series.count);
        mine.buckets.resize(std::max(mine.buckets.size(), series.buckets.size()));
        for (std::size_t i = 0; i < series.buckets.size(); ++i) mine.buckets[i] += std::uint64_t(series.buckets[i]);
    }
}

std::vector<HandedSeries> MetricSums::handDown() const {
    std::vector<HandedSeries> all;
    for (const auto& [name, series] : all_)
        for (const auto& [labels, value] : series)
            all.push_back(
                {std::string(name), labels, std::int64_t(value.count), {value.buckets.begin(), value.buckets.end()}});
    return all;
}

const MetricSums::Series& MetricSums::of(const MetricRow& row) const {
    static const Series none;
    const auto found = all_.find(row.name);
    return found == all_.end() ? none : found->second;
}

MetricSums countedOn(Board& board) {
    const Metrics& metrics = board.metrics();
    MetricSums sums;
    addRequests(metrics, sums);
    for (int row = 0; row < kMostModels && board.model(row).isTaken; ++row) {
        const std::string label = board.model(row).name.data();
        const auto slash = label.find('/');  // MODEL/ACCOUNT
        for (std::size_t kind = 0; kind < kOperations.size(); ++kind) {
            const CallMetrics& calls = metrics.calls[std::size_t(row)][kind];
            if (isEmpty(calls)) continue;
            Labels labels;
            labels.with("gen_ai_operation_name", kOperations[kind])
                .with("gen_ai_provider_name", board.model(row).plugin.data())
                .with("gen_ai_request_model", label.substr(0, slash));
            if (slash != std::string::npos) labels.with("account", label.substr(slash + 1));
            addCalls(calls, labels, sums);
        }
    }
    sums.count(metric::kRefused, Labels().with("reason", "late"), metrics.refusedLate);
    sums.count(metric::kRefused, Labels().with("reason", "crowded"), metrics.refusedCrowded);
    sums.count(metric::kRefused, Labels().with("reason", "dropped"), metrics.refusedDropped);
    sums.count(metric::kDatabaseErrors, Labels().with("kind", "busy"), metrics.database.busy);
    sums.count(metric::kDatabaseErrors, Labels().with("kind", "fault"), metrics.database.faults);
    sums.histogram(metric::kCommits, {}, metrics.billing.commits);
    sums.count(metric::kSpooled, {}, metrics.billing.spooled);
    sums.count(metric::kLogLinesLost, {}, metrics.logLinesLost);
    sums.count(metric::kTracesDropped, {}, metrics.tracesDropped);
    return sums;
}

std::uint64_t requestsOn(Board& board) {
    MetricSums sums;
    addRequests(board.metrics(), sums);
    return requestsIn(sums);
}

std::uint64_t requestsIn(const MetricSums& sums) {
    std::uint64_t all = 0;
    for (const auto& [labels, value] : sums.of(metric::kRequests)) all += value.count;
    return all;
}

MetricSums countedIn(Pool& pool) {
    MetricSums sums = countedOn(pool.board());
    const Labels labels = Labels().with("pool", pool.name());
    sums.count(metric::kWorkerStarts, labels, pool.starts());
    sums.count(metric::kWorkerDeaths, labels, pool.deaths());
    return sums;
}

}  // namespace aiproject
