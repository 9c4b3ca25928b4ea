#include "http/json_body.h"

#include "base/error.h"
#include "base/json_member.h"
#include "base/utf8.h"
#include "http/json_faults.h"

#include <algorithm>
#include <new>

namespace aiproject {
namespace {

using simdjson::dom::element;

struct Extent {
    int values = 1;  // at least as many as the text has, whether it is JSON or not
    int depth = 0;
};

Extent extentOf(std::string_view text) noexcept {
    Extent extent;
    int depth = 0;
    bool inString = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (inString && c == '\\') ++i;
        if (c == '"') inString = !inString;
        if (inString) continue;
        const bool isOpening = c == '{' || c == '[';
        extent.values += int(isOpening || c == ',');
        depth += int(isOpening) - int(c == '}' || c == ']');
        extent.depth = std::max(extent.depth, depth);
    }
    return extent;
}

simdjson::error_code read(std::string_view text, simdjson::dom::document& document, std::size_t room) {
    constexpr std::size_t keptBytes = 16UL * 1024;  // most bodies are smaller: their thread keeps what the parser needs
    thread_local simdjson::dom::parser kept;
    simdjson::dom::parser once;
    auto& parser = text.size() > keptBytes ? once : kept;
    const bool needsCopy = room < kRoomBehindJson;
    const simdjson::error_code fault =
        parser.parse_into_document(document, text.data(), text.size(), needsCopy).error();
    if (fault == simdjson::MEMALLOC) throw std::bad_alloc();
    return fault;
}

Error notJson(std::string_view text, simdjson::error_code fault) {
    if (fault == simdjson::NUMBER_ERROR)
        if (const auto error = numberOutOfRange(text)) return *error;
    if (fault == simdjson::STRING_ERROR)
        if (const auto error = halfCharacter(text)) return *error;
    // Without the text, which may have a password in it: neither the client nor the log repeats it.
    return {ErrorKind::badRequest, "a body of " + std::to_string(text.size()) + " bytes is not JSON",
            "the body is not valid JSON"};
}

}  // namespace

std::string_view withoutByteOrderMark(std::string_view text) {
    constexpr std::string_view mark = "\xef\xbb\xbf";
    if (text.substr(0, mark.size()) == mark) text.remove_prefix(mark.size());
    return text;
}

JsonBody::JsonBody(std::string_view text, JsonLimits limits, std::size_t room) {
    text = withoutByteOrderMark(text);
    const Extent extent = extentOf(text);
    if (extent.values > limits.mostValues) throw refusal(ErrorKind::badRequest, "the body has too many values");
    if (!isUtf8(text)) throw refusal(ErrorKind::badRequest, "the body is not valid UTF-8");
    const auto fault = extent.depth > limits.deepest ? simdjson::DEPTH_ERROR : read(text, document_, room);
    if (fault != simdjson::SUCCESS) throw notJson(text, fault);
    if (!document_.root().is_object()) throw refusal(ErrorKind::badRequest, "the body is not a JSON object");
}

simdjson::dom::object JsonBody::root() const { return document_.root().get_object().value(); }

element JsonBody::required(std::string_view name) const {
    if (const auto member = memberOf(document_.root(), name)) return *member;
    throw refusal(ErrorKind::badRequest, "the body lacks '" + std::string(name) + "'");
}

std::string JsonBody::text(std::string_view name) const {
    std::string_view text;
    if (required(name).get(text) != simdjson::SUCCESS)
        throw refusal(ErrorKind::badRequest, "'" + std::string(name) + "' is not text");
    return std::string(text);
}

std::string JsonBody::textOr(std::string_view name, std::string_view missing) const {
    const auto member = memberOf(document_.root(), name);
    return member && !member->is_null() ? text(name) : std::string(missing);
}

std::int64_t JsonBody::numberOr(std::string_view name, std::int64_t missing) const {
    const auto member = memberOf(document_.root(), name);
    if (!member || member->is_null()) return missing;
    std::int64_t number = 0;
    if (member->get(number) != simdjson::SUCCESS)
        throw refusal(ErrorKind::badRequest, "'" + std::string(name) + "' is not a whole number");
    return number;
}

std::vector<std::string> JsonBody::textsOrNone(std::string_view name) const {
    const auto member = memberOf(document_.root(), name);
    if (!member || member->is_null()) return {};
    const simdjson::dom::array list = array(name);
    std::vector<std::string> texts;
    texts.reserve(list.size());
    for (const auto entry : list) {
        std::string_view text;
        if (entry.get(text) != simdjson::SUCCESS)
            throw refusal(ErrorKind::badRequest, "'" + std::string(name) + "' is not a list of texts");
        texts.emplace_back(text);
    }
    return texts;
}

simdjson::dom::array JsonBody::array(std::string_view name) const {
    simdjson::dom::array array;
    if (required(name).get(array) != simdjson::SUCCESS)
        throw refusal(ErrorKind::badRequest, "'" + std::string(name) + "' is not a list");
    return array;
}

}  // namespace aiproject
