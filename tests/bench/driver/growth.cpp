#include "bench/driver/row_book.h"
#include "bench/driver/section.h"
#include "bench/driver/target_lines.h"

#include <algorithm>

namespace aiproject::bench {
namespace {

std::vector<int> countsOf(const BenchOptions& options) {
    std::vector<int> counts;
    for (const int count : {100, 1'000, 10'000})
        if (count <= options.mostStreams()) counts.push_back(count);
    return counts.size() > 1 ? counts : options.streams;
}

double spreadOf(const Series& series) {
    std::vector<double> values;
    for (const auto& point : series.points) values.push_back(point.second);
    return spreadPercent(values);
}

Series framesOf(RowBook& rows, const BenchOptions& options) {
    Series frame{"CPU µs per frame", {}};
    for (const int count : countsOf(options)) {
        const Figures& paced = rows.of({Mode::paced, count, Way::nginx, Transport::plain});
        frame.points.emplace_back(count, paced.perFrame(paced.ourCpu()));
    }
    return frame;
}

}  // namespace

double spreadOfFrames(RowBook& rows, const BenchOptions& options) {
    const Series frame = framesOf(rows, options);
    const bool isLost =
        std::any_of(frame.points.begin(), frame.points.end(), [](auto& point) { return point.second == 0; });
    return isLost || frame.points.size() < 2 ? kNotMeasured : spreadOf(frame);
}

Section growth(RowBook& rows, const BenchOptions& options) {
    const Series frame = framesOf(rows, options);
    Series stream{"CPU µs per stream of 20 frames", {}};
    Table table({"open streams", frame.name, stream.name});
    for (const auto& [count, perFrame] : frame.points) {
        const Figures& turnover = rows.of({Mode::turnover, int(count), Way::nginx, Transport::plain});
        stream.points.emplace_back(count, turnover.perStream(turnover.ourCpu()));
        table.add({fixed(count, 0), fixed(perFrame, 1), fixed(stream.points.back().second, 0)});
    }
    table.add({"largest above smallest", fixed(spreadOf(frame), 0) + " %", fixed(spreadOf(stream), 0) + " %"});
    return {"Growth", table, {}, {frame, stream}};
}

}  // namespace aiproject::bench
