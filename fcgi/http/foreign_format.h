// Which other format a file certainly has. PCM has no mark of its own and may begin with any bytes, so two or three
// bytes prove nothing: where a format's mark is that short, the structure after it must be there as well.
#pragma once

#include <string_view>

namespace aiproject {

// Its name for a client, "MP3"; null: nothing is certain.
const char* foreignFormat(std::string_view bytes) noexcept;

// The start of an image and a segment that says what it is, or another segment where the first one ends; of what is
// too short to be a recording, the mark alone.
bool isJpegFile(std::string_view bytes) noexcept;

}  // namespace aiproject
