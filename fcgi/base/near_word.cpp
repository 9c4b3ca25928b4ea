#include "base/near_word.h"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <numeric>

namespace aiproject {
namespace {

constexpr std::size_t kLongest = 64, kFewestSlips = 1, kMostSlips = 3;

std::string lower(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(), [](unsigned char c) { return char(std::tolower(c)); });
    return result;
}

// Optimal string alignment: letters that are missing, added, changed or swapped with their neighbour. Three rows of
// the table are enough, since a swap looks back two.
std::size_t distance(std::string_view one, std::string_view other) {
    std::vector<std::size_t> before(other.size() + 1), last(other.size() + 1), row(other.size() + 1);
    std::iota(last.begin(), last.end(), std::size_t(0));
    for (std::size_t i = 1; i <= one.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= other.size(); ++j) {
            const std::size_t changed = last[j - 1] + (one[i - 1] == other[j - 1] ? 0 : 1);
            row[j] = std::min({changed, last[j] + 1, row[j - 1] + 1});
            const bool isSwapped = i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1];
            if (isSwapped) row[j] = std::min(row[j], before[j - 2] + 1);
        }
        before.swap(last);
        last.swap(row);
    }
    return last.back();
}

}  // namespace

std::string nearestWord(std::string_view written, const std::vector<std::string>& known) {
    if (written.empty() || written.size() > kLongest) return {};
    std::string found;
    const std::string word = lower(written);
    std::size_t least = std::clamp(word.size() / 3, kFewestSlips, kMostSlips) + 1;
    for (const std::string& candidate : known) {
        const std::size_t longer = std::max(candidate.size(), word.size());
        const std::size_t shorter = std::min(candidate.size(), word.size());
        if (longer - shorter >= least) continue;  // it cannot be near
        const std::size_t steps = distance(word, lower(candidate));
        if (steps >= least || steps >= candidate.size()) continue;
        least = steps;
        found = candidate;
    }
    return found;
}

std::string didYouMean(std::string_view written, const std::vector<std::string>& known) {
    const std::string nearest = nearestWord(written, known);
    return nearest.empty() ? "" : " (did you mean '" + nearest + "'?)";
}

}  // namespace aiproject
