// JSON for plugins: writes it, and reads members out of it. Header-only; needs the standard library alone, with or
// without exceptions.
//
//   std::string body = json::Writer().beginObject().member("model", model).member("stream", true).endObject().take();
//   const json::Value answer = json::parse(text);   // a view: `text` must live as long
//   const std::string content = answer.find("choices", 0, "delta", "content").text();
//
// parse() checks the whole text once by RFC 8259 and allocates nothing; what is asked of a Value afterwards only looks
// for its place. So a member costs a scan of the object that it is in: for many members use forEachMember().
#pragma once

#include "aiproject/detail/json_text.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>

namespace aiproject::json {

// As a JSON string at the end of `to`. What is not UTF-8 becomes U+FFFD.
inline void appendQuoted(std::string& to, std::string_view text) {
    to += '"';
    while (!text.empty()) {
        const char c = text.front();
        const std::size_t size = detail::characterSize(text);
        if (size == 0) {
            to += "\xEF\xBF\xBD";
        } else if (c == '"' || c == '\\') {
            (to += '\\') += c;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            constexpr std::string_view kinds = "btn?fr", digits = "0123456789abcdef";
            const unsigned code = static_cast<unsigned char>(c);
            if (code >= 8 && code <= 13 && code != 11)
                (to += '\\') += kinds[code - 8];
            else
                ((to += "\\u00") += digits[code >> 4]) += digits[code & 15];
        } else {
            to.append(text.substr(0, size));
        }
        text.remove_prefix(size == 0 ? 1 : size);
    }
    to += '"';
}

inline std::string quoted(std::string_view text) {
    std::string json;
    appendQuoted(json, text);
    return json;
}

// Writes values one after the other and sets the commas. That each object and array is ended is the caller's to see.
class Writer {
public:
    Writer& beginObject() { return begin('{'); }
    Writer& endObject() { return end('}'); }
    Writer& beginArray() { return begin('['); }
    Writer& endArray() { return end(']'); }
    Writer& name(std::string_view text) {
        separate();
        appendQuoted(json_, text);
        json_ += ':';
        return *this;
    }
    Writer& value(std::string_view text) {
        separate();
        appendQuoted(json_, text);
        return *this;
    }
    Writer& value(const char* text) { return value(std::string_view(text)); }
    Writer& value(const std::string& text) { return value(std::string_view(text)); }
    // A number or a bool. What JSON has no number for (NaN, infinity) is null.
    template <class Number, std::enable_if_t<std::is_arithmetic_v<Number>, int> = 0>
    Writer& value(Number number) {
        if constexpr (std::is_same_v<Number, bool>) {
            return raw(number ? "true" : "false");
        } else {
            if constexpr (std::is_floating_point_v<Number>)
                if (!std::isfinite(number)) return null();
            std::array<char, 64> text{};
            const auto [behind, fault] = std::to_chars(text.data(), text.data() + text.size(), number);
            return fault == std::errc() ? raw({text.data(), static_cast<std::size_t>(behind - text.data())}) : null();
        }
    }
    Writer& null() { return raw("null"); }
    // JSON as it is, such as ModelRequest::tools.
    Writer& raw(std::string_view json) {
        separate();
        json_.append(json);
        return *this;
    }
    template <class Value>
    Writer& member(std::string_view called, const Value& is) {
        return name(called).value(is);
    }

    const std::string& text() const noexcept { return json_; }
    std::string take() { return std::move(json_); }

private:
    Writer& begin(char bracket) {
        separate();
        json_ += bracket;
        return *this;
    }
    Writer& end(char bracket) {
        json_ += bracket;
        return *this;
    }
    // A bracket or a colon at the end was written by begin() or name(), since a string ends with its quote.
    void separate() {
        if (!json_.empty() && std::string_view("{[:").find(json_.back()) == std::string_view::npos) json_ += ',';
    }

    std::string json_;
};

// One value in a text that parse() has checked. What is not there, or of another type, answers nothing.
class Value {
public:
    enum class Type { none, null, boolean, number, string, array, object };

    Value() noexcept = default;

    Type type() const noexcept {
        if (text_.empty()) return Type::none;
        switch (text_.front()) {
            case '{': return Type::object;
            case '[': return Type::array;
            case '"': return Type::string;
            case 't':
            case 'f': return Type::boolean;
            case 'n': return Type::null;
            default: return Type::number;
        }
    }
    explicit operator bool() const noexcept { return !text_.empty(); }  // it is there, be it null
    bool isString() const noexcept { return type() == Type::string; }
    bool isObject() const noexcept { return type() == Type::object; }
    bool isArray() const noexcept { return type() == Type::array; }

    std::string_view raw() const noexcept { return text_; }
    std::string text(std::string_view otherwise = {}) const {
        return isString() ? detail::unescaped(text_.substr(1, text_.size() - 2)) : std::string(otherwise);
    }
    // A whole number without fraction and exponent, of 64 bits.
    std::optional<std::int64_t> integer() const noexcept { return as<std::int64_t>(); }
    std::optional<double> number() const noexcept { return as<double>(); }
    std::optional<bool> boolean() const noexcept {
        return type() == Type::boolean ? std::optional(text_.front() == 't') : std::nullopt;
    }

    // Calls use(Value) for each element of an array.
    template <class Use>
    void forEach(Use&& use) const {
        if (!isArray()) return;
        std::string_view left = text_.substr(1);
        while (const Value element = next(left, ']')) use(element);
    }
    // Calls use(std::string name, Value) for each member of an object, in the order of the text.
    template <class Use>
    void forEachMember(Use&& use) const {
        walk([&](std::string_view name, Value value) { use(detail::unescaped(name), value); });
    }

    Value element(std::size_t index) const noexcept {
        if (!isArray()) return {};
        std::string_view left = text_.substr(1);
        Value found = next(left, ']');
        for (; index > 0 && found; --index) found = next(left, ']');
        return found;
    }
    // Of several of that name the last, as most readers take it.
    Value member(std::string_view name) const {
        Value found;
        walk([&](std::string_view written, Value value) {
            const bool isEscaped = written.find('\\') != std::string_view::npos;
            if (isEscaped ? detail::unescaped(written) == name : written == name) found = value;
        });
        return found;
    }
    // A path of names and of numbers of elements: find("choices", 0, "message").
    Value find() const noexcept { return *this; }
    template <class First, class... Rest>
    Value find(const First& first, const Rest&... rest) const {
        if constexpr (std::is_integral_v<First>)
            return element(static_cast<std::size_t>(first)).find(rest...);
        else
            return member(first).find(rest...);
    }

private:
    friend Value parse(std::string_view text) noexcept;
    explicit Value(std::string_view text) noexcept : text_(text) {}

    static void skip(std::string_view& left, char also) noexcept {
        while (!left.empty() && (detail::isBlank(left.front()) || left.front() == also)) left.remove_prefix(1);
    }
    // The value in front of which at most a comma stands; none: the bracket does.
    static Value next(std::string_view& left, char bracket) noexcept {
        skip(left, ',');
        if (left.empty() || left.front() == bracket) return {};
        const Value value(left.substr(0, detail::valueSize(left)));
        left.remove_prefix(value.text_.size());
        return value;
    }
    template <class Use>
    void walk(Use&& use) const {
        if (!isObject()) return;
        std::string_view left = text_.substr(1);
        while (const Value name = next(left, '}')) {
            skip(left, ':');
            const Value value(left.substr(0, detail::valueSize(left)));
            left.remove_prefix(value.text_.size());
            use(name.text_.substr(1, name.text_.size() - 2), value);
        }
    }
    template <class Number>
    std::optional<Number> as() const noexcept {
        Number number{};
        if (type() != Type::number) return std::nullopt;
        const char* const end = text_.data() + text_.size();
        const auto [behind, fault] = std::from_chars(text_.data(), end, number);
        return fault == std::errc() && behind == end ? std::optional(number) : std::nullopt;
    }

    std::string_view text_;
};

// The one value of the text; none (`!value`): it is not JSON, not UTF-8, or deeper than kDeepest.
inline Value parse(std::string_view text) noexcept {
    if (!detail::Checker(text).document()) return {};
    Value front(text);
    Value::skip(front.text_, ' ');
    return Value(front.text_.substr(0, detail::valueSize(front.text_)));
}

}  // namespace aiproject::json
