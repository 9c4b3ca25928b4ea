// A line plot as SVG: the horizontal axis is logarithmic, the vertical one begins at 0.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace aiproject::bench {

struct Series {
    std::string name;
    std::vector<std::pair<double, double>> points;  // x > 0, y >= 0, by x
};

// Throws std::invalid_argument when a point cannot be shown.
std::string svgPlot(const std::string& title, const std::string& xName, const std::vector<Series>& panels);

}  // namespace aiproject::bench
