#include "bench/driver/target_lines.h"

#include <cmath>
#include <functional>

namespace aiproject::bench {
namespace {

// Three digits, or all that stand before the point.
std::string shortest(double number) {
    const double size = std::abs(number);
    std::string text = fixed(number, size < 10 ? 2 : size < 100 ? 1 : 0);
    if (text.find('.') == std::string::npos) return text;
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
    return text;
}

std::string cell(const std::optional<double>& number, const std::string& unit, const std::string& sign = "") {
    return number ? sign + shortest(*number) + unit : "";
}

std::string measured(double figure, const std::string& unit) {
    return std::isnan(figure) ? "not measured" : shortest(figure) + unit;
}

template <class IsMet>
std::string verdict(const Goal& goal, double figure, IsMet isMet) {
    if (goal.aim && isMet(figure, *goal.aim)) return "aim met";
    if (goal.must) return isMet(figure, *goal.must) ? "met" : "missed";
    return "";
}

}  // namespace

void TargetLines::atMost(const Goal& goal, double figure, const std::string& unit, const std::string& what) {
    table_.add({what, measured(figure, unit), cell(goal.before, unit), cell(goal.must, unit, "≤ "),
                cell(goal.aim, unit, "≤ "), verdict(goal, figure, std::less_equal<>())});
}

void TargetLines::atLeast(const Goal& goal, double figure, const std::string& unit, const std::string& what) {
    table_.add({what, measured(figure, unit), cell(goal.before, unit), cell(goal.must, unit, "≥ "),
                cell(goal.aim, unit, "≥ "), verdict(goal, figure, std::greater_equal<>())});
}

}  // namespace aiproject::bench
