// JSON as text, without a tree of values. Pure.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace aiproject {

// Appends the text as a string literal, with its quotes. UTF-8 stays as it is.
inline void addJsonText(std::string& json, std::string_view text) {
    constexpr char digits[] = "0123456789ABCDEF";
    constexpr std::string_view escaped = "\b\t\n\f\r\"\\", letters = "btnfr\"\\";
    json += '"';
    for (std::size_t written = 0; written < text.size();) {
        std::size_t plain = written;
        while (plain < text.size() && static_cast<unsigned char>(text[plain]) >= 0x20 && text[plain] != '"' &&
               text[plain] != '\\')
            ++plain;
        json.append(text, written, plain - written);
        written = plain + 1;
        if (plain == text.size()) break;
        const char c = text[plain];
        const std::size_t known = escaped.find(c);
        if (known != std::string_view::npos)
            (json += '\\') += letters[known];
        else
            ((json += "\\u00") += digits[c >> 4]) += digits[c & 15];
    }
    json += '"';
}

inline std::string jsonText(std::string_view text) {
    std::string json;
    addJsonText(json, text);
    return json;
}

// Whether it is a number as RFC 8259, 6, has them.
inline bool isJsonNumber(std::string_view text) {
    const auto digits = [&text] {
        const std::size_t count = std::min(text.find_first_not_of("0123456789"), text.size());
        text.remove_prefix(count);
        return count;
    };
    const auto skip = [&text](std::string_view any) {
        const bool isThere = !text.empty() && any.find(text[0]) != std::string_view::npos;
        if (isThere) text.remove_prefix(1);
        return isThere;
    };
    skip("-");
    if (!skip("0") && digits() == 0) return false;
    if (skip(".") && digits() == 0) return false;
    if (skip("eE")) {
        skip("+-");
        if (digits() == 0) return false;
    }
    return text.empty();
}

// The same JSON with 0.5 for each number that a 64-bit integer or a double may be too small for. For readers that
// refuse a whole text because of one number, which may stand where nobody looks. What is not a number stays.
inline std::string withoutLongNumbers(std::string_view json) {
    constexpr std::size_t longest = 18;  // digits of an integer
    std::string safe;
    for (std::size_t at = 0; at < json.size();) {
        std::size_t end = at + 1;
        if (json[at] == '"') {
            while (end < json.size() && json[end] != '"') end += json[end] == '\\' ? 2 : 1;
            end = std::min(end + 1, json.size());
        } else if (json[at] == '-' || (json[at] >= '0' && json[at] <= '9')) {
            end = std::min(json.find_first_not_of("0123456789+-.eE", at), json.size());
        }
        const std::string_view token = json.substr(at, end - at);
        const bool isPlain = token.size() <= longest && token.find_first_of("eE") == std::string_view::npos;
        if (token[0] != '"' && !isPlain && isJsonNumber(token))
            safe += "0.5";
        else
            safe += token;
        at = end;
    }
    return safe;
}

}  // namespace aiproject
