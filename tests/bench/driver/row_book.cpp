#include "bench/driver/row_book.h"

#include "bench/driver/interruption.h"
#include "bench/driver/progress.h"

#include <algorithm>

namespace aiproject::bench {
namespace {

const std::pair<Way, Transport> kWays[] = {{Way::floor, Transport::plain},
                                           {Way::nginx, Transport::plain},
                                           {Way::nginx, Transport::tls},
                                           {Way::worker, Transport::plain},
                                           {Way::worker, Transport::tls}};

std::string milliseconds(double us) { return fixed(us / 1'000, 2); }

std::vector<std::string> cellsOf(const Row& row, const Figures& figures, const Figures* floor) {
    const LoadResult& load = figures.load;
    const bool isOurs = row.way != Way::floor;
    const double ratio = floor ? figures.framesPerSecond() / floor->framesPerSecond() : 0;
    return {nameOf(row.mode),
            std::to_string(row.streams),
            nameOf(row.way),
            row.transport == Transport::tls ? "TLS" : "plain",
            milliseconds(load.firstFrame.p50),
            milliseconds(load.added.p50),
            milliseconds(load.added.p99),
            milliseconds(load.added.p999),
            fixed(figures.framesPerSecond(), 0),
            fixed(figures.streamsPerSecond(), 0),
            floor ? fixed(ratio, 2) : "",
            fixed(figures.perFrame(figures.cpuUpstream), 1),
            fixed(figures.perFrame(figures.cpuNginx), 1),
            isOurs ? fixed(figures.perFrame(figures.cpuWorkers), 1) : "",
            fixed(figures.perFrame(load.cpuUs), 1),
            isOurs ? fixed(figures.kibPerStream, 0) : "",
            std::to_string(load.failures)};
}

// A row that came to no end is a row of failures, and the others go on.
Figures lost(const Row& row, const std::string& reason) {
    say(nameOf(row) + ": " + reason);
    Figures figures;
    figures.load.seconds = 1;
    figures.load.failures = row.streams;
    figures.load.reasons[reason] = row.streams;
    return figures;
}

Figures medianOf(std::vector<Figures> rounds) {
    const auto middle = rounds.begin() + std::ptrdiff_t(rounds.size() / 2);
    std::nth_element(rounds.begin(), middle, rounds.end(),
                     [](const Figures& a, const Figures& b) { return a.framesPerSecond() < b.framesPerSecond(); });
    return *middle;
}

}  // namespace

const Figures& RowBook::of(const Row& row) {
    if (!figures_.count(row)) {
        if (row.mode == Mode::saturation) {
            measureInTurns(row.streams);
        } else {
            say(nameOf(row));
            figures_[row] = measureAlone(row);
        }
    }
    return figures_.at(row);
}

Figures RowBook::measureAlone(const Row& row) try {
    if (options_.sharesHosts) return measure(row, sharedHost(row.transport), options_.seconds);
    hosts_.clear();
    return measure(row, HostUnderBench({row.transport}), options_.seconds);
} catch (const Interrupted&) {
    throw;
} catch (const std::runtime_error& e) {
    return lost(row, e.what());
}

const HostUnderBench& RowBook::sharedHost(Transport transport) {
    auto& host = hosts_[transport];
    if (!host) host = std::make_unique<HostUnderBench>(HostOptions{transport});
    return *host;
}

void RowBook::measureInTurns(int streams) {
    std::map<Row, std::vector<Figures>> rounds;
    for (int round = 1; round <= options_.rounds; ++round)
        for (const auto& [way, transport] : kWays) {
            const Row row{Mode::saturation, streams, way, transport};
            say(nameOf(row) + ", round " + std::to_string(round) + " of " + std::to_string(options_.rounds));
            rounds[row].push_back(measure(row, sharedHost(transport), std::max(1, options_.seconds / 2)));
        }
    for (auto& [row, measured] : rounds) {
        Figures median = medianOf(measured);
        median.load.failures = 0;
        median.load.reasons.clear();
        for (const Figures& figures : measured) {
            median.load.failures += figures.load.failures;
            for (const auto& [reason, count] : figures.load.reasons) median.load.reasons[reason] += count;
        }
        figures_[row] = median;
    }
}

std::int64_t RowBook::failures() const {
    std::int64_t sum = 0;
    for (const auto& measured : figures_) sum += measured.second.load.failures;
    return sum;
}

Section RowBook::section() const {
    Table table({"mode", "streams", "target", "upstream", "first frame ms", "added p50 ms", "p99", "p99.9", "frames/s",
                 "streams/s", "÷ floor", "CPU µs/frame: upstream", "nginx", "workers", "load", "KiB/stream",
                 "failures"});
    for (const auto& [row, figures] : figures_) {
        const auto floor = figures_.find({row.mode, row.streams, Way::floor, Transport::plain});
        table.add(cellsOf(row, figures, floor == figures_.end() ? nullptr : &floor->second));
    }
    Section section{"Rows", table};
    for (const auto& [row, figures] : figures_)
        for (const auto& [reason, count] : figures.load.reasons)
            section.lines.push_back("- " + nameOf(row) + ": " + std::to_string(count) + " x " + reason);
    return section;
}

std::vector<int> saturationStreams(const BenchOptions& options) {
    std::vector<int> counts;
    for (const int count : {100, 1'000})
        if (count <= options.mostStreams()) counts.push_back(count);
    if (counts.empty()) counts.push_back(options.mostStreams());
    return counts;
}

std::vector<Row> rowsOf(const BenchOptions& options) {
    std::vector<Row> rows;
    for (const int streams : options.streams)
        for (const auto& [way, transport] : kWays) rows.push_back({Mode::paced, streams, way, transport});
    for (const int streams : saturationStreams(options))  // one stands for all five
        rows.push_back({Mode::saturation, streams, Way::floor, Transport::plain});
    return rows;
}

}  // namespace aiproject::bench
