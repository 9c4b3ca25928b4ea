#include "commands/display_text.h"

#include "base/utf8.h"

#include <Poco/Format.h>

#include <algorithm>
#include <vector>

namespace aiproject {
namespace {

struct Character {
    char32_t point;
    std::string_view bytes;
};

// What is no UTF-8 comes byte by byte, as U+FFFD.
std::vector<Character> charactersOf(std::string_view text) {
    std::vector<Character> characters;
    for (std::size_t at = 0; at < text.size();) {
        const auto lead = static_cast<unsigned char>(text[at]);
        const std::string_view bytes = text.substr(at, lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4);
        if (isUtf8(bytes)) {
            char32_t point = bytes.size() == 1 ? lead : lead & (0xffU >> (bytes.size() + 1));
            for (const char next : bytes.substr(1)) point = point << 6 | (static_cast<unsigned char>(next) & 0x3fU);
            characters.push_back({point, bytes});
        } else {
            characters.push_back({0xfffd, bytes.substr(0, 1)});
        }
        at += characters.back().bytes.size();
    }
    return characters;
}

struct Range {
    char32_t first, last;
};

template <std::size_t count>
bool isIn(const Range (&ranges)[count], char32_t point) {
    return std::any_of(std::begin(ranges), std::end(ranges),
                       [point](const Range& range) { return point >= range.first && point <= range.last; });
}

bool isUnsafe(char32_t point) {
    static constexpr Range kUnsafe[] = {{0, 0x1f},        {0x7f, 0x9f},     {0x61c, 0x61c},  {0x200e, 0x200f},
                                        {0x2028, 0x202e}, {0x2066, 0x2069}, {0xfff9, 0xfffb}};
    return isIn(kUnsafe, point);
}

std::string escaped(char32_t point) { return Poco::format("\\u%04x", unsigned(point)); }

// By blocks, after Unicode's EastAsianWidth.txt: no locale with a wcwidth() may be there.
std::size_t widthOf(char32_t point) {
    static constexpr Range kNone[] = {{0x300, 0x36f},   {0x483, 0x489},   {0x591, 0x5bd},   {0x610, 0x61a},
                                      {0x64b, 0x65f},   {0x6d6, 0x6dc},   {0x93c, 0x93c},   {0x94d, 0x94d},
                                      {0xe31, 0xe31},   {0xe34, 0xe3a},   {0xe47, 0xe4e},   {0x1ab0, 0x1aff},
                                      {0x1dc0, 0x1dff}, {0x200b, 0x200d}, {0x2060, 0x2064}, {0x20d0, 0x20ff},
                                      {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}, {0xfeff, 0xfeff}, {0xe0100, 0xe01ef}};
    static constexpr Range kWide[] = {{0x1100, 0x115f},   {0x231a, 0x231b},   {0x23e9, 0x23ec},   {0x2614, 0x2615},
                                      {0x2648, 0x2653},   {0x26a1, 0x26a1},   {0x2705, 0x2705},   {0x2728, 0x2728},
                                      {0x274c, 0x274c},   {0x2e80, 0x303e},   {0x3041, 0x33ff},   {0x3400, 0x4dbf},
                                      {0x4e00, 0x9fff},   {0xa000, 0xa4cf},   {0xa960, 0xa97f},   {0xac00, 0xd7a3},
                                      {0xf900, 0xfaff},   {0xfe30, 0xfe6f},   {0xff01, 0xff60},   {0xffe0, 0xffe6},
                                      {0x16fe0, 0x18dff}, {0x1aff0, 0x1b2ff}, {0x1f004, 0x1f004}, {0x1f18e, 0x1f19a},
                                      {0x1f200, 0x1f320}, {0x1f32d, 0x1f64f}, {0x1f680, 0x1f6ff}, {0x1f7e0, 0x1f7eb},
                                      {0x1f90c, 0x1f9ff}, {0x1fa70, 0x1faff}, {0x20000, 0x3fffd}};
    return isIn(kNone, point) ? 0 : isIn(kWide, point) ? 2 : 1;
}

}  // namespace

std::string safeForTerminal(std::string_view text) {
    const std::string valid = printable(text);
    std::string safe;
    for (const auto& [point, bytes] : charactersOf(valid))
        safe += isUnsafe(point) ? escaped(point) : std::string(bytes);
    return safe;
}

std::string safeJson(std::string_view json) {
    std::string safe;
    for (const auto& [point, bytes] : charactersOf(json)) {
        const bool isSafe = point == U'\n' || (!isUnsafe(point) && point != 0xfffd);
        safe += isSafe ? std::string(bytes) : escaped(point);
    }
    return safe;
}

std::size_t displayWidth(std::string_view text) {
    std::size_t columns = 0;
    for (const Character& character : charactersOf(text)) columns += widthOf(character.point);
    return columns;
}

std::string shortened(const std::string& text, std::size_t columns) {
    if (displayWidth(text) <= columns) return text;
    std::string start;
    std::size_t used = 1;  // by the sign of what is missing
    for (const Character& character : charactersOf(text)) {
        used += widthOf(character.point);
        if (used > columns) break;
        start += character.bytes;
    }
    return start + "…";
}

}  // namespace aiproject
