// What /metrics shows, by name and labels: the counters of pools added up, and gauges. The boards of two pools have the
// same labels in other rows; here the texts are the key, so that what a pool has counted can be kept when it goes.
#pragma once

#include "manager/handover.h"
#include "manager/metric_table.h"
#include "manager/pool.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace aiproject {

// `name="value",…`, escaped.
class Labels {
public:
    Labels& with(std::string_view name, std::string_view value);
    const std::string& text() const noexcept { return text_; }

private:
    std::string text_;
};

class MetricSums {
public:
    struct Value {
        std::uint64_t count = 0;             // of a counter; of a histogram the sum of what was noted
        double level = 0;                    // of a gauge
        std::vector<std::uint64_t> buckets;  // of a histogram, each by itself
    };
    using Series = std::map<std::string, Value>;  // by labels

    // Makes the series also with 0: what an alert watches must be there before it moves.
    void count(const MetricRow& row, const Labels& labels, std::uint64_t more);
    void level(const MetricRow& row, const Labels& labels, double more);
    template <const auto& Limits>
    void histogram(const MetricRow& row, const Labels& labels, const Histogram<Limits>& one) {
        std::vector<std::uint64_t> buckets(one.counts.begin(), one.counts.end());
        addBuckets(row, labels, buckets, one.sum);
    }
    void add(const MetricSums& other);
    // Counters, as another program has counted them. What has no row here is left out.
    void add(const std::vector<HandedSeries>& counted);
    std::vector<HandedSeries> handDown() const;

    // Empty: there is none.
    const Series& of(const MetricRow& row) const;

private:
    void addBuckets(const MetricRow& row, const Labels& labels, const std::vector<std::uint64_t>& buckets,
                    std::uint64_t sum);

    std::map<std::string_view, Series> all_;  // by the names of the table
};

// What the workers of a pool have counted so far, as its board has it; and with what the manager has counted of them.
MetricSums countedOn(Board& board);
MetricSums countedIn(Pool& pool);

// Requests that were answered, by whichever worker.
std::uint64_t requestsOn(Board& board);
std::uint64_t requestsIn(const MetricSums& sums);

}  // namespace aiproject
