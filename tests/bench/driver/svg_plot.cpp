#include "bench/driver/svg_plot.h"

#include "bench/driver/table.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace aiproject::bench {
namespace {

// In the units of the viewBox.
constexpr double kPanelWidth = 360, kHeight = 300;
constexpr double kLeft = 60, kRight = 20, kTop = 60, kBottom = 50;
constexpr int kSteps = 4;  // of the vertical axis
const char* const kColours[] = {"#1f5fa8", "#b3541e", "#3c7a3a"};

std::string escapedXml(const std::string& text) {
    std::string out;
    for (const char c : text) {
        if (c == '&')
            out += "&amp;";
        else if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else
            out += c;
    }
    return out;
}

std::string text(double x, double y, const std::string& content, const std::string& anchor = "middle") {
    return "<text x=\"" + fixed(x, 1) + "\" y=\"" + fixed(y, 1) + "\" text-anchor=\"" + anchor + "\">" +
           escapedXml(content) + "</text>\n";
}

std::string line(double x1, double y1, double x2, double y2) {
    return "<line x1=\"" + fixed(x1, 1) + "\" y1=\"" + fixed(y1, 1) + "\" x2=\"" + fixed(x2, 1) + "\" y2=\"" +
           fixed(y2, 1) + "\" stroke=\"#ccc\"/>\n";
}

// A step of 1, 2 or 5 times a power of ten, so that kSteps of them reach `most`.
double roundStep(double most) {
    const double step = std::max(most, 1e-9) / kSteps;
    const double power = std::pow(10, std::floor(std::log10(step)));
    for (const double factor : {1.0, 2.0, 5.0})
        if (step <= factor * power) return factor * power;
    return 10 * power;
}

// One series with its own axes.
class Panel {
public:
    Panel(const Series& series, double left, const char* colour) : series_(series), left_(left), colour_(colour) {
        double most = 0;
        for (const auto& [x, y] : series.points) {
            if (!(x > 0) || !(y >= 0)) throw std::invalid_argument(series.name + ": a point cannot be shown");
            most = std::max(most, y);
        }
        if (series.points.empty()) throw std::invalid_argument(series.name + ": has no points");
        step_ = roundStep(most);
    }

    std::string drawing(const std::string& xName) const {
        return grid() + curve() + text(left_ + kLeft + width() / 2, kTop - 12, series_.name) +
               text(left_ + kLeft + width() / 2, kHeight - 10, xName);
    }

private:
    static double width() { return kPanelWidth - kLeft - kRight; }
    static double height() { return kHeight - kTop - kBottom; }

    double xOf(double x) const {
        const double first = std::log10(series_.points.front().first), last = std::log10(series_.points.back().first);
        const double part = last > first ? (std::log10(x) - first) / (last - first) : 0.5;
        return left_ + kLeft + part * width();
    }
    double yOf(double y) const { return kTop + height() * (1 - y / (step_ * kSteps)); }

    std::string grid() const {
        std::string out;
        for (int i = 0; i <= kSteps; ++i) {
            const double y = yOf(step_ * i);
            out += line(left_ + kLeft, y, left_ + kLeft + width(), y);
            out += text(left_ + kLeft - 8, y + 4, fixed(step_ * i, step_ < 1 ? 2 : 0), "end");
        }
        return out;
    }
    std::string curve() const {
        std::string path, marks;
        for (const auto& [x, y] : series_.points) {
            const std::string at = fixed(xOf(x), 1) + "," + fixed(yOf(y), 1);
            path += (path.empty() ? "" : " ") + at;
            marks += "<circle cx=\"" + fixed(xOf(x), 1) + "\" cy=\"" + fixed(yOf(y), 1) + "\" r=\"4\" fill=\"" +
                     colour_ + "\"/>\n";
            marks += text(xOf(x), yOf(y) - 10, fixed(y, y < 100 ? 1 : 0));
            marks += text(xOf(x), kHeight - kBottom + 18, fixed(x, 0));
        }
        return "<polyline fill=\"none\" stroke-width=\"2\" stroke=\"" + colour_ + "\" points=\"" + path + "\"/>\n" +
               marks;
    }

    const Series& series_;
    const double left_;
    const std::string colour_;
    double step_;
};

}  // namespace

std::string svgPlot(const std::string& title, const std::string& xName, const std::vector<Series>& panels) {
    const double width = kPanelWidth * double(panels.size());
    std::string out = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + fixed(width, 0) + " " +
                      fixed(kHeight, 0) + "\" font-family=\"sans-serif\" font-size=\"12\">\n" +
                      "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n" + text(width / 2, 20, title);
    for (std::size_t i = 0; i < panels.size(); ++i)
        out += Panel(panels[i], kPanelWidth * double(i), kColours[i % std::size(kColours)]).drawing(xName);
    return out + "</svg>\n";
}

}  // namespace aiproject::bench
