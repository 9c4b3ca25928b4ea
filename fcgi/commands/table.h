// Rows for people: columns under titles, no line wider than a terminal of 80 columns as long as some columns can
// shrink.
#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace aiproject {

struct Column {
    enum class Kind { text, whole, number };  // only text is shortened where room is missing; numbers stand right
    std::string title;
    Kind kind = Kind::text;
};

class Table {
public:
    static constexpr std::size_t kColumns = 80;

    explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

    // A cell for each column, as stored: the table makes it fit for a terminal.
    void add(const std::vector<std::string>& cells);
    // With its titles; a table without rows prints nothing.
    void print(std::ostream& out) const;

private:
    std::vector<std::size_t> widths() const;

    const std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace aiproject
