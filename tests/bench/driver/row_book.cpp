#include "bench/driver/row_book.h"

#include "bench/driver/interruption.h"
#include "bench/driver/progress.h"

#include <algorithm>

namespace aiproject::bench {
namespace {

using Ways = std::vector<std::pair<Way, Transport>>;

constexpr int kShort = 20, kLong = 200;
const std::vector<Way> kCompared{Way::floor, Way::twoHops, Way::aiohttp, Way::flask};

Ways pacedWays(const BenchOptions& options) {
    Ways ways{{Way::floor, Transport::plain}, {Way::nginx, Transport::plain}, {Way::nginx, Transport::tls}};
    if (!options.sharesHosts) ways.insert(ways.end(), {{Way::worker, Transport::plain}, {Way::worker, Transport::tls}});
    return ways;
}

// Relays in Python only where they are at their best; set-up alone has no floor.
Ways comparedWays(const Row& row, const BenchOptions& options) {
    const int streams = row.streams, frames = row.frames;
    if (row.mode == Mode::flow && options.sharesHosts) return {{Way::nginx, Transport::plain}};
    if (frames == 1) return {{Way::nginx, Transport::plain}, {Way::nginx, Transport::tls}};
    Ways ways{{Way::floor, Transport::plain}, {Way::twoHops, Transport::plain}, {Way::nginx, Transport::plain}};
    const std::vector<int> counts = saturationStreams(options);
    if (frames == kLong) ways.insert(ways.end(), {{Way::openAi, Transport::plain}, {Way::toSpark, Transport::plain}});
    if (frames == kLong || (counts.size() > 2 && streams == counts.back())) return ways;
    if (!options.sharesHosts)
        ways.insert(ways.end(),
                    {{Way::nginx, Transport::tls}, {Way::worker, Transport::plain}, {Way::worker, Transport::tls}});
    if (streams == counts.front())
        ways.insert(ways.end(), {{Way::aiohttp, Transport::plain}, {Way::flask, Transport::plain}});
    return ways;
}

std::string milliseconds(double us) { return fixed(us / 1'000, 2); }

std::string ratioCell(const std::map<Way, double>& ratios, Way way) {
    const auto found = ratios.find(way);
    return found == ratios.end() ? "" : fixed(found->second, 2);
}

std::vector<std::string> cellsOf(const Row& row, const Figures& figures, const Ratios& ratios) {
    const LoadResult& load = figures.load;
    const bool hasServers = row.way != Way::floor;
    return {nameOf(row.mode),
            std::to_string(row.streams),
            row.mode == Mode::saturation || row.mode == Mode::flow ? std::to_string(row.frames) : "",
            nameOf(row.way),
            row.transport == Transport::tls ? "TLS" : "plain",
            milliseconds(load.firstFrame.p50),
            milliseconds(load.added.p50),
            milliseconds(load.added.p99),
            milliseconds(load.added.p999),
            fixed(figures.framesPerSecond(), 0),
            fixed(figures.streamsPerSecond(), 0),
            ratioCell(ratios.byRate, Way::floor),
            fixed(figures.perFrame(figures.cpuUpstream), 1),
            fixed(figures.perFrame(figures.cpuNginx), 1),
            hasServers ? fixed(figures.perFrame(figures.cpuServers), 1) : "",
            fixed(figures.perFrame(load.cpuUs), 1),
            fixed(figures.perFrame(figures.allCpu()), 1),
            ratioCell(ratios.byCpu, Way::floor),
            ratioCell(ratios.byCpu, Way::twoHops),
            hasServers ? fixed(figures.kibPerStream, 0) : "",
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

// The round whose frames took as much CPU as those of half the others; failures of all.
Figures medianOf(std::vector<Figures> rounds) {
    const auto middle = rounds.begin() + std::ptrdiff_t(rounds.size() / 2);
    std::nth_element(rounds.begin(), middle, rounds.end(), [](const Figures& a, const Figures& b) {
        return a.perFrame(a.allCpu()) < b.perFrame(b.allCpu());
    });
    Figures median = *middle;
    median.load.failures = 0;
    median.load.reasons.clear();
    for (const Figures& figures : rounds) {
        median.load.failures += figures.load.failures;
        for (const auto& [reason, count] : figures.load.reasons) median.load.reasons[reason] += count;
    }
    return median;
}

// A stream that ended while others were still being opened was not open at once with them.
void requireAllOpen(const Row& row, Figures& figures) {
    if (row.mode != Mode::held || figures.load.streamsEnded == 0) return;
    figures.load.failures += figures.load.streamsEnded;
    figures.load.reasons["ended before all were open: open fewer, or give it longer streams"] =
        figures.load.streamsEnded;
}

}  // namespace

const Figures& RowBook::of(const Row& row) {
    if (!figures_.count(row)) {
        if (row.mode == Mode::saturation || row.mode == Mode::flow) {
            measureInTurns(row);
        } else {
            say(nameOf(row));
            figures_[row] = measured(row, !options_.sharesHosts, options_.seconds);
            requireAllOpen(row, figures_[row]);
        }
    }
    return figures_.at(row);
}

Figures RowBook::measured(const Row& row, bool needsFreshHost, int seconds) try {
    if (!needsFreshHost) return measure(row, sharedHost(row.transport), seconds);
    hosts_.clear();
    HostUnderBench host({row.transport});
    return measure(row, host, seconds);
} catch (const Interrupted&) {
    throw;
} catch (const std::runtime_error& e) {
    return lost(row, e.what());
}

HostUnderBench& RowBook::sharedHost(Transport transport) {
    auto& host = hosts_[transport];
    if (!host) host = std::make_unique<HostUnderBench>(HostOptions{transport});
    return *host;
}

void RowBook::measureInTurns(const Row& wanted) {
    std::vector<Round> rounds(std::size_t(options_.rounds));
    for (std::size_t i = 0; i < rounds.size(); ++i)
        for (const auto& [way, transport] : comparedWays(wanted, options_)) {
            const Row row{wanted.mode, wanted.streams, way, transport, wanted.frames};
            say(nameOf(row) + ", round " + std::to_string(i + 1) + " of " + std::to_string(rounds.size()));
            rounds[i][row] = measured(row, false, std::max(1, options_.seconds / 2));
        }
    conclude(rounds);
}

// Each round has ratios of its own: what was measured a minute earlier was measured on another machine.
void RowBook::conclude(const std::vector<Round>& rounds) {
    for (const auto& [row, first] : rounds.front()) {
        std::vector<Figures> all;
        std::map<Way, std::vector<double>> byCpu, byRate;
        for (const Round& round : rounds) {
            const Figures& here = all.emplace_back(round.at(row));
            for (const Way way : kCompared) {
                const auto there = round.find({row.mode, row.streams, way, Transport::plain, row.frames});
                if (there == round.end() || here.load.frames == 0 || there->second.load.frames == 0) continue;
                byCpu[way].push_back(there->second.perFrame(there->second.allCpu()) / here.perFrame(here.allCpu()));
                byRate[way].push_back(here.framesPerSecond() / there->second.framesPerSecond());
            }
        }
        figures_[row] = medianOf(all);
        for (const auto& [way, values] : byCpu) ratios_[row].byCpu[way] = bench::medianOf(values);
        for (const auto& [way, values] : byRate) ratios_[row].byRate[way] = bench::medianOf(values);
    }
}

Ratios RowBook::ratios(const Row& row) {
    of(row);
    const auto found = ratios_.find(row);
    return found == ratios_.end() ? Ratios() : found->second;
}

std::int64_t RowBook::failures() const {
    std::int64_t sum = 0;
    for (const auto& measured : figures_) sum += measured.second.load.failures;
    return sum;
}

Section RowBook::section() const {
    Table table({"mode",
                 "streams",
                 "frames",
                 "target",
                 "upstream",
                 "first frame ms",
                 "added p50 ms",
                 "p99",
                 "p99.9",
                 "frames/s",
                 "streams/s",
                 "÷ floor",
                 "CPU µs/frame: upstream",
                 "nginx",
                 "servers",
                 "load",
                 "all",
                 "byCPU ÷ floor",
                 "÷ two hops",
                 "KiB/stream",
                 "failures"});
    for (const auto& [row, figures] : figures_) {
        const auto ratios = ratios_.find(row);
        table.add(cellsOf(row, figures, ratios == ratios_.end() ? Ratios() : ratios->second));
    }
    Section section{"Rows", table};
    for (const auto& [row, figures] : figures_)
        for (const auto& [reason, count] : figures.load.reasons)
            section.lines.push_back("- " + nameOf(row) + ": " + std::to_string(count) + " x " + reason);
    return section;
}

std::vector<int> saturationStreams(const BenchOptions& options) {
    std::vector<int> counts;
    for (const int count : {100, 1'000, 3'000})
        if (count <= options.mostStreams()) counts.push_back(count);
    if (counts.empty()) counts.push_back(options.mostStreams());
    return counts;
}

int longStreams(const BenchOptions& options) { return std::min(300, options.mostStreams()); }

std::vector<Row> rowsOf(const BenchOptions& options) {
    std::vector<Row> rows;
    for (const int streams : options.streams)
        for (const auto& [way, transport] : pacedWays(options)) rows.push_back({Mode::paced, streams, way, transport});
    // One row of a group stands for all of it.
    for (const int streams : saturationStreams(options))
        rows.push_back({Mode::saturation, streams, Way::nginx, Transport::plain, kShort});
    for (const Mode mode : {Mode::saturation, Mode::flow})
        rows.push_back({mode, longStreams(options), Way::nginx, Transport::plain, kLong});
    return rows;
}

}  // namespace aiproject::bench
