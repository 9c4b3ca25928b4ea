// aiproject/json.h of the SDK: takes what RapidJSON takes, reads nothing beyond a text, and what it writes it can read.
#include "aiproject/json.h"
#include "fuzz/target.h"

#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <optional>
#include <string>

namespace aiproject::fuzz {
namespace {

// How deep it is, so that both have the same limit; iterative, as the reader of the SDK.
struct Depth : rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Depth> {
    bool StartObject() { return enter(); }
    bool StartArray() { return enter(); }
    bool EndObject(rapidjson::SizeType) { return leave(); }
    bool EndArray(rapidjson::SizeType) { return leave(); }
    bool enter() { return ++depth <= json::kDeepest; }
    bool leave() {
        --depth;
        return true;
    }
    bool RawNumber(const char*, rapidjson::SizeType, bool) { return true; }  // of any size

    std::size_t depth = 0;
};

// Nothing: it stopped at an exponent, which it limits.
std::optional<bool> isTakenByOther(std::string_view text) {
    rapidjson::Reader reader;
    rapidjson::MemoryStream stream(text.data(), text.size());
    Depth depth;
    constexpr unsigned flags =
        rapidjson::kParseValidateEncodingFlag | rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag;
    const rapidjson::ParseResult result = reader.Parse<flags>(stream, depth);
    if (result.Code() == rapidjson::kParseErrorNumberTooBig) return std::nullopt;
    return !result.IsError();
}

void walk(json::Value value) {
    const std::string text = value.text();
    if (value.isString()) {
        const std::string quoted = json::quoted(text);
        require(json::parse(quoted).text() == text, "a string survives");
    }
    std::size_t elements = 0;
    value.forEach([&](json::Value element) {
        require(element.raw() == value.element(elements++).raw(), "elements are found by their number");
        if (elements < 64) walk(element);
    });
    require(!value.element(elements), "and there are no more");
    value.forEachMember([&](const std::string& name, json::Value member) {
        require(bool(value.member(name)), "members are found by their name");
        walk(member);
    });
    if (value.integer()) require(value.number().has_value(), "an integer is a number");
    require(bool(json::parse(value.raw())), "a part of JSON is JSON");
}

}  // namespace

void tryInput(std::string_view input) {
    // Half a surrogate pair is replaced here, and refused there.
    const bool hasSurrogate =
        input.find("\\ud") != std::string_view::npos || input.find("\\uD") != std::string_view::npos;
    const json::Value value = json::parse(input);
    if (!hasSurrogate && input.find('\0') == std::string_view::npos)
        require(bool(value) == isTakenByOther(input).value_or(bool(value)), "both take it, or neither");
    if (value && input.size() < 4096) walk(value);
    const std::string quoted = json::quoted(input);
    require(bool(json::parse(quoted)), "any bytes can be quoted");
}

}  // namespace aiproject::fuzz
