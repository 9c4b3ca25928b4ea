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

// Measures a row when it is first asked for; so parts that need the same row share it.
class RowBook {
public:
    explicit RowBook(const BenchOptions& options) : options_(options) {}

    // Saturation rows are measured in turns, all targets one after the other, and their median is given: what they are
    // asked for is a ratio, and a machine is not as fast in one minute as in the next.
    const Figures& of(const Row& row);
    std::int64_t failures() const;
    // All that is measured by now, and why streams failed.
    Section section() const;

private:
    Figures measureAlone(const Row& row);
    void measureInTurns(int streams);
    const HostUnderBench& sharedHost(Transport transport);

    const BenchOptions& options_;
    std::map<Row, Figures> figures_;
    std::map<Transport, std::unique_ptr<HostUnderBench>> hosts_;  // for those rows that share one
};

// How many streams the rows at saturation have.
std::vector<int> saturationStreams(const BenchOptions& options);

// All rows that the options ask for.
std::vector<Row> rowsOf(const BenchOptions& options);

}  // namespace aiproject::bench
