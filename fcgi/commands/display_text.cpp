#include "commands/display_text.h"

#include "base/unicode.h"
#include "base/utf8.h"

#include <Poco/Format.h>

#include <algorithm>
#include <set>

namespace aiproject {
namespace {

std::string escaped(char32_t point) { return Poco::format(point > 0xffff ? "\\U%08x" : "\\u%04x", unsigned(point)); }

// As JSON writes it.
std::string escapedInJson(char32_t point) {
    if (point <= 0xffff) return escaped(point);
    const char32_t offset = point - 0x10000;
    return escaped(0xd800 + (offset >> 10)) + escaped(0xdc00 + (offset & 0x3ff));
}

bool isAscii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](unsigned char byte) { return byte < 0x80; });
}

// A letter or number of another script that has the look of one of ASCII.
bool posesAsAscii(const ShownCharacter& character) {
    return character.point >= 0x80 && isLetterOrNumber(character.point) && isAscii(skeletonOf(character.bytes));
}

// Which letters an operator would take for others: all of them in a text that looks like ASCII as a whole, and those in
// a word that has ASCII letters as well.
class Impostors {
public:
    explicit Impostors(std::string_view text) : wholeText_(!isAscii(text) && isAscii(skeletonOf(text))) {
        eachShownCharacter(text, [&](const ShownCharacter& character) {
            if (!isInWord(character))
                ++word_;
            else if (character.point < 0x80)
                mixed_.insert(word_);
        });
        word_ = 0;
    }
    // For each character in its order.
    bool next(const ShownCharacter& character) {
        if (!isInWord(character)) ++word_;
        return isInWord(character) && (wholeText_ || mixed_.count(word_) > 0) && posesAsAscii(character);
    }

private:
    static bool isInWord(const ShownCharacter& character) {  // marks and what is hidden end none
        return !character.isEmoji && (isLetterOrNumber(character.point) || columnsOf(character.point) == 0);
    }

    const bool wholeText_;
    std::set<std::size_t> mixed_;  // words with ASCII letters
    std::size_t word_ = 0;
};

// What is no UTF-8, byte by byte as U+FFFD.
std::string valid(std::string_view text) {
    std::string safe;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t length = 1;
        while (length < 4 && at + length < text.size() && !isUtf8(text.substr(at, length))) ++length;
        const bool isCharacter = isUtf8(text.substr(at, length));
        safe += isCharacter ? std::string(text.substr(at, length)) : "\xef\xbf\xbd";
        at += isCharacter ? length : 1;
    }
    return safe;
}

}  // namespace

std::string safeForTerminal(std::string_view text) {
    const std::string shown = printable(text);
    Impostors impostors(shown);
    std::string safe;
    eachShownCharacter(shown, [&](const ShownCharacter& character) {
        const bool isImpostor = impostors.next(character);
        const bool isSafe = character.isEmoji || (!isHidden(character.point) && !isImpostor);
        safe += isSafe ? std::string(character.bytes) : escaped(character.point);
    });
    return safe;
}

std::string safeJson(std::string_view json) {
    std::string safe;
    eachShownCharacter(valid(json), [&](const ShownCharacter& character) {
        const bool isSafe =
            character.isEmoji || character.point == U'\n' || (!isHidden(character.point) && character.point != 0xfffd);
        safe += isSafe ? std::string(character.bytes) : escapedInJson(character.point);
    });
    return safe;
}

std::size_t displayWidth(std::string_view text) {
    std::size_t columns = 0;
    eachShownCharacter(text, [&](const ShownCharacter& character) { columns += columnsOf(character.point); });
    return columns;
}

std::string shortened(const std::string& text, std::size_t columns) {
    if (displayWidth(text) <= columns) return text;
    std::string start;
    std::size_t used = 1;  // by the sign of what is missing
    bool isFull = false;
    eachShownCharacter(text, [&](const ShownCharacter& character) {
        used += columnsOf(character.point);
        isFull = isFull || used > columns;
        if (!isFull) start += character.bytes;
    });
    return start + "…";
}

}  // namespace aiproject
