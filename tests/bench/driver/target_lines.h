// The table of targets: a line for each figure, with what it was, must be and shall be.
#pragma once

#include "bench/driver/table.h"

#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace aiproject::bench {

struct Goal {
    std::optional<double> before = {};  // measured when the target was set
    std::optional<double> must = {}, aim = {};
};

// A figure that meets nothing.
constexpr double kNotMeasured = std::numeric_limits<double>::quiet_NaN();

// The unit stands behind each number.
class TargetLines {
public:
    void atMost(const Goal& goal, double figure, const std::string& unit, const std::string& what);
    void atLeast(const Goal& goal, double figure, const std::string& unit, const std::string& what);
    void note(const std::string& line) { notes_.push_back("- " + line); }

    const Table& table() const { return table_; }
    const std::vector<std::string>& notes() const { return notes_; }

private:
    Table table_{{"what", "measured", "before", "must", "aim", ""}};
    std::vector<std::string> notes_;
};

}  // namespace aiproject::bench
