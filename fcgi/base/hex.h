// Bytes as hexadecimal digits in lower case. Pure.
#pragma once

#include <string>
#include <string_view>

namespace aiproject {

inline std::string hexOf(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(2 * bytes.size());
    for (const unsigned char byte : bytes) (text += digits[byte >> 4U]) += digits[byte & 15U];
    return text;
}

}  // namespace aiproject
