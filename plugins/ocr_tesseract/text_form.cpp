#include "ocr_tesseract/text_form.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstdint>

namespace aiproject::ocr {
namespace {

using std::u32string;
using std::u32string_view;

u32string charactersOf(std::string_view text) {
    const auto* const bytes = reinterpret_cast<const std::uint8_t*>(text.data());
    u32string characters;
    characters.reserve(text.size());
    for (std::int64_t at = 0, end = std::int64_t(text.size()); at < end;) {
        UChar32 one = 0;
        U8_NEXT_OR_FFFD(bytes, at, end, one);
        if (one == '\r' || one == '\f') one = '\n';
        if (one == '\t' || one == 0x3000) one = ' ';
        if (one == '\n' || !u_iscntrl(one)) characters += char32_t(one);
    }
    return characters;
}

std::string utf8Of(const u32string& characters) {
    constexpr std::int64_t most = U8_MAX_LENGTH;
    std::string text;
    text.reserve(characters.size() * 3);
    for (const char32_t one : characters) {
        std::uint8_t bytes[most];  // NOLINT(cppcoreguidelines-avoid-c-arrays,modernize-avoid-c-arrays): ICU's macro
        std::int64_t size = 0;
        U8_APPEND_UNSAFE(bytes, size, one);
        text.append(reinterpret_cast<const char*>(bytes), std::size_t(size));
    }
    return text;
}

// Chinese characters, their punctuation, and letters of full width.
bool isWide(char32_t one) {
    const int width = u_getIntPropertyValue(UChar32(one), UCHAR_EAST_ASIAN_WIDTH);
    return width == U_EA_WIDE || width == U_EA_FULLWIDTH;
}

// The engine reads a mark that stands in its wide cell as a narrow one behind a space.
char32_t wideMark(char32_t mark, const u32string& before, u32string_view behind) {
    constexpr char32_t fullWidth = 0xfee0;  // from a mark of ASCII to its wide one
    if (u32string_view(U",!?:;").find(mark) == u32string::npos) return mark;
    const std::size_t next = behind.find_first_not_of(U' ');
    const bool belongs = next == u32string_view::npos ? !before.empty() && isWide(before.back()) : isWide(behind[next]);
    return belongs ? mark + fullWidth : mark;
}

// One line, without spaces at its ends.
u32string tidiedLine(const u32string& line) {
    u32string kept;
    kept.reserve(line.size());
    for (std::size_t at = 0; at < line.size(); ++at) {
        const char32_t one = line[at];
        if (one == ' ') continue;
        const bool isAfterSpace = at > 0 && line[at - 1] == ' ';
        const char32_t widened = isAfterSpace ? wideMark(one, kept, u32string_view(line).substr(at + 1)) : one;
        const bool joins = kept.empty() || widened != one || (isWide(one) && isWide(kept.back()));
        if (isAfterSpace && !joins) kept += U' ';
        kept += widened;
    }
    return kept;
}

}  // namespace

std::string asOneLine(std::string_view text) {
    u32string characters = charactersOf(text);
    std::replace(characters.begin(), characters.end(), U'\n', U' ');
    return utf8Of(characters);
}

std::string tidied(std::string_view text) {
    const u32string characters = charactersOf(text);
    u32string kept;
    kept.reserve(characters.size());
    for (std::size_t begin = 0; begin < characters.size();) {
        const std::size_t end = std::min(characters.find(U'\n', begin), characters.size());
        const u32string line = tidiedLine(characters.substr(begin, end - begin));
        if (!line.empty()) kept.append(kept.empty() ? U"" : U"\n").append(line);
        begin = end + 1;
    }
    return utf8Of(kept);
}

}  // namespace aiproject::ocr
