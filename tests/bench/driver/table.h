// A table as Markdown, with columns that stand one below the other also in the source.
#pragma once

#include <string>
#include <vector>

namespace aiproject::bench {

class Table {
public:
    explicit Table(std::vector<std::string> heads) : rows_{std::move(heads)} {}

    // As many cells as heads, or std::invalid_argument. A | in a cell is written so that it ends none.
    void add(const std::vector<std::string>& cells);
    std::string markdown() const;

private:
    std::vector<std::size_t> widths() const;

    std::vector<std::vector<std::string>> rows_;  // the first: the heads
};

// A number with so many digits behind the point.
std::string fixed(double number, int digits);
// How far the largest is above the smallest, in percent of the smallest; 0 with fewer than two.
double spreadPercent(const std::vector<double>& numbers);
double medianOf(std::vector<double> numbers);

}  // namespace aiproject::bench
