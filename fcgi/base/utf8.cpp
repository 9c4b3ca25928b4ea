#include "base/utf8.h"

#include "base/unicode.h"

#include <Poco/Format.h>
#include <Poco/UTF8Encoding.h>
#include <Poco/Unicode.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace aiproject {
namespace {

bool isControl(int point) {
    Poco::Unicode::CharacterProperties properties;
    Poco::Unicode::properties(point, properties);
    return properties.type == Poco::Unicode::UCP_CONTROL || properties.type == Poco::Unicode::UCP_LINE_SEPARATOR ||
           properties.type == Poco::Unicode::UCP_PARAGRAPH_SEPARATOR;
}

bool isSpace(int point) {
    return point < 0x80 ? std::string_view(" \t\r\n\v\f").find(char(point)) != std::string_view::npos
                        : Poco::Unicode::isSpace(point);
}

// The bytes of the one that begins there; 0: none does.
std::size_t characterAt(std::string_view text, std::size_t at) noexcept {
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data()) + at;
    const auto byte = bytes[0];
    const std::size_t length = byte < 0x80   ? 1
                               : byte < 0xc2 ? 0
                               : byte < 0xe0 ? 2
                               : byte < 0xf0 ? 3
                               : byte < 0xf5 ? 4
                                             : 0;
    if (at + length > text.size()) return 0;
    return length > 1 && !Poco::UTF8Encoding::isLegal(bytes, int(length)) ? 0 : length;
}

// Calls take(point, bytes) for each code point.
template <class Take>
void eachCodePoint(std::string_view text, const Take& take) {
    constexpr int replacement = 0xfffd;  // for each byte that is not UTF-8
    const Poco::UTF8Encoding utf8;
    for (std::size_t at = 0, bytes = 0; at < text.size(); at += std::max<std::size_t>(1, bytes)) {
        bytes = characterAt(text, at);
        const auto* const first = reinterpret_cast<const unsigned char*>(text.data()) + at;
        if (bytes == 0)
            take(replacement, 1);
        else
            take(bytes == 1 ? int(*first) : utf8.queryConvert(first, int(bytes)), bytes);
    }
}

template <class Is>
bool hasAny(std::string_view text, const Is& is) {
    bool isFound = false;
    eachCodePoint(text, [&](int point, std::size_t /*bytes*/) { isFound = isFound || is(point); });
    return isFound;
}

// Most text is; so much of it as is found eight bytes at a time.
std::size_t leadingAscii(std::string_view text) noexcept {
    constexpr std::uint64_t highBits = 0x8080808080808080;
    std::uint64_t eight = 0;
    std::size_t count = 0;
    for (; count + sizeof eight <= text.size(); count += sizeof eight) {
        std::memcpy(&eight, text.data() + count, sizeof eight);
        if ((eight & highBits) != 0) break;
    }
    return count;
}

// Of UTF-8.
void addPrintable(std::string_view text, std::string& safe) {
    const auto isPlain = [](unsigned char byte) { return byte >= 0x20 && byte < 0x7f; };
    if (std::all_of(text.begin(), text.end(), isPlain)) {
        safe += text;
        return;
    }
    eachShownCharacter(text, [&](const ShownCharacter& character) {
        const auto point = unsigned(character.point);
        if (character.isEmoji || !isHidden(character.point))
            safe += character.bytes;
        else
            safe += Poco::format(point < 0x80 ? "\\x%02x" : point > 0xffff ? "\\U%08x" : "\\u%04x", point);
    });
}

}  // namespace

bool isUtf8(std::string_view text) noexcept {
    for (std::size_t at = leadingAscii(text); at < text.size();) {
        const std::size_t length = characterAt(text, at);
        if (length == 0) return false;
        at += length;
    }
    return true;
}

std::string headerText(std::string_view value) {
    if (isUtf8(value)) return std::string(value);
    std::string text;
    for (const char byte : value) {
        const auto point = static_cast<unsigned char>(byte);
        if (point >= 0x80) text += char(0xc0 | point >> 6);
        text += char(point < 0x80 ? point : 0x80 | (point & 0x3f));
    }
    return text;
}

std::string printable(std::string_view text) {
    if (std::all_of(text.begin(), text.end(), [](char byte) { return byte >= ' ' && byte <= '~'; }))
        return std::string(text);
    std::string safe;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = at;
        while (end < text.size() && characterAt(text, end) > 0) end += characterAt(text, end);
        addPrintable(text.substr(at, end - at), safe);
        if (end < text.size()) safe += Poco::format("\\x%02x", unsigned(static_cast<unsigned char>(text[end])));
        at = end + 1;
    }
    return safe;
}

std::string printableLines(std::string_view text) {
    std::string safe;
    for (std::size_t at = 0;;) {
        const std::size_t end = text.find('\n', at);
        safe += printable(text.substr(at, end - at));
        if (end == std::string_view::npos) return safe;
        safe += '\n';
        at = end + 1;
    }
}

std::string beginOf(std::string_view text, std::size_t longest) {
    if (text.size() <= longest) return std::string(text);
    while (longest > 0 && (static_cast<unsigned char>(text[longest]) & 0xc0) == 0x80) --longest;
    return std::string(text.substr(0, longest));
}

std::string quotable(std::string_view text, std::size_t longest) { return printable(beginOf(text, longest)); }

std::string trimmed(std::string_view text) {
    std::size_t at = 0, from = text.size(), end = 0;
    eachCodePoint(text, [&](int point, std::size_t bytes) {
        at += bytes;
        if (isSpace(point)) return;
        if (end == 0) from = at - bytes;
        end = at;
    });
    return std::string(text.substr(from, end == 0 ? 0 : end - from));
}

std::size_t lengthOf(std::string_view text) {
    std::size_t length = 0;
    eachCodePoint(text, [&](int /*point*/, std::size_t /*bytes*/) { ++length; });
    return length;
}

bool hasSpace(std::string_view text) { return hasAny(text, isSpace); }

bool hasControlCharacter(std::string_view text) { return hasAny(text, isControl); }

}  // namespace aiproject
