// Tokens of JSON for a walk that builds no tree: where a text and a number end, and the escapes \uNNNN, two of which
// are the halves of a character above U+FFFF. No answer lies beyond the end of the text, JSON or not. Pure.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace aiproject {

// The position behind the closing quote of the text that opens at `at`; json.size() where there is none.
inline std::size_t endOfJsonText(std::string_view json, std::size_t at) {
    std::size_t end = at + 1;
    while (end < json.size() && json[end] != '"') end += json[end] == '\\' ? 2 : 1;
    return std::min(end + 1, json.size());
}

constexpr bool beginsJsonNumber(char c) { return c == '-' || (c >= '0' && c <= '9'); }

inline std::size_t endOfJsonNumber(std::string_view json, std::size_t at) {
    return std::min(json.find_first_not_of("0123456789+-.eE", at), json.size());
}

constexpr std::size_t kJsonEscape = 6;  // bytes of \uNNNN

// The UTF-16 code unit of the escape that begins at `at`; nothing where there is none.
inline std::optional<std::uint32_t> escapedUnit(std::string_view json, std::size_t at) {
    if (at + kJsonEscape > json.size() || json[at] != '\\' || json[at + 1] != 'u') return std::nullopt;
    std::uint32_t unit = 0;
    const char* const end = json.data() + at + kJsonEscape;
    const auto [behind, fault] = std::from_chars(json.data() + at + 2, end, unit, 16);
    return fault == std::errc() && behind == end ? std::optional(unit) : std::nullopt;
}

constexpr std::uint32_t kFirstHalves = 0xd800, kSecondHalves = 0xdc00, kBehindHalves = 0xe000;
constexpr bool isFirstHalf(std::uint32_t unit) { return unit >= kFirstHalves && unit < kSecondHalves; }
constexpr bool isSecondHalf(std::uint32_t unit) { return unit >= kSecondHalves && unit < kBehindHalves; }

}  // namespace aiproject
