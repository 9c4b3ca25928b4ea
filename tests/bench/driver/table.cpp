#include "bench/driver/table.h"

#include <algorithm>
#include <cstdio>
#include <stdexcept>

namespace aiproject::bench {
namespace {

// Columns on a screen: UTF-8's following bytes are none.
std::size_t widthOf(const std::string& text) {
    return std::size_t(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string escapedCell(const std::string& cell) {
    std::string text;
    for (const char c : cell) {
        if (c == '|') text += '\\';
        text += c == '\n' ? ' ' : c;
    }
    return text;
}

}  // namespace

void Table::add(const std::vector<std::string>& cells) {
    if (cells.size() != rows_.front().size())
        throw std::invalid_argument("a row of " + std::to_string(cells.size()) + " cells in a table of " +
                                    std::to_string(rows_.front().size()));
    rows_.emplace_back();
    for (const auto& cell : cells) rows_.back().push_back(escapedCell(cell));
}

std::vector<std::size_t> Table::widths() const {
    std::vector<std::size_t> widths(rows_.front().size(), 3);
    for (const auto& row : rows_)
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], widthOf(row[i]));
    return widths;
}

std::string Table::markdown() const {
    const auto widths = this->widths();
    std::string text;
    for (const auto& row : rows_) {
        for (std::size_t i = 0; i < row.size(); ++i)
            text += "| " + row[i] + std::string(widths[i] - widthOf(row[i]) + 1, ' ');
        text += "|\n";
        if (&row != &rows_.front()) continue;
        for (const std::size_t width : widths) text += "| " + std::string(width, '-') + " ";
        text += "|\n";
    }
    return text;
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
