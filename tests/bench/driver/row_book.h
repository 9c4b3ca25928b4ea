// The table: all rows that are measured, and what the parts of the bench read from them.
#pragma once

#include "bench/driver/options.h"
#include "bench/driver/rows.h"
#include "bench/driver/section.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace aiproject::bench {

// Of one row to others of the same round.
struct Ratios {
    std::map<Way, double> byCpu;   // CPU per frame of all processes there ÷ the same here
    std::map<Way, double> byRate;  // frames/s here ÷ there
};

// Measures a row when it is first asked for; so parts that need the same row share it.
class RowBook {
public:
    explicit RowBook(const BenchOptions& options) : options_(options) {}

    // Rows at saturation and of flow are measured in turns, all targets one after the other, and their median is given:
    // what they are asked for is a ratio, and a machine is not as fast in one minute as in the next.
    const Figures& of(const Row& row);
    // Medians over the rounds; none but of rows measured in turns.
    Ratios ratios(const Row& row);
    // For what does not need a fresh one.
    HostUnderBench& sharedHost(Transport transport);
    std::int64_t failures() const;
    // All that is measured by now, and why streams failed.
    Section section() const;

private:
    using Round = std::map<Row, Figures>;

    Figures measured(const Row& row, bool needsFreshHost, int seconds);
    void measureInTurns(const Row& wanted);
    void conclude(const std::vector<Round>& rounds);

    const BenchOptions& options_;
    std::map<Row, Figures> figures_;
    std::map<Row, Ratios> ratios_;
    std::map<Transport, std::unique_ptr<HostUnderBench>> hosts_;
};

// How many streams the rows at saturation have with 20 frames each, and those with 200.
std::vector<int> saturationStreams(const BenchOptions& options);
int longStreams(const BenchOptions& options);

// All rows that the options ask for.
std::vector<Row> rowsOf(const BenchOptions& options);

}  // namespace aiproject::bench
