#include "bench/driver/table.h"

#include <Poco/JSON/Array.h>

#include <algorithm>
#include <cstdio>
#include <stdexcept>

namespace aiproject::bench {
void Table::add(const std::vector<std::string>& cells) {
    if (cells.size() != rows_.front().size())
        throw std::invalid_argument("a row of " + std::to_string(cells.size()) + " cells in a table of " +
                                    std::to_string(rows_.front().size()));
    rows_.push_back(cells);
}

Poco::JSON::Object Table::json() const {
    Poco::JSON::Array heads, rows;
    for (const auto& head : rows_.front()) heads.add(head);
    for (std::size_t i = 1; i < rows_.size(); ++i) {
        Poco::JSON::Array cells;
        for (const auto& cell : rows_[i]) cells.add(cell);
        rows.add(cells);
    }
    Poco::JSON::Object table;
    table.set("heads", heads);
    table.set("rows", rows);
    return table;
}

std::string fixed(double number, int digits) {
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", digits, number);
    return text;
}

double spreadPercent(const std::vector<double>& numbers) {
    if (numbers.size() < 2) return 0;
    const auto [least, most] = std::minmax_element(numbers.begin(), numbers.end());
    return *least > 0 ? (*most / *least - 1) * 100 : 0;
}

double medianOf(std::vector<double> numbers) {
    if (numbers.empty()) throw std::invalid_argument("no median of nothing");
    std::sort(numbers.begin(), numbers.end());
    const std::size_t middle = numbers.size() / 2;
    return numbers.size() % 2 ? numbers[middle] : (numbers[middle - 1] + numbers[middle]) / 2;
}

}  // namespace aiproject::bench
