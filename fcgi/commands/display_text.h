// Stored text on a terminal: how wide it is there, and what must not reach it.
#pragma once

#include <string>
#include <string_view>

namespace aiproject {

// What shows nothing, or turns the direction of text, letters of other scripts that pose as ASCII ones, and what is no
// UTF-8 become visible (\x1b, \u200b, \u0430): a stored name must not move the cursor, nor look like another one. Emoji
// stay.
std::string safeForTerminal(std::string_view text);

// The same for a JSON text, where \u202e means the character itself, but for letters; what is no UTF-8 becomes U+FFFD.
std::string safeJson(std::string_view json);

// Columns: 2 for an East Asian wide character or an emoji, 0 for a mark that stands on the one before. The text is
// UTF-8.
std::size_t displayWidth(std::string_view text);

// So many columns at most; what is cut off is "…".
std::string shortened(const std::string& text, std::size_t columns);

}  // namespace aiproject
