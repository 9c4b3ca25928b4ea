// Pools, models and plugins have names that also stand in paths: one rule for all of them.
#pragma once

#include <algorithm>
#include <cctype>
#include <string_view>

namespace aiproject {

// 1 to 64 letters, digits, '_' and '-'.
inline bool isName(std::string_view word) {
    const auto allowed = [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '-'; };
    return !word.empty() && word.size() <= 64 && std::all_of(word.begin(), word.end(), allowed);
}

}  // namespace aiproject
