// Pictures of text, made by ImageMagick, and how well a text was read.
#pragma once

#include "support/child_process.h"

#include <Poco/UnicodeConverter.h>

#include <cppunit/TestAssert.h>

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

namespace aiproject::test {

// What `convert` makes of these arguments; the last says the format: "png:-".
inline std::string converted(std::vector<std::string> arguments) {
    const Finished made = runToEnd({"convert", std::move(arguments)});
    CPPUNIT_ASSERT_EQUAL_MESSAGE(made.output.substr(0, 500), 0, made.code);
    return made.output;
}

// Arguments that write the text, black on white with a margin: for converted(), others behind them.
inline std::vector<std::string> written(const std::string& text, const std::string& font, int points) {
    return {"-background",          "white",         "-fill",        "black", "-font",   font, "-pointsize",
            std::to_string(points), "label:" + text, "-bordercolor", "white", "-border", "20"};
}

inline std::vector<std::string> with(std::vector<std::string> arguments, const std::vector<std::string>& more) {
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
}

// Characters that must be added, removed or changed, for each of the truth: Levenshtein's distance.
inline double errorRate(const std::string& read, const std::string& truth) {
    std::u32string from, to;
    Poco::UTF32String wide;
    Poco::UnicodeConverter::convert(read, wide);
    from.assign(wide.begin(), wide.end());
    Poco::UnicodeConverter::convert(truth, wide);
    to.assign(wide.begin(), wide.end());
    std::vector<std::size_t> costs(to.size() + 1);
    std::iota(costs.begin(), costs.end(), 0);
    for (std::size_t i = 0; i < from.size(); ++i) {
        std::size_t before = costs[0]++;
        for (std::size_t j = 0; j < to.size(); ++j) {
            const std::size_t changed = before + (from[i] == to[j] ? 0 : 1);
            before = costs[j + 1];
            costs[j + 1] = std::min({changed, costs[j] + 1, costs[j + 1] + 1});
        }
    }
    return double(costs.back()) / double(to.size());
}

}  // namespace aiproject::test
