// Text from outside is checked at the edge where it comes in, by these.
#pragma once

#include <string>
#include <string_view>

namespace aiproject {

bool isUtf8(std::string_view text) noexcept;

// A header's value as UTF-8: as it came where it is that, else from ISO 8859-1, in which HTTP libraries of many
// languages write headers.
std::string headerText(std::string_view value);

// What shows nothing, moves a cursor or turns text (isHidden() of unicode.h; within an emoji it is a part of that)
// becomes \xNN below 0x80, \uNNNN or \UNNNNNNNN above; bytes that are no UTF-8 become \xNN: for one line of a log, a
// message or a terminal.
std::string printable(std::string_view text);

// The same, and lines stay lines.
std::string printableLines(std::string_view text);

// At most so many bytes of its begin, and not cut inside a character.
std::string beginOf(std::string_view text, std::size_t longest);

// What a client wrote, as an answer may repeat it: at most about so many bytes, and UTF-8 in any case.
std::string quotable(std::string_view text, std::size_t longest);

// Without white space of any script at both ends. The text must be UTF-8.
std::string trimmed(std::string_view text);

// White space of any script. The text must be UTF-8.
bool hasSpace(std::string_view text);

// Code points, not bytes. The text must be UTF-8.
std::size_t lengthOf(std::string_view text);

// Control characters of any kind, and the separators that break a line. The text must be UTF-8.
bool hasControlCharacter(std::string_view text);

}  // namespace aiproject
