// What Unicode says of text, from ICU: normal forms, characters that show nothing, look-alikes (UTS 39), domain names
// (UTS 46). Every text is UTF-8, checked before by base/utf8.h.
//
// ERRORS   Error(internal) when ICU lacks its data.
// THREADS  Any number may call.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace aiproject {

std::string composed(std::string_view text);    // NFC
std::string decomposed(std::string_view text);  // NFD

// Every space of other scripts becomes U+0020, as RFC 8265 and RFC 8266 map them.
std::string withPlainSpaces(std::string_view text);

// One character as people see it, in order: a code point, or an emoji of several, which is whole (`isEmoji`).
struct ShownCharacter {
    std::string_view bytes;
    char32_t point;  // the first
    bool isEmoji;
};
void eachShownCharacter(std::string_view text, const std::function<void(const ShownCharacter&)>& take);

// Whether it shows nothing by itself, or turns or joins others: a control or format character, a joiner, a filler, a
// separator of lines; also what Unicode has not assigned, but for the places
// of future emoji.
bool isHidden(char32_t point);

// The first character that the class FreeformClass of RFC 8264 has not: what is hidden, but for joiners where a script
// needs them and within emoji, and the letters of old Hangul, which most fonts cannot draw. Nothing: all of it is
// allowed.
std::optional<char32_t> disallowedCharacter(std::string_view text);

// Whether it has a letter, number, punctuation mark or symbol that can be seen.
bool hasVisibleCharacter(std::string_view text);

// A mark without a letter to stand on, the same mark twice on a letter, or a dot on what has one already: nobody sees
// it.
bool hasHiddenMark(std::string_view text);

// Texts that people cannot tell apart have the same one. Case counts.
std::string skeletonOf(std::string_view text);

// A domain name with non-ASCII labels as it is written by its owner; nothing when it cannot be one.
std::optional<std::string> domainForm(std::string_view domain);

// In a terminal: 2 for wide characters, 0 for marks and what is hidden.
std::size_t columnsOf(char32_t point);

bool isLetterOrNumber(char32_t point);

}  // namespace aiproject
