#include "manager/metrics_text.h"

#include <array>
#include <cstdio>

namespace aiproject {
namespace {

const char* nameOf(MetricType type) {
    switch (type) {
        case MetricType::counter: return "counter";
        case MetricType::gauge: return "gauge";
        case MetricType::histogram: return "histogram";
    }
    return "untyped";
}

std::string numberText(double value) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.15g", value);
    return text.data();
}

void addSample(std::string& text, std::string_view name, const std::string& labels, const std::string& value) {
    text += name;
    if (!labels.empty()) text.append("{").append(labels).append("}");
    text.append(" ").append(value).append("\n");
}

void addHistogram(std::string& text, const MetricRow& row, const std::string& labels, const MetricSums::Value& value) {
    const std::string name = row.name, more = labels.empty() ? "" : labels + ",";
    std::uint64_t sofar = 0;
    for (std::size_t i = 0; i < value.buckets.size(); ++i) {
        sofar += value.buckets[i];
        const std::string limit = i < row.boundsCount ? numberText(double(row.bounds[i]) * row.unit) : "+Inf";
        addSample(text, name + "_bucket", more + "le=\"" + limit + "\"", std::to_string(sofar));
    }
    addSample(text, name + "_sum", labels, numberText(double(value.count) * row.unit));
    addSample(text, name + "_count", labels, std::to_string(sofar));
}

}  // namespace

std::string metricsText(const MetricSums& sums) {
    constexpr std::size_t most = 64UL * 1024;  // nearly always
    std::string text;
    text.reserve(most);
    for (const MetricRow* row : kMetrics) {
        const MetricSums::Series& series = sums.of(*row);
        if (series.empty()) continue;
        text.append("# HELP ").append(row->name).append(" ").append(row->help).append("\n");
        text.append("# TYPE ").append(row->name).append(" ").append(nameOf(row->type)).append("\n");
        for (const auto& [labels, value] : series) {
            if (row->type == MetricType::histogram)
                addHistogram(text, *row, labels, value);
            else if (row->type == MetricType::gauge)
                addSample(text, row->name, labels, numberText(value.level * row->unit));
            else
                addSample(text, row->name, labels, numberText(double(value.count) * row->unit));
        }
    }
    return text;
}

}  // namespace aiproject
