// The engine's text as a reader wants it. Pure.
#pragma once

#include <string>
#include <string_view>

namespace aiproject::ocr {

// Without empty lines, spaces at the ends of lines or between Chinese characters, and control characters; what is not
// UTF-8 becomes U+FFFD. A comma, or the like, of Chinese is wide, which the engine reads as a narrow one behind a
// space.
std::string tidied(std::string_view text);

// As it is, but without control characters and in one line: what a program wrote, and another will read.
std::string asOneLine(std::string_view text);

}  // namespace aiproject::ocr
