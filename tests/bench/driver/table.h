// Figures as they stand in a table.
#pragma once

#include <Poco/JSON/Object.h>

#include <string>
#include <vector>

namespace aiproject::bench {

class Table {
public:
    explicit Table(std::vector<std::string> heads) : rows_{std::move(heads)} {}

    // As many cells as heads, or std::invalid_argument.
    void add(const std::vector<std::string>& cells);
    Poco::JSON::Object json() const;

private:
    std::vector<std::vector<std::string>> rows_;  // the first: the heads
};

// A number with so many digits behind the point.
std::string fixed(double number, int digits);
// How far the largest is above the smallest, in percent of the smallest; 0 with fewer than two.
double spreadPercent(const std::vector<double>& numbers);
double medianOf(std::vector<double> numbers);

}  // namespace aiproject::bench
