// What aiproject/json.h is made of: characters, escapes, and the check of a whole text. Not for plugins themselves.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace aiproject::json {

constexpr std::size_t kDeepest = 256;  // objects and arrays in each other; deeper texts are refused

namespace detail {

// How many bytes the UTF-8 character at the front of `text` has; 0: it is none (RFC 3629: no surrogates, none too
// long).
inline std::size_t characterSize(std::string_view text) noexcept {
    const auto byte = [&](std::size_t at) -> unsigned {
        return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
    };
    const auto follows = [&](std::size_t at) { return (byte(at) & 0xC0U) == 0x80U; };
    const unsigned first = byte(0), second = byte(1);
    if (first < 0x80) return text.empty() ? 0 : 1;
    if (first < 0xC2 || first > 0xF4 || !follows(1)) return 0;
    if (first < 0xE0) return 2;
    const bool isOff = (first == 0xE0 && second < 0xA0) || (first == 0xED && second >= 0xA0) ||
                       (first == 0xF0 && second < 0x90) || (first == 0xF4 && second >= 0x90);
    if (isOff || !follows(2)) return 0;
    if (first < 0xF0) return 3;
    return follows(3) ? 4 : 0;
}

inline void appendCharacter(std::string& to, std::uint32_t code) {
    const auto put = [&](std::uint32_t byte) { to += static_cast<char>(static_cast<unsigned char>(byte)); };
    if (code < 0x80) return put(code);
    if (code < 0x800) {
        put(0xC0 | (code >> 6));
    } else {
        if (code < 0x10000) {
            put(0xE0 | (code >> 12));
        } else {
            put(0xF0 | (code >> 18));
            put(0x80 | ((code >> 12) & 0x3F));
        }
        put(0x80 | ((code >> 6) & 0x3F));
    }
    put(0x80 | (code & 0x3F));
}

inline bool isBlank(char c) noexcept { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
inline bool isDigit(char c) noexcept { return c >= '0' && c <= '9'; }

inline int hexDigit(char c) noexcept {
    if (isDigit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// Walks over a text from its front; never beyond its end.
class Checker {
public:
    explicit Checker(std::string_view text) noexcept : left_(text) {}

    bool document() noexcept {
        std::bitset<kDeepest> isObject;
        std::size_t depth = 0;
        blanks();
        for (;;) {  // a value begins here
            const char first = front();
            if (first == '{' || first == '[') {
                if (depth == kDeepest) return false;
                isObject[depth++] = first == '{';
                left_.remove_prefix(1);
                blanks();
                if (front() != (first == '{' ? '}' : ']')) {
                    if (first == '{' && !name()) return false;
                    continue;
                }
                left_.remove_prefix(1);
                --depth;
            } else if (!scalar(first)) {
                return false;
            }
            for (;;) {  // behind a value
                blanks();
                if (depth == 0) return left_.empty();
                const char next = front();
                if (next == '\0') return false;
                left_.remove_prefix(1);
                if (next == ',') break;
                if (next != (isObject[depth - 1] ? '}' : ']')) return false;
                --depth;
            }
            blanks();
            if (isObject[depth - 1] && !name()) return false;
        }
    }

private:
    char front() const noexcept { return left_.empty() ? '\0' : left_.front(); }
    void blanks() noexcept {
        while (isBlank(front())) left_.remove_prefix(1);
    }
    bool eat(std::string_view word) noexcept {
        if (left_.substr(0, word.size()) != word) return false;
        left_.remove_prefix(word.size());
        return true;
    }
    bool name() noexcept {
        if (front() != '"' || !string()) return false;
        blanks();
        if (!eat(":")) return false;
        blanks();
        return true;
    }
    bool scalar(char first) noexcept {
        switch (first) {
            case '"': return string();
            case 't': return eat("true");
            case 'f': return eat("false");
            case 'n': return eat("null");
            default: return number();
        }
    }
    bool digits() noexcept {
        if (!isDigit(front())) return false;
        while (isDigit(front())) left_.remove_prefix(1);
        return true;
    }
    bool number() noexcept {
        eat("-");
        if (!eat("0") && !digits()) return false;
        if (eat(".") && !digits()) return false;
        if (front() != 'e' && front() != 'E') return true;
        left_.remove_prefix(1);
        if (front() == '+' || front() == '-') left_.remove_prefix(1);
        return digits();
    }
    bool string() noexcept {
        left_.remove_prefix(1);
        for (;;) {
            const char c = front();
            if (static_cast<unsigned char>(c) < 0x20) return false;  // the end of the text as well
            if (c == '\\') {
                if (!escape()) return false;
                continue;
            }
            const std::size_t size = characterSize(left_);
            if (size == 0) return false;
            left_.remove_prefix(size);
            if (c == '"') return true;
        }
    }
    bool escape() noexcept {
        if (left_.size() < 2) return false;
        const char kind = left_[1];
        left_.remove_prefix(2);
        if (kind != 'u') return std::string_view("\"\\/bfnrt").find(kind) != std::string_view::npos;
        for (int i = 0; i < 4; ++i) {
            if (hexDigit(front()) < 0) return false;
            left_.remove_prefix(1);
        }
        return true;
    }

    std::string_view left_;
};

// The bytes of the value at the front of a text that was checked.
inline std::size_t valueSize(std::string_view text) noexcept {
    std::size_t depth = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (c == '"') {
            for (++at; text[at] != '"'; ++at)
                if (text[at] == '\\') ++at;
        } else if (c == '{' || c == '[') {
            ++depth;
        } else if (c == '}' || c == ']' || c == ',' || c == ':' || isBlank(c)) {
            if (depth == 0) return at;
            if (c != '}' && c != ']') continue;
            --depth;
        } else {
            continue;
        }
        if (depth == 0) return at + 1;
    }
    return text.size();
}

inline std::uint32_t codeUnit(std::string_view digits) noexcept {
    std::uint32_t code = 0;
    for (const char digit : digits.substr(0, 4)) code = code * 16 + static_cast<std::uint32_t>(hexDigit(digit));
    return code;
}

// Of a string that was checked, without its quotes. Half a surrogate pair becomes U+FFFD.
inline std::string unescaped(std::string_view text) {
    constexpr std::uint32_t replacement = 0xFFFD;
    std::string plain;
    plain.reserve(text.size());
    while (!text.empty()) {
        const std::size_t run = text.find('\\');
        plain.append(text.substr(0, run));
        if (run == std::string_view::npos) break;
        text.remove_prefix(run);
        const char kind = text[1];
        text.remove_prefix(2);
        constexpr std::string_view kinds = "bfnrt", meant = "\b\f\n\r\t";
        if (kind != 'u') {
            const std::size_t which = kinds.find(kind);
            plain += which == std::string_view::npos ? kind : meant[which];
            continue;
        }
        std::uint32_t code = codeUnit(text);
        text.remove_prefix(4);
        const bool isHigh = code >= 0xD800 && code < 0xDC00;
        const std::uint32_t low = isHigh && text.substr(0, 2) == "\\u" ? codeUnit(text.substr(2)) : 0;
        if (low >= 0xDC00 && low < 0xE000) {
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
            text.remove_prefix(6);
        }
        appendCharacter(plain, code >= 0xD800 && code < 0xE000 ? replacement : code);
    }
    return plain;
}

}  // namespace detail

}  // namespace aiproject::json
