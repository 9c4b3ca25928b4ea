// Text is counted and cut by code points here, never inside one.
#pragma once

#include <string_view>
#include <vector>

namespace aiproject::upstream {

bool isUtf8(std::string_view text);

// The text must be UTF-8.
std::size_t codePoints(std::string_view text);

// At most `count` pieces, at least one; none is empty unless the text is. Their lengths in code
// points differ by one at most, the longer ones first. The text must be UTF-8.
std::vector<std::string_view> piecesOf(std::string_view text, std::size_t count);

// The longest beginning of at most `bytes` bytes.
std::string_view beginningOf(std::string_view text, std::size_t bytes);

}  // namespace aiproject::upstream
