// What tests ask of a text.
#pragma once

#include <string>

namespace aiproject::test {

// How often `word` stands in `text`.
inline std::size_t countOf(const std::string& text, const std::string& word) {
    std::size_t found = 0;
    for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++found;
    return found;
}

}  // namespace aiproject::test
