#include "commands/table.h"

#include "commands/display_text.h"

#include <algorithm>
#include <numeric>

namespace aiproject {
namespace {

constexpr std::size_t kGap = 2;         // between two columns
constexpr std::size_t kLeastWidth = 4;  // of a column that shrinks

std::string padded(const std::string& text, std::size_t width, Column::Kind kind) {
    const std::string spaces(width - std::min(width, displayWidth(text)), ' ');
    return kind == Column::Kind::number ? spaces + text : text + spaces;
}

}  // namespace

void Table::add(const std::vector<std::string>& cells) {
    std::vector<std::string> row;
    std::transform(cells.begin(), cells.end(), std::back_inserter(row), safeForTerminal);
    rows_.push_back(std::move(row));
}

// What each needs; while that is too much, the widest text gives way.
std::vector<std::size_t> Table::widths() const {
    std::vector<std::size_t> widths;
    for (std::size_t at = 0; at < columns_.size(); ++at) {
        widths.push_back(displayWidth(columns_[at].title));
        for (const auto& row : rows_) widths[at] = std::max(widths[at], displayWidth(row[at]));
    }
    const auto total = [&] { return std::accumulate(widths.begin(), widths.end(), (widths.size() - 1) * kGap); };
    while (total() > kColumns) {
        std::size_t* widest = nullptr;
        for (std::size_t at = 0; at < columns_.size(); ++at)
            if (columns_[at].kind == Column::Kind::text && widths[at] > kLeastWidth &&
                (!widest || widths[at] > *widest))
                widest = &widths[at];
        if (!widest) break;
        --*widest;
    }
    return widths;
}

void Table::print(std::ostream& out) const {
    if (rows_.empty()) return;
    const std::vector<std::size_t> width = widths();
    const auto printRow = [&](const auto& cellAt) {
        std::string line;
        for (std::size_t at = 0; at < columns_.size(); ++at) {
            const bool shrinks = columns_[at].kind == Column::Kind::text;
            const std::string cell = shrinks ? shortened(cellAt(at), width[at]) : cellAt(at);
            line += std::string(at == 0 ? 0 : kGap, ' ') + padded(cell, width[at], columns_[at].kind);
        }
        out << line.substr(0, line.find_last_not_of(' ') + 1) << "\n";
    };
    printRow([&](std::size_t at) { return columns_[at].title; });
    for (const auto& row : rows_) printRow([&](std::size_t at) { return row[at]; });
}

}  // namespace aiproject
