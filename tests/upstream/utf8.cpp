#include "upstream/utf8.h"

#include <algorithm>
#include <cstdint>

namespace aiproject::upstream {

namespace {

bool continues(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80; }

// Bytes of the code point at the beginning; 0 when it is not a well-formed one.
std::size_t lengthOfFirst(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text[0]);
    if (lead < 0x80) return 1;
    const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
    std::uint32_t code = lead & (0xFFU >> (length + 1));
    for (const char byte : text.substr(1, length - 1)) {
        if (!continues(byte)) return 0;
        code = code << 6U | (static_cast<unsigned char>(byte) & 0x3FU);
    }
    constexpr std::uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
    return code < smallest[length] || code > 0x10FFFF || surrogate ? 0 : length;
}

}  // namespace

bool isUtf8(std::string_view text) {
    while (!text.empty()) {
        const auto length = lengthOfFirst(text);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

std::size_t codePoints(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return !continues(c); }));
}

std::vector<std::string_view> piecesOf(std::string_view text, std::size_t count) {
    std::vector<std::string_view> pieces;
    auto left = codePoints(text);
    for (auto more = std::clamp<std::size_t>(left, 1, std::max<std::size_t>(count, 1)); more > 0; --more) {
        const auto size = (left + more - 1) / more;
        std::size_t bytes = 0;
        for (std::size_t taken = 0; taken < size; ++taken) bytes += lengthOfFirst(text.substr(bytes));
        pieces.push_back(text.substr(0, bytes));
        text.remove_prefix(bytes);
        left -= size;
    }
    return pieces;
}

std::string_view beginningOf(std::string_view text, std::size_t bytes) {
    if (text.size() <= bytes) return text;
    while (bytes > 0 && continues(text[bytes])) --bytes;
    return text.substr(0, bytes);
}

}  // namespace aiproject::upstream
