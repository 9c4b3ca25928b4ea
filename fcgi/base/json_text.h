// A text as a JSON string literal, for JSON that is put together by hand. Pure.
#pragma once

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

}  // namespace aiproject
