#include "bench/driver/row_book.h"
#include "bench/driver/section.h"

namespace aiproject::bench {
namespace {

constexpr double kMostPercent = 30;

std::vector<int> countsOf(const BenchOptions& options) {
    std::vector<int> counts;
    for (const int count : {100, 1'000, 10'000})
        if (count <= options.mostStreams()) counts.push_back(count);
    return counts.size() > 1 ? counts : options.streams;
}

std::string spread(const Series& series) {
    std::vector<double> values;
    for (const auto& point : series.points) values.push_back(point.second);
    const double percent = spreadPercent(values);
    return fixed(percent, 0) + " %: " + (percent <= kMostPercent ? "met" : "missed");
}

}  // namespace

Section growth(RowBook& rows, const BenchOptions& options) {
    Series frame{"CPU µs per frame", {}}, stream{"CPU µs per stream of 20 frames", {}};
    Table table({"open streams", frame.name, stream.name});
    for (const int count : countsOf(options)) {
        const Figures& paced = rows.of({Mode::paced, count, Way::nginx, Transport::plain});
        const Figures& turnover = rows.of({Mode::turnover, count, Way::nginx, Transport::plain});
        const double perFrame = paced.perFrame(paced.ourCpu());
        const double perStream =
            turnover.load.streamsEnded > 0 ? turnover.ourCpu() / double(turnover.load.streamsEnded) : 0;
        frame.points.emplace_back(count, perFrame);
        stream.points.emplace_back(count, perStream);
        table.add({std::to_string(count), fixed(perFrame, 1), fixed(perStream, 0)});
    }
    table.add({"largest above smallest, at most " + fixed(kMostPercent, 0) + " %", spread(frame), spread(stream)});
    return {"Growth", table, {}, {frame, stream}};
}

}  // namespace aiproject::bench
