// Which other format a file certainly has. PCM has no mark of its own and may begin with any bytes, so two or three
// bytes prove nothing: where a format's mark is that short, the structure after it must be there as well.
#pragma once

#include <string_view>

namespace aiproject {

// Its name for a client, "MP3"; null: nothing is certain.
const char* foreignFormat(std::string_view bytes) noexcept;

}  // namespace aiproject
