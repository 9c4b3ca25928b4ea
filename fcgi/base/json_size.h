// How much a JSON parser would make of a text, told before it makes it: a parsed value takes hundreds of bytes.
#pragma once

#include <cstddef>
#include <string_view>

namespace aiproject {

// At least as many values as the text has, whether it is JSON or not.
std::size_t valuesIn(std::string_view text) noexcept;

}  // namespace aiproject
